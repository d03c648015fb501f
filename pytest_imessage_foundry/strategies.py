"""Hypothesis strategies: messages, conversations and databases that shrink well.

    from hypothesis import given
    from pytest_imessage_foundry.strategies import databases

    @given(databases("tahoe"))
    def test_reads_every_text(chat_db): ...

What is drawn are plain values, which the verbs of `ChatDBBuilder` write. A failing
example prints the lines that write the same database by hand.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.errors import FoundryError

try:
    from hypothesis import note
    from hypothesis import strategies as st
except ImportError:
    raise FoundryError(
        "the package 'hypothesis' is not installed\n"
        "looked in: this Python environment\n"
        "run `pip install 'pytest-imessage-foundry[hypothesis]'`"
    ) from None

if TYPE_CHECKING:
    from pytest_imessage_foundry.foundry import ChatDB

__all__ = ["Exchange", "Utterance", "conversations", "databases", "messages", "texts"]

NAMES = ("Alex Doe", "Kim Poe", "Sam Roe", "Ana Diaz")
# Where the length in bytes of a string in an archive takes another form
# (TYPEDSTREAM.md).
_EDGES = (127, 128, 255, 256, 32_767, 32_768)
# Half of all texts are that long. Lengths stand in one row, so that a text of an edge
# shrinks through all shorter ones.
_LENGTHS = (*range(31), *sorted(_EDGES * 5))
# NUL ends a string of SQLite, the other two stand for parts that are no text.
_EXCLUDED = "\0\ufffc\ufffd"


class Call(NamedTuple):
    """A verb with what it is given, to call or to print."""

    verb: str
    arguments: tuple[Any, ...] = ()
    facts: tuple[tuple[str, Any], ...] = ()

    def on(self, subject: Any, **more: Any) -> Any:
        """Call the verb of `subject`."""
        return getattr(subject, self.verb)(*self.arguments, **dict(self.facts), **more)

    def shown(self, *more: str) -> str:
        """The call as Python; `more` are arguments that are names."""
        given = [*map(repr, self.arguments), *more]
        given += [f"{name}={value!r}" for name, value in self.facts]
        return f".{self.verb}({', '.join(given)})"


@dataclass(frozen=True)
class Utterance:
    """One message and what happens to it.

    Attributes:
        text: what it says.
        sender: whose it is: 0 is the owner, 1 the first of the others, and so on.
        storage: "both" has text and attributedBody, "archive" the body alone.
        is_reply: whether it answers the message before, if that is still there.
        tapback: how somebody reacts to it.
        edited: what an edit makes of it.
        is_unsent: whether it is taken back.
    """

    text: str
    sender: int = 0
    storage: str = "both"
    is_reply: bool = False
    tapback: str | None = None
    edited: str | None = None
    is_unsent: bool = False

    def later(self) -> Iterator[Call]:
        """Yield what happens to it once it is there."""
        if self.tapback is not None:
            yield Call("tapback", (self.tapback,))
        if self.edited is not None:
            yield Call("edit", (self.edited,))
        if self.is_unsent:
            yield Call("unsend")


@dataclass(frozen=True)
class Exchange:
    """One chat: with one person, or a group where there are more."""

    people: int
    messages: tuple[Utterance, ...]

    def write(self, builder: ChatDBBuilder) -> None:
        """Write it with the verbs of `builder`."""
        cast = [builder.person(name) for name in NAMES[: self.people]]
        chat = builder.direct(cast[0]) if self.people == 1 else builder.group(*cast)
        drafts: list[Any] = []
        for index, each in enumerate(self.messages):
            more: dict[str, Any] = {}
            if (number := self._sender(each)) is not None:
                more["sender"] = cast[number]
            if self._answers(index):
                more["reply_to"] = drafts[-1]
            draft = self._said(each).on(chat, **more)
            for call in each.later():
                draft = call.on(draft)
            drafts.append(draft)

    def script(self) -> Iterator[str]:
        """Yield the lines that write it by hand."""
        names = [f"p{number}" for number in range(self.people)]
        for name, person in zip(names, NAMES, strict=False):
            yield f"{name} = chat_db_builder.person({person!r})"
        verb = "direct" if self.people == 1 else "group"
        yield f"chat = chat_db_builder.{verb}({', '.join(names)})"
        for index, each in enumerate(self.messages):
            number = self._sender(each)
            more = [f"sender=p{number}"] if number is not None else []
            more += [f"reply_to=m{index - 1}"] if self._answers(index) else []
            calls = "".join(call.shown() for call in each.later())
            yield f"m{index} = chat{self._said(each).shown(*more)}{calls}"

    def _said(self, each: Utterance) -> Call:
        verb = "receive" if each.sender else "send"
        facts = () if each.storage == "both" else (("storage", each.storage),)
        return Call(verb, (each.text,), facts)

    def _sender(self, each: Utterance) -> int | None:
        """Who must be named: in groups, the sender of what is received."""
        is_named = each.sender > 0 and self.people > 1
        return (each.sender - 1) % self.people if is_named else None

    def _answers(self, index: int) -> bool:
        said = self.messages
        return index > 0 and said[index].is_reply and not said[index - 1].is_unsent


def texts() -> st.SearchStrategy[str]:
    """Texts that a message can hold, among them those of the lengths at which the
    length prefix of an archive changes its form."""
    alphabet = st.characters(codec="utf-8", exclude_characters=_EXCLUDED)
    return st.builds(
        _filled, st.text(alphabet, min_size=1, max_size=30), st.sampled_from(_LENGTHS)
    )


def _filled(text: str, length: int) -> str:
    """Return a text with as many bytes, or as it is if it has more."""
    return text + "0" * (length - len(text.encode()))


def messages(
    text: st.SearchStrategy[str] | None = None, *, people: int = 1
) -> st.SearchStrategy[Utterance]:
    """Messages of the owner and of `people` others; `text` is what they say."""
    text = texts() if text is None else text
    return st.builds(
        Utterance,
        text=text,
        sender=st.integers(0, people),
        storage=st.sampled_from(["both", "archive"]),
        is_reply=st.booleans(),
        tapback=st.sampled_from([None, "loved", "liked", "laughed", "questioned"]),
        edited=st.none() | text,
        is_unsent=st.booleans(),
    )


@st.composite
def conversations(
    draw: st.DrawFn,
    text: st.SearchStrategy[str] | None = None,
    *,
    max_messages: int = 6,
    max_people: int = 3,
) -> Exchange:
    """Conversations: chats with one person, and groups of at most `max_people`
    others."""
    if not 1 <= max_people <= len(NAMES):
        raise FoundryError(
            f"a conversation with {max_people} others cannot be drawn\n"
            "looked at max_people\n"
            f"choose from 1 to {len(NAMES)}"
        )
    people = draw(st.integers(1, max_people))
    said = draw(st.lists(messages(text, people=people), max_size=max_messages))
    return Exchange(people, tuple(said))


@st.composite
def databases(
    draw: st.DrawFn,
    release: str = "tahoe",
    *,
    conversation: st.SearchStrategy[Exchange] | None = None,
) -> ChatDB:
    """Databases on disk, each a conversation of `release` with its truth.

    Each has a folder of its own, which goes with the object. For several releases write
    `sampled_from(["sonoma", "tahoe"]).flatmap(databases)`.
    """
    exchange = draw(conversations() if conversation is None else conversation)
    folder = tempfile.mkdtemp(prefix="imessage-drawn-")
    builder = ChatDBBuilder(release, path=Path(folder) / "chat.db")
    exchange.write(builder)
    chat_db = builder.build()
    weakref.finalize(chat_db, shutil.rmtree, folder, ignore_errors=True)
    note("\n".join(["# the same by hand:", *exchange.script()]))
    return chat_db
