"""Random lines: one verb each, of a phone by hand or of one that lives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from . import words


class Writer:
    """Draws the next line for the names that are there.

    People are p0, p1, …; chats c0, c1, …; messages m0, m1, …. By hand a verb belongs
    to its chat or message, live to the phone.
    """

    def __init__(self, random: Random, *, is_live: bool) -> None:
        self._random = random
        self._is_live = is_live
        self._count = 0

    def line(self, names: Iterable[str]) -> str:
        """Draw a line, with values that may be wrong."""
        known = {kind: [] for kind in "pcmf"}
        for name in names:
            if name[0] in known and name[1:].isdecimal():
                known[name[0]].append(name)
        self._people, self._chats, self._messages, self._files = known.values()
        if len(self._people) < 2:
            return self._person()
        if not self._chats:
            return self._group() if self._chance(0.4) else self._direct()
        draw: Callable[[], str] = self._random.choices(
            (
                *(self._person, self._direct, self._group, self._file),
                *(self._say, self._chat_verb),
            ),
            (4, 6, 4, 3, 40, 16),
        )[0]
        if self._messages and self._chance(0.45):
            draw = self._message_verb
        return draw()

    # Who and where.

    def _person(self) -> str:
        return self._new(
            "p",
            "phone.person",
            self._word(words.PEOPLE),
            *self._perhaps(words.ADDRESSES),
        )

    def _file(self) -> str:
        return f"{self._name('f')} = {self._word(words.FILES)}"

    def _direct(self) -> str:
        if self._chance(0.15):
            return self._new("c", "phone.note_to_self", *self._over(0.2))
        given = self._over(0.5)
        if self._chance(0.15):
            given.append(f"suffix={self._word(words.SUFFIXES)}")
        if self._chance(0.15):
            given.append(f"filtered={self._word(words.TIERS)}")
        if self._chance(0.15):
            given.append(f"address={self._address()}")
        return self._new("c", "phone.direct", self._somebody(), *given)

    def _group(self) -> str:
        number = min(self._random.choice((1, 2, 2, 3, 3, 4)), len(self._people))
        people = self._random.sample(self._people, number)
        if self._chance(0.1):
            people.append(self._somebody())
        given = [*people, *self._over(0.3)]
        if self._chance(0.6):
            given.append(f"name={self._word(words.NAMES)}")
        if self._chance(0.2):
            given.append(f"created={words.moment(self._random)}")
        return self._new("c", "phone.group", *given)

    def _over(self, chance: float) -> list[str]:
        wanted = self._chance(chance)
        return [f"service={self._word(words.SERVICES[:4])}"] if wanted else []

    # What is said.

    def _say(self) -> str:
        chat, given = self._one(self._chats), self._content()
        given += words.some(self._random, words.FIELDS, 0.3)
        given += words.some(self._random, words.TRAITS, 0.2)
        if self._messages and self._chance(0.2):
            given.append(f"reply_to={self._one(self._messages)}")
        if self._messages and self._chance(0.04):
            given.append(f"rowid_after={self._one(self._messages)}")
        if self._chance(0.04) and not any("also_in" in each for each in given):
            given.append(f"also_in={self._one(self._chats)}")
        given += self._at(0.2)
        if self._is_live and self._chance(0.1):
            given.append("joins_later=True")
        if self._chance(0.5):
            given += [f"twin={self._word(words.BOOLS)}"] if self._chance(0.05) else []
            return self._new("m", *self._call(chat, "send", given))
        if self._is_live and self._chance(0.1):
            given.append("attaches_later=True")
        if self._chance(0.8):
            given.append(f"sender={self._somebody()}")
        if self._chance(0.06):
            given.append("nameless=True")
        return self._new("m", *self._call(chat, "receive", given))

    def _content(self) -> list[str]:
        number = self._random.choice((0, *(1,) * 9, 2, 2, 3))
        return [self._piece() for _ in range(number)]

    def _piece(self) -> str:
        if self._chance(0.75):
            return self._one(words.TEXTS[:5])
        if self._files and self._chance(0.3):
            return self._one(self._files)
        return self._word(words.FILES if self._chance(0.6) else words.TEXTS)

    def _chat_verb(self) -> str:
        chat = self._one(self._chats)
        verb = self._one(
            (
                *("added", "added", "removed", "left", "rename", "set_photo", "event"),
                *("number_changed", "set_background", "remove_background"),
                *("set", "formerly"),
            )
        )
        given: list[str] = []
        match verb:
            case "added" | "removed" | "left":
                given = [self._anybody()]
            case "number_changed":
                given = [self._anybody(), self._address()]
                given += ["copies=2"] if self._chance(0.2) else []
            case "rename":
                given = [self._word(words.NAMES)]
            case "event":
                given = [self._word(words.KINDS)]
                given += self._event_fields()
            case "set":
                given = words.some(self._random, words.PROPERTIES, 0.6)
            case "formerly":
                given = [self._word(words.SERVICES[:4])]
                given += ["domain='x'"] if self._chance(0.3) else []
        if verb in ("set", "formerly"):
            called, given = self._call(chat, verb, given)[0], given
            return f"{called}({', '.join(self._with_chat(chat, given))})"
        given += (
            [f"by={self._anybody()}"]
            if self._chance(0.4) and verb not in (*("left", "number_changed"),)
            else []
        )
        given += self._at(0.2)
        return self._new("m", *self._call(chat, verb, given))

    def _with_chat(self, chat: str, given: list[str]) -> list[str]:
        return [chat, *given] if self._is_live else given

    def _event_fields(self) -> list[str]:
        given = []
        for field, draw in (
            ("who", self._anybody),
            ("was", self._anybody),
            ("title", lambda: self._word(words.NAMES)),
            ("photo", lambda: self._word(words.FILES)),
            ("incoming", lambda: "True"),
            ("joined_by", lambda: "'A'"),
        ):
            if self._chance(0.2):
                given.append(f"{field}={draw()}")
        return given

    # What becomes of it.

    def _message_verb(self) -> str:
        message = self._one(self._messages)
        verbs = {
            "tapback": self._tapback,
            "remove_tapback": lambda: self._perhaps(("keeps_added=True",)),
            "sticker": self._sticker,
            "edit": lambda: [
                self._word(words.TEXTS[:4] if self._chance(0.6) else words.TEXTS),
                *self._perhaps(words.PARTS, "part="),
            ],
            "unsend": lambda: self._perhaps(words.PARTS, "part="),
            "vote": lambda: [self._one(("'Tea'", "'No'", "'Tea', 'No'", "'Beer'"))],
            "add_choice": lambda: [self._word(words.TEXTS[:8])],
            "delete": lambda: self._perhaps(
                ("permanent=True", "parts=(0,)", "parts=(1,)", "parts=(-1, 99)")
            ),
            "react_in_text": lambda: [self._word(words.REACTIONS)],
            "also_in": lambda: [self._one(self._chats)],
            "resent_as_sms": list,
            "trait": lambda: words.some(self._random, words.TRAITS, 0.6),
            "attach": list,
            "download": list,
        }
        if self._is_live:
            verbs |= {"deliver": list, "read": list, "join": list}
            verbs |= {"fail": lambda: self._perhaps(("0", "22", "-1", "10**20"))}
        else:
            verbs |= {"awaits_files": list}
            verbs |= {"set": lambda: words.some(self._random, words.FIELDS, 0.6)}
        verb = self._one(("tapback", "edit", "unsend", "delete", *verbs))
        given = verbs[verb]()
        if verb in ("tapback", "sticker", "vote", "add_choice", "react_in_text"):
            given += [f"by={self._anybody()}"] if self._chance(0.5) else []
        if verb in (*_TIMED, *(("deliver", "read") if self._is_live else ())):
            given += self._at(0.25)
        called, given = self._call(message, verb, given)
        own = message if verb != "react_in_text" else self._name("m")
        return f"{own} = {called}({', '.join(given)})"

    def _tapback(self) -> list[str]:
        given = [self._word(words.REACTIONS)]
        given += self._perhaps(words.PARTS, "part=")
        given += ["is_bare=True"] if self._chance(0.1) else []
        return given + (["image=phone.file('photo')"] if self._chance(0.1) else [])

    def _sticker(self) -> list[str]:
        given = self._perhaps(words.PARTS, "part=")
        if self._chance(0.3):
            given += [f"x={self._one(('0.0', '-5.5', '1e300', 'nan'))}"]
        return given + (["image=phone.file('photo')"] if self._chance(0.1) else [])

    # Words of lines.

    def _call(self, on: str, verb: str, given: list[str]) -> tuple[str, list[str]]:
        if self._is_live:
            return f"phone.{verb}", [on, *given]
        return f"{on}.{verb}", given

    def _new(self, kind: str, called: str, *given: object) -> str:
        flat = [
            text
            for each in given
            for text in (each if isinstance(each, list) else [each])
        ]
        return f"{self._name(kind)} = {called}({', '.join(map(str, flat))})"

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _somebody(self) -> str:
        return self._one(self._people)

    def _anybody(self) -> str:
        if self._chance(0.8):
            return self._somebody()
        return self._word(("'me'", "owner", "'x'"))

    def _address(self) -> str:
        return self._word(
            (
                *("'+12025550177'", "''", "'me'", f"{self._somebody()}.identifier"),
                *("'new@example.com'", "'\\ud800'"),
            )
        )

    def _at(self, chance: float) -> list[str]:
        return [f"at={words.moment(self._random)}"] if self._chance(chance) else []

    def _perhaps(self, choice: tuple[str, ...], before: str = "") -> list[str]:
        return [before + self._word(choice)] if self._chance(0.4) else []

    def _one(self, choice: Iterable[str]) -> str:
        return self._random.choice([*choice])

    def _word(self, choice: tuple[str, ...]) -> str:
        return words.drawn(self._random, choice)

    def _chance(self, chance: float) -> bool:
        return self._random.random() < chance


_TIMED = ("tapback", "remove_tapback", "sticker", "edit", "unsend", "vote", "delete")
