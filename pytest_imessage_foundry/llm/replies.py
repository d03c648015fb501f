"""Turns from a model's answers, with every value checked."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from pytest_imessage_foundry.conversations.packs.pack_checks import Flaw, decode
from pytest_imessage_foundry.llm import reply_text
from pytest_imessage_foundry.models import Reaction, Turn
from pytest_imessage_foundry.terminal import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_imessage_foundry.models import Persona, Service

Tapback = Literal["loved", "liked", "disliked", "laughed", "emphasized", "questioned"]
_THINK = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_UNOPENED = re.compile(r"\A.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_MAX_ANSWER = 1_000_000
_STARTS = 20  # positions in an answer at which JSON may begin
_USUAL = 280  # most characters of a text, where the server supports a limit
_SHORT = 12  # characters: people do send "ok" or "haha no" twice


class ReplyLine(BaseModel):
    """One message of an answer: strict about types, tolerant of missing fields."""

    model_config = ConfigDict(strict=True, extra="ignore")

    sender: str
    text: str
    new_topic: bool = False
    tapback: str | None = None


def schema(senders: Sequence[str], count: int) -> dict[str, Any]:
    """Return the JSON Schema of a batch: flat, closed, every property required.

    The strict modes of all servers accept this form.
    """
    who: Any = Literal[tuple(senders)]
    line: Any = create_model(
        "Message",
        __config__=ConfigDict(extra="forbid"),
        sender=(who, ...),
        text=(str, Field(min_length=1, max_length=_USUAL)),
        new_topic=(bool, ...),
        tapback=(Tapback | None, ...),
    )
    batch = create_model(
        "Batch",
        __config__=ConfigDict(extra="forbid"),
        messages=(list[line], Field(min_length=count, max_length=count)),
    )
    return closed(batch.model_json_schema())


def closed(raw: dict[str, Any]) -> dict[str, Any]:
    """Return pydantic's schema with its references inlined and without titles."""
    definitions = raw.pop("$defs", {})

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(each) for each in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            return plain(definitions[value["$ref"].rpartition("/")[2]])
        if "const" in value:  # a single sender; strict modes support only enum
            value = {**value, "enum": [value["const"]]}
        kept = {k: plain(v) for k, v in value.items() if k not in ("const",)}
        if isinstance(kept.get("title"), str):
            del kept["title"]
        return kept

    made: dict[str, Any] = plain(raw)
    return made


@dataclass(slots=True)
class Batch:
    """The usable turns of an answer, and its faults as counts and in words."""

    turns: list[Turn] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def complain(self, fault: str, problem: str = "", times: int = 1) -> None:
        self.faults[fault] += times
        if problem:
            self.problems.append(problem)

    @property
    def problem(self) -> str:
        return "; ".join(self.problems[:4])


def extract(answer: str) -> Any:
    """Return the JSON value in `answer`, without thoughts and code fences around it.

    Raises:
        Flaw: there is none, or it is broken.
    """
    text = answer[:_MAX_ANSWER]
    text = _UNOPENED.sub("", _THINK.sub("", text)).strip()
    if not text:
        raise Flaw("", "there is no answer")
    first: Flaw | None = None
    for start in _starts(text):
        try:
            end = json.JSONDecoder().raw_decode(text, start)[1]
        except json.JSONDecodeError as error:
            first = first or Flaw("", f"it is not JSON: {error.msg}")
            if error.pos >= len(text) or error.msg.startswith("Unterminated"):
                # Cut off: a complete value inside it is not the answer.
                raise Flaw("", "it is cut off") from None
        except (ValueError, RecursionError):
            raise Flaw("", "it is nested too deeply, or holds a huge number") from None
        else:
            # Decoded again as packs are: no duplicate keys, no NaN.
            return decode(text[start:end].encode("utf-8", "replace"))
    raise first or Flaw("", "it holds no JSON")


def _starts(text: str) -> Iterator[int]:
    places = (match.start() for match in re.finditer(r"[{\[]", text))
    for _, place in zip(range(_STARTS), places, strict=False):
        yield place


