"""What the scenes of a conversation have in common: people, names, recent texts."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.circles import circles
from pytest_imessage_foundry.conversations.dialogue.scenes import in_group, key_of
from pytest_imessage_foundry.conversations.dialogue.selection import (
    FAR,
    hours_apart,
    is_local,
    language_of,
)
from pytest_imessage_foundry.conversations.dialogue.slots import KnownSlots
from pytest_imessage_foundry.conversations.dialogue.voice import (
    SERVICE,
    Voice,
    voice_of,
)
from pytest_imessage_foundry.conversations.spoken import spoken_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pytest_imessage_foundry.conversations.dialogue.scenes import (
        Language,
        Row,
        Scene,
    )
    from pytest_imessage_foundry.models import ConversationConfig, Persona

_MORE_NAMES_FROM = 3_000  # turns; fewer need only the names in the scene files
# (characters, number of texts): how many texts longer than that are remembered.
# "ok" may come again soon; a story twice in ten thousand messages would be noticed.
_REMEMBERED = ((120, 400), (12, 1_500), (-1, 14))
# A Korean name of three syllables in one word: a family name of one, and another.
_HANGUL_NAME = re.compile("[\uac00-\ud7a3]{3}")
_FEW = 3  # members of a group who write in one sitting, or one more
_STAY = 0.8
_SLOWNESS = {"instant": 1.0, "minutes": 1.2, "hours": 6.0, "days": 20.0}


class _RecentTexts:
    """The latest texts of a range of lengths."""

    __slots__ = ("_in_order", "_most", "_texts")

    def __init__(self, most: int) -> None:
        self._most = most
        self._in_order: deque[str] = deque()
        self._texts: set[str] = set()

    def knows(self, text: str) -> bool:
        """Return whether `text` is among them, and add it."""
        if text in self._texts:
            return True
        if len(self._in_order) == self._most:
            self._texts.discard(self._in_order.popleft())
        self._in_order.append(text)
        self._texts.add(text)
        return False


class DialogueContext:
    """The people, texts and slot values of one conversation.

    Attributes:
        voices: the writing style of each persona, by id.
        called: by the id of who speaks, the names of all, by their ids.
        hours_apart: the largest difference between the owner's clock and another's.
        known: the values of the slots.
    """

    def __init__(
        self,
        config: ConversationConfig,
        owner: Persona,
        people: Sequence[Persona],
        seed: int,
        count: int,
    ) -> None:
        self.owner = owner
        spoken = language_of(owner, people)
        self.language: Language = in_group(spoken) if len(people) > 1 else spoken
        self.hours_apart = max(hours_apart(owner, people), default=0.0)
        self.key = key_of(f"{seed}:{config.id}")
        self.is_service = bool(people) and "service" in circles(people[0])
        self.is_apple = config.service in ("iMessage", "iMessageLite")
        self.is_sms = config.service == "SMS"
        everybody = (owner, *people)
        self.members = [each.id for each in everybody]
        self._locals = {each.id for each in everybody if is_local(each, self.language)}
        self._present: list[str] = []
        self._slowness = {
            each.id: _SLOWNESS[each.typical_response_time] for each in everybody
        }
        self.voices: dict[str, Voice] = {
            each.id: SERVICE if _is_service(each) else self._voice(each, people)
            for each in everybody
        }
        self.called = {each.id: self._called_by(each, everybody) for each in everybody}
        locale = people[0].locale if people else owner.locale
        self.known = KnownSlots(self.language, locale, self.key, config.theme)
        is_foreign = spoken_in(locale) != self.language.code
        if (is_foreign or count > _MORE_NAMES_FROM) and not self.is_service:
            self.known.draw_names()
        # Mom has a first name, too.
        words, first = map(self._word_for, everybody), map(_first_name, everybody)
        self.known.leave_out([*words, *first])
        self._recent = [(length, _RecentTexts(most)) for length, most in _REMEMBERED]

    def _voice(self, persona: Persona, people: Sequence[Persona]) -> Voice:
        """Return somebody's voice; who learned the language writes it as the first of
        the others does, as in Mexico."""
        is_learned = spoken_in(persona.locale) != self.language.code
        if is_learned and people:
            persona = replace(persona, locale=people[0].locale)
        return voice_of(persona, self.language)

    def is_quick(self, who: str) -> bool:
        """Return whether a member answers within minutes, and at the same hours."""
        is_far = self.hours_apart >= FAR
        return not is_far and self._slowness[who] <= _SLOWNESS["minutes"]

    def present(self, rand: Callable[[], float]) -> list[str]:
        """Return the ids of the members who write in a sitting.

        In a group these are a few, more often those who answer quickly, and often the
        same as in the sitting before.
        """
        members = self.members
        if len(members) <= _FEW:
            return members
        if self._present and rand() < _STAY:
            return self._present
        few = _FEW + int(rand() * 2)
        drawn = sorted((self._slowness[who] * rand(), who) for who in members)
        self._present = [who for _, who in drawn[:few]]
        return self._present

    def cast(
        self,
        scene: Scene,
        present: Sequence[str],
        rand: Callable[[], float],
        first: str = "",
    ) -> dict[str, str]:
        """Return the members who have the roles of a scene.

        `first` has the first role if the scene allows it.
        """
        left = list(present if len(present) >= scene.cast else self.members)
        roles = {}
        if self.is_service or (scene.opener == "other" and len(left) == 2):
            roles = {"A": left[1], "B": left[0]}
        elif scene.opener == "owner":
            left = [self.owner.id, *(each for each in left if each != self.owner.id)]
            roles = {"A": left[0]}
            roles["B"] = left[1 + int(rand() * (len(left) - 1))]
        elif first and self._may_begin(first, scene):
            roles = {"A": first}
        elif scene.opener == "other":
            able = [each for each in left if self._may_begin(each, scene)]
            able = able or [each for each in self.members if each != self.owner.id]
            roles = {"A": able[int(rand() * len(able))]}
        if roles:
            left = [each for each in left if each not in roles.values()]
        for role in _roles(scene.local):
            if role in roles:
                continue
            able = self._locals_of(left, roles) if role in scene.local else left
            if able:
                roles[role] = who = able[int(rand() * len(able))]
                if who in left:
                    left.remove(who)
        return roles

    def _may_begin(self, who: str, scene: Scene) -> bool:
        """Return whether somebody can have the first role, and enough locals are left
        for the others."""
        if scene.opener == "other" and who == self.owner.id:
            return False
        if "A" in scene.local:
            return who in self._locals
        others = sum(each in self._locals for each in self.members if each != who)
        return who not in self._locals or others >= len(set(scene.local))

    def _locals_of(self, left: list[str], roles: Mapping[str, str]) -> list[str]:
        """Return who can have a role for locals: of those left, else of all members."""
        free = [each for each in self.members if each not in roles.values()]
        for group in (left, free):
            if able := [each for each in group if each in self._locals]:
                return able
        return left

    def is_stale(self, text: str) -> bool:
        """Return whether a text was used lately; a longer text is remembered longer."""
        length = len(text)
        for more_than, recent in self._recent:
            if length > more_than:
                return recent.knows(text)
        return False

    def _called_by(self, who: Persona, people: Sequence[Persona]) -> dict[str, Row]:
        """Return the names that somebody has for all, by their ids.

        The owner's mother may be a daughter, a wife or an aunt to the others. Only the
        owner's siblings have the same words for sure.
        """
        is_kin = who.is_self or "sibling" in circles(who)
        return {
            each.id: (
                self._word_for(each) if is_kin or each is who else _first_name(each),
            )
            for each in people
        }

    def _word_for(self, persona: Persona) -> str:
        """Return the owner's word for a persona, such as "Mom", else its first name."""
        for word in persona.relationship.lower().split():
            if word in self.language.address and not persona.is_self:
                name = self.language.address[word]
                variant = self.language.variants.get(self.owner.locale, {})
                return str(variant.get("words", {}).get(name, name))
        return _first_name(persona)


def _first_name(persona: Persona) -> str:
    """Return somebody's first name; all of its name, of a service."""
    words = [word for word in persona.name.split() if word[-1] != "."]
    if not words or _is_service(persona):
        return persona.name
    # Names in Chinese characters and in Hangul begin with the family name.
    if len(words) == 1 and _HANGUL_NAME.fullmatch(words[0]):
        return words[0][1:]
    return words[-1] if words[0][0] >= "\u3000" else words[0]


@cache
def _roles(local: str) -> tuple[str, ...]:
    """Return all roles, those for locals first: others cannot have every role."""
    return tuple(sorted("ABCD", key=lambda role: role not in local))


def _is_service(persona: Persona) -> bool:
    return "service" in circles(persona) and not persona.is_self
