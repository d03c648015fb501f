"""The page as a file: whole, self-contained, and closed to hostile text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from scratch_phones import Scratch, every_kind, write_phone

from pytest_imessage_foundry.errors import FoundryError, UnreadableFileError
from pytest_imessage_foundry.preview import Notes, read, reading, render, write
from pytest_imessage_foundry.preview.pictures import PICTURE_LIMIT

Made = Callable[..., Scratch]
PNG = b"\x89PNG\r\n\x1a\n"
RUN = "document.title='ran'"
HOSTILE = (
    f"</script><script>{RUN}</script>",
    f"</SCRIPT ><script>{RUN}</script>",
    f"</script\n><svg onload={RUN}>",
    f'<img src=x onerror="{RUN}">',
    f"<img src=x onerror={RUN}//",
    f"<svg onload={RUN}></svg>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x></svg>",
    f"<math><mtext><script>{RUN}</script></mtext></math>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f'<iframe src="javascript:parent.{RUN}"></iframe>',
    f'<object data="javascript:{RUN}"></object>',
    f'<embed src="javascript:{RUN}">',
    f'<a href="javascript:{RUN}" autofocus onfocus={RUN}>x</a>',
    f"<details open ontoggle={RUN}>",
    f"<video><source onerror={RUN}></video>",
    f"<input autofocus onfocus={RUN}>",
    f"<body onload={RUN}>",
    f'<meta http-equiv=refresh content="0;url=javascript:{RUN}">',
    "<meta http-equiv=refresh content='0;url=https://example.com/'>",
    "<base href=https://example.com/>",
    "<link rel=stylesheet href=https://example.com/x.css>",
    "<form action=https://example.com/><button>send</button></form>",
    "<style>body{display:none}</style>",
    "</style><style>@import 'https://example.com/x.css';</style>",
    "</title><title>ran</title>",
    "</bdi></h1><h1>ran",
    "<template><script>document.title='ran'</script></template>",
    "<!--<script>",
    "--><script>document.title='ran'</script>",
    "]]>{{script}}",
    "{{chats}}{{index}}",
    "\\u003cscript\\u003e",
    "&lt;script&gt;document.title='ran'&lt;/script&gt;",
    "&#x3c;script&#x3e;",
    "';document.title='ran';'",
    "`${document.title='ran'}`",
    "\u202egnp.exe",
    "\u2066\u2067\u2068 x \u2069 \u200f\u200e\u061c",
    "\u2028\u2029\x00\ud800",
    "\x1b[31mred\x1b[0m\x07\x08",
    "javascript:document.title='ran'",
    "data:text/html,<script>document.title='ran'</script>",
    "__proto__",
    "constructor",
    "toString",
    "<<<<img src=x>>>>" * 50,
    "x" * 100_000,
)


class Tags(HTMLParser):
    """Every tag with its attributes, and what the script and style tags hold."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self._open = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag
        if tag in self.raw:
            self.raw[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in self.raw:
            self.raw[self._open][-1] += data


def block(html: str, name: str) -> Any:
    found = re.search(
        rf'<script type="application/json" id="{name}">(.*?)</script>', html
    )
    assert found
    return json.loads(found[1])


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "chat.db"
    return render(read(write_phone(path, every_kind("tahoe"))))


def test_the_policy_allows_this_style_and_script_and_no_other(page: str) -> None:
    tags = Tags(page)
    (policy,) = [
        attributes["content"] or ""
        for tag, attributes in tags.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]

    def allowed(source: str) -> str:
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        return f"'sha256-{digest}'"

    (style,) = tags.raw["style"]
    *_, script = tags.raw["script"]
    assert policy == (
        "default-src 'none'; img-src data:; "
        f"style-src {allowed(style)}; script-src {allowed(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def test_nothing_is_loaded_or_linked(page: str) -> None:
    for tag, attributes in Tags(page).tags:
        assert tag not in {"link", "iframe", "object", "embed", "a", "form", "base"}
        assert not {"src", "href", "style", "action"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]


def test_pictures_are_on_the_page_once(page: str) -> None:
    pictures = block(page, "pictures")

    assert pictures
    assert len(set(pictures)) == len(pictures)
    for picture in pictures:
        assert re.match(r"data:image/(png|jpeg|gif|webp|heic);base64,", picture)


def test_the_same_database_gives_the_same_page(tmp_path: Path) -> None:
    path = write_phone(tmp_path / "chat.db", every_kind("sequoia"))

    with reading(path) as phone:
        first = render(phone)
    with reading(path) as phone:
        assert render(phone) == first


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The scripts and pictures of a page with one harmless message."""
    made = Scratch(tmp_path_factory.mktemp("plain") / "chat.db")
    made.add(text="hello")
    return drawing(Tags(render(read(made.path))))


def drawing(page: Tags) -> list[str]:
    return [tag for tag, _ in page.tags if tag in ("script", "img")]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_data(scratch: Made, harmless: list[str], text: str) -> None:
    made = scratch("subject TEXT", "group_title TEXT", "item_type INTEGER")
    stored = text.encode("utf-8", "surrogatepass")
    row: dict[str, Any] = dict.fromkeys(
        ("text", "subject", "service", "group_title"), stored
    )
    made.add(**row)
    made.add(**row, item_type=2)
    made.attach(1, "file", "", "image/png")
    made.run("INSERT INTO handle VALUES", (2, stored, "iMessage"))
    made.run("INSERT INTO chat_handle_join VALUES", (1, 2))

    case = {"name": text, "message": "G1", "reading": {text: [text]}}
    notes = Notes(title=text, names={"+15550100": text}, cases=[case], failure=text)
    html = render(read(made.path), notes)

    html.encode("utf-8")
    assert drawing(Tags(html)) == harmless
    (message, _) = block(html, "chat-0")
    assert message["subject"] == stored.decode("utf-8", "replace")


def test_times_are_those_of_the_zone(scratch: Made) -> None:
    made = scratch()
    made.add(text="hello", date=781_000_000 * 10**9)
    phone = read(made.path)

    east = render(phone, Notes(zone=timezone(timedelta(hours=9), "Tokyo")))

    assert block(render(phone), "chat-0")[0]["time"] == "2025-10-01T08:26:40"
    assert block(east, "chat-0")[0]["time"] == "2025-10-01T17:26:40"
    assert "Times: Tokyo." in east


def test_names_replace_addresses(scratch: Made) -> None:
    made = scratch("item_type INTEGER", "group_title TEXT")
    made.add(item_type=2, group_title="Crew")

    html = render(read(made.path), Notes(names={"+15550100": "Alex Doe"}))

    assert block(html, "chat-0")[0]["event"] == "Alex Doe named the conversation “Crew”"
    assert block(html, "index")["people"] == {"+15550100": "Alex Doe"}


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (PNG + b"x", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF0000WEBP", "image/webp"),
        (b"0000ftypheic", "image/heic"),
        (b"<svg onload='x'>", ""),
        (PNG + b"x" * PICTURE_LIMIT, ""),
        (b"", ""),
    ],
)
def test_small_pictures_are_shown_by_their_bytes(
    scratch: Made, tmp_path: Path, content: bytes, mime: str
) -> None:
    made = scratch()
    made.add(text="\ufffc")
    (tmp_path / "Attachments").mkdir()
    (tmp_path / "Attachments" / "a.svg").write_bytes(content)
    made.attach(1, "a.svg", "~/Library/Messages/Attachments/a.svg", "image/svg+xml")

    html = render(read(made.path))

    pictures = block(html, "pictures")
    assert [picture.partition(";")[0] for picture in pictures] == (
        [f"data:{mime}"] if mime else []
    )


def test_all_pictures_together_have_a_limit(
    scratch: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_imessage_foundry.preview.page.PICTURES_LIMIT", 25)
    made = scratch()
    (tmp_path / "Attachments").mkdir()
    for number in range(3):
        made.add(text="\ufffc")
        file = tmp_path / "Attachments" / f"{number}.png"
        file.write_bytes(PNG + bytes([number, 0]))
        path = f"~/Library/Messages/Attachments/{number}.png"
        made.attach(number + 1, file.name, path, "image/png")

    html = render(read(made.path))

    assert len(block(html, "pictures")) == 2


def test_write_keeps_a_file_unless_told(scratch: Made, tmp_path: Path) -> None:
    made = scratch()
    out = tmp_path / "page.html"
    out.write_text("mine")

    with pytest.raises(FoundryError, match="is there already"):
        write(made.path, out)
    assert out.read_text() == "mine"

    assert write(made.path, out, force=True) == out
    assert out.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_write_fails_in_three_parts_and_leaves_nothing(
    scratch: Made, tmp_path: Path
) -> None:
    with pytest.raises(FoundryError) as caught:
        write(scratch().path, tmp_path / "chat.db" / "page.html")
    assert len(str(caught.value).split("\n")) == 3

    with pytest.raises(UnreadableFileError):
        write(tmp_path / "none.db", tmp_path / "page.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chat.db"]


@pytest.mark.parametrize(
    ("met", "raised"),
    [(PermissionError, FoundryError), (KeyboardInterrupt, KeyboardInterrupt)],
)
def test_a_page_that_cannot_take_its_place_leaves_no_draft(
    scratch: Made,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    met: type[BaseException],
    raised: type[BaseException],
) -> None:
    def refuse(*names: object) -> None:
        raise met(13, "Permission denied", str(names[0]))

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(raised):
        write(scratch().path, tmp_path / "page.html")

    assert [path.name for path in tmp_path.iterdir()] == ["chat.db"]


def test_a_page_takes_the_place_of_no_folder_and_of_no_database(
    scratch: Made, tmp_path: Path
) -> None:
    database = scratch().path
    before = database.read_bytes()

    with pytest.raises(FoundryError, match="is a folder"):
        write(database, tmp_path, force=True)
    with pytest.raises(FoundryError, match="take the place of a file that is"):
        write(database, database, force=True)

    assert database.read_bytes() == before


def test_the_folder_of_a_page_is_made(scratch: Made, tmp_path: Path) -> None:
    assert write(scratch().path, tmp_path / "new" / "page.html").is_file()


def test_a_page_without_messages_says_so(scratch: Made) -> None:
    assert "There is no message to count." in render(read(scratch().path))