class ReplyReader:
    """A reader of the answers of one conversation.

    `people` may write; `said` are the turns so far, whose texts should not repeat.
    """

    def __init__(
        self, people: Sequence[Persona], said: Sequence[Turn], service: Service
    ) -> None:
        self._people = tuple(each.id for each in people)
        self._names = _names(people)
        self._said = list(said)
        self._known = {reply_text.comparison_key(turn.text) for turn in said}
        self._has_tapbacks = service == "iMessage"

    def read(self, answer: str, count: int, *, keep_repeated: bool = False) -> Batch:
        """Return the usable turns of an answer, and everything wrong with it."""
        batch = Batch()
        known = set(self._known)
        try:
            lines = _lines(extract(answer))
        except Flaw as flaw:
            batch.complain("unreadable", str(flaw))
            return batch
        for number, raw in enumerate(lines[:count]):
            line = _line(raw, number, batch)
            turn = self._turn(line, batch) if line else None
            if turn is None or (_repeats(turn, known, batch) and not keep_repeated):
                continue
            batch.turns.append(turn)
        if len(lines) > count:
            batch.complain("surplus", times=len(lines) - count)
        if len(batch.turns) < count:
            usable = f"{len(batch.turns)} of {count} messages are usable"
            batch.complain("short", usable)
        return batch

    def _turn(self, line: ReplyLine, batch: Batch) -> Turn | None:
        who = line.sender
        sender = self._names.get(who) or self._names.get(who.strip().casefold())
        if sender is None:
            known = ", ".join(self._people)
            shown = escaped(who, 40)
            batch.complain("unknown sender", f"sender {shown!r} is not one of {known}")
            return None
        text = reply_text.cleaned(line.text)
        if not text:
            batch.complain("empty text", "a message has no text")
            return None
        if len(text) > reply_text.MAX_LINE:
            batch.complain(
                "too long", f"a message is over {reply_text.MAX_LINE} characters"
            )
            return None
        return Turn(
            sender=sender,
            text=text,
            opens=line.new_topic,
            reactions=self._reactions(line, sender, batch.turns),
        )

    def _reactions(
        self, line: ReplyLine, sender: str, before: Sequence[Turn]
    ) -> tuple[Reaction, ...]:
        """Return the tapback, by the last other sender: models are not asked by whom it
        is."""
        name = next((each for each in get_args(Tapback) if each == line.tapback), None)
        if name is None or not self._has_tapbacks:
            return ()
        spoke = [turn.sender for turn in reversed([*self._said, *before])]
        others = [each for each in (*spoke, *self._people) if each != sender]
        return (Reaction(sender=others[0], name=name),) if others else ()


def _repeats(turn: Turn, known: set[str], batch: Batch) -> bool:
    same = reply_text.comparison_key(turn.text)
    if len(same) <= _SHORT or same not in known:
        known.add(same)
        return False
    shown = escaped(turn.text, 60)
    batch.complain("repeated", f"{shown!r} was said before")
    return True


def _lines(raw: Any) -> list[Any]:
    if isinstance(raw, dict):
        raw = next((each for each in raw.values() if isinstance(each, list)), [raw])
    if not isinstance(raw, list):
        raise Flaw("", "it is not a list of messages")
    return raw


def _line(raw: Any, number: int, batch: Batch) -> ReplyLine | None:
    try:
        return ReplyLine.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(each) for each in first["loc"])
        batch.complain("malformed", f"message {number + 1}: {place} {first['msg']}")
        return None


def _names(people: Sequence[Persona]) -> dict[str, str]:
    """Return ids by name in folded case, for names that only one person has."""
    names = Counter(person.name.casefold() for person in people)
    found = {
        person.name.casefold(): person.id
        for person in people
        if names[person.name.casefold()] == 1
    }
    for person in people:
        found[person.id.casefold()] = found[person.id] = person.id
    return found
