"""imessage-exporter's html exports, read back: GUIDs, parts, marks, history."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from .exported import Exported, Part, Shown, Tapback
from .exporter import (
    ANNOUNCEMENT,
    READ,
    Export,
    export,
    parse_stamp,
    person,
)
from .running import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

VOID = frozenset(("hr", "img", "source", "br", "meta", "link", "rect"))
GUID = "sms://open?message-guid="
MARKS = frozenset(("a", "b", "i", "s", "u", "span"))
APP_CLASSES = frozenset(
    (
        *("app_header", "app_footer", "name", "ldtext", "caption", "subcaption"),
        *("trailing_caption", "trailing_subcaption", "image_title", "image_subtitle"),
        *("poll-container", "poll-option", "option-header", "vote-count"),
        *("vote-bar-container", "vote-bar", "voters-list", "voter", "digital_touch"),
        *("business-balloon", "business-heading", "business-options"),
        *("business-option", "business-option selected", "business-option-detail"),
        *("business-answers", "business-question", "business-answer"),
        "business-subtitle",
    )
)


@dataclass
class Node:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    @property
    def cls(self) -> str:
        return self.attributes.get("class", "")

    @property
    def nodes(self) -> list[Node]:
        """The children that are tags; text other than white space must not be there."""
        for child in self.children:
            if isinstance(child, str) and child.strip():
                raise UnreadableError(f"unknown text in {self}: {child!r}")
        return [child for child in self.children if isinstance(child, Node)]

    def text(self) -> str:
        return "".join(
            child if isinstance(child, str) else child.text() for child in self.children
        )

    def walk(self) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.walk()

    def find(self, tag: str, cls: str | None = None) -> Node | None:
        for node in self.walk():
            if node.tag == tag and cls in (None, node.cls):
                return node
        return None

    def need(self, tag: str, cls: str | None = None) -> Node:
        node = self.find(tag, cls)
        if node is None:
            raise UnreadableError(f"no <{tag} class={cls!r}> in {self}")
        return node

    def __str__(self) -> str:
        return f"<{self.tag} class={self.cls!r}>"


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self._open[-1].tag != tag:
            raise UnreadableError(f"</{tag}> closes {self._open[-1]}")
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def imessage_exporter_html(db: Path, how: Export | None = None) -> Exported:
    how = how or Export()
    with tempfile.TemporaryDirectory() as out:
        done = export(db, "html", Path(out) / "export", how)
        files = sorted((Path(out) / "export").glob("*.html"))
        messages = tuple(message for file in files for message in read_page(file))
    return Exported(messages, done)


def read_page(file: Path) -> Iterator[Shown]:
    """The messages of one exported conversation, in the order shown."""
    tree = _Tree()
    tree.feed(file.read_bytes().decode("utf-8"))
    tree.close()
    for node in tree.root.need("body").nodes:
        if node.cls == "announcement":
            yield replace(_announcement(node), chat=file.stem)
        elif node.cls == "message":
            yield replace(_message(node), chat=file.stem)
        else:
            raise UnreadableError(f"{file.name}: unknown {node} in body")


def _announcement(node: Node) -> Shown:
    match = ANNOUNCEMENT.fullmatch(" ".join(node.need("p").text().split(" ")).strip())
    if match is None:
        return Shown(announcement=node.text().strip(), problems=(node.text().strip(),))
    return Shown(
        sender=person(match["who"]),
        date=parse_stamp(match["date"]),
        announcement=match["what"],
        unsent=int(match["what"].startswith("unsent")),
    )


def _message(node: Node) -> Shown:
    (box,) = node.nodes
    if not re.fullmatch(r"received|sent [\w ]+?|received \w+", box.cls):
        raise UnreadableError(f"unknown {box}")
    head, *rest = box.nodes
    stamp = head.need("span", "timestamp")
    link = stamp.need("a")
    read = re.search(READ, stamp.text())
    parts: list[Part] = []
    seen: dict[str, object] = {}
    for child in rest:
        _take(child, parts, seen)
    service = box.cls.removeprefix("sent ").removesuffix(" digital_touch_bubble")
    said = ("text", "translated", "edited")
    texts = [part.text or "" for part in parts if part.kind in said]
    return Shown(
        guid=link.attributes["href"].removeprefix(GUID),
        service=service if box.cls.startswith("sent ") else None,
        sender=person(head.need("span", "sender").text()),
        date=parse_stamp(link.text()),
        read_after=read["after"] if read else None,
        text="\n".join(texts) if texts else None,
        parts=tuple(parts),
        tapbacks=tuple(each for part in parts for each in part.tapbacks),
        is_reply=head.find("span", "reply_anchor") is not None,
        replies=tuple(each for part in parts for each in part.replies),
        edits=tuple(each for part in parts for each in part.edits),
        unsent=sum(part.kind == "unsent" for part in parts),
        effect=next((part.effect for part in parts if part.effect), None),
        attachments=tuple(part.attachment for part in parts if part.attachment),
        transcript=next((part.transcript for part in parts if part.transcript), None),
        mentions=tuple(
            title
            for part in parts
            for tag, _, title in part.marks
            if tag == "mention" and title
        ),
        problems=tuple(
            part.text or ""
            for part in parts
            if part.kind in ("attachment_error", "app_error")
        ),
        **seen,  # type: ignore[arg-type]
    )


def _take(child: Node, parts: list[Part], seen: dict[str, object]) -> None:
    match child.tag, child.cls:
        case "hr", _:
            return
        case "div", "message_part":
            parts.append(_part(child))
        case "span", "expressive":
            parts[-1] = replace(parts[-1], effect=child.text())
        case "div", "tapbacks":
            given = [_tapback(each) for each in child.nodes if each.cls == "tapback"]
            parts[-1] = replace(parts[-1], tapbacks=tuple(given))
        case "div", "replies":
            replies = tuple(
                _message(each.need("div", "message")) for each in child.nodes
            )
            parts[-1] = replace(parts[-1], replies=replies)
        case "p", "" if child.find("span", "subject"):
            seen["subject"] = child.need("span", "subject").text()
        case "span", "shareplay" | "shared_location":
            seen["system"] = child.text()
        case "span", "deleted":
            seen["deleted"] = True
        case "span", "reply_context":
            return
        case _:
            raise UnreadableError(f"unknown {child} in a message")


def _tapback(node: Node) -> Tapback:
    said = node.find("span", "tapback")
    if said is None:
        who = node.need("div", "sticker_tapback").text().strip().removeprefix("by ")
        image = node.find("img") or node.find("source")
        path = image.attributes.get("src") if image else None
        return Tapback("sticker", person(who), path)
    if lost := re.fullmatch(r"Sticker from (.+) not found!", said.text()):
        return Tapback("sticker", person(lost[1]))
    kind = said.need("b").text()
    return Tapback(kind, person(said.text().removeprefix(f"{kind} by ")))


def _part(node: Node) -> Part:
    found = node.nodes
    if not found:
        return Part("empty")
    main, *more = found
    if more and [each.cls for each in more] != ["translated"]:
        raise UnreadableError(f"unknown {more[0]} beside {main}")
    match main.cls:
        case "bubble" | "bubble jumbo" | "bubble medium":
            shown = more[0].need("span", "bubble") if more else main
            image = main.find("img", "inline_sticker")
            return Part(
                "translated" if more else "text",
                text=shown.text(),
                marks=tuple(_marks(shown)),
                attachment=image.attributes.get("src") if image else None,
                app=(("translation", main.text()),) if more else (),
            )
        case "edited":
            rows = [row.nodes[1] for row in main.walk() if row.tag == "tr"]
            edits = tuple(row.text() for row in rows)
            return Part(
                "edited", text=edits[-1], marks=tuple(_marks(rows[-1])), edits=edits
            )
        case "attachment" | "sticker":
            return _file(main)
        case "attachment_error" | "app_error" | "unsent":
            return Part(main.cls, text=main.text())
        case "app":
            return Part("app", app=tuple(_app(main)))
        case _:
            raise UnreadableError(f"unknown {main} in a part")


def _marks(node: Node) -> Iterator[tuple[str, str, str | None]]:
    for each in node.walk():
        if each.cls == "inline_sticker":
            continue
        if each.tag not in MARKS:
            raise UnreadableError(f"unknown {each} in a text")
        mention = each.tag == "span" and "title" in each.attributes
        name = "mention" if mention else each.cls or each.tag
        target = each.attributes.get("href", each.attributes.get("title"))
        yield name, each.text(), target


def _file(main: Node) -> Part:
    sources = [
        each.attributes.get("src") or each.attributes.get("href")
        for each in main.walk()
        if each.tag in ("img", "source", "audio", "a")
    ]
    said = main.find("span", "transcription")
    transcript = said.text().removeprefix("Transcription: ") if said else None
    path = next((source for source in sources if source), None)
    if path is None:
        # "Unable to embed TYPE attachments: PATH" is the only one without a link.
        match = re.fullmatch(r"Unable to embed .*? attachments: (.*)", main.text())
        path = match[1] if match else None
    if path is None:
        return Part(main.cls, text=main.text().strip() or None)
    suffix = main.find("div", "sticker_effect") or main.find("div", "sticker_name")
    suffix = suffix or main.find("div", "genmoji_prompt")
    app = (("decoration", suffix.text()),) if suffix else ()
    return Part(main.cls, attachment=path, transcript=transcript, app=app)


def _app(main: Node) -> Iterator[tuple[str, str]]:
    for each in main.walk():
        if each.tag == "svg":
            title = each.find("title")
            yield "svg", title.text() if title else ""
            return
        if each.tag == "a":
            yield "url", each.attributes["href"]
        elif each.tag in ("img", "audio"):
            yield each.tag, each.attributes.get("src", "")
        elif each.cls and each.cls not in APP_CLASSES:
            raise UnreadableError(f"unknown {each} in an app message")
        elif each.cls == "option-header":
            option, votes = each.nodes
            yield "option", option.text()
            yield "votes", votes.text().strip()
        elif each.cls and each.cls != "vote-count":
            own = "".join(child for child in each.children if isinstance(child, str))
            if own.strip():
                yield each.cls, own.strip()
