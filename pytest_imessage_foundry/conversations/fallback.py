"""The fallback: dialogue of our own, from scenes, for any people and any length."""

from __future__ import annotations

from collections import deque
from itertools import islice
from math import gcd
from random import Random
from typing import TYPE_CHECKING, Any, cast

from pytest_imessage_foundry.conversations.casting import (
    circles,
    deck,
    favourites,
    interests,
    mix,
    repertoire,
    spoken,
)
from pytest_imessage_foundry.conversations.scenes import (
    Beat,
    Fork,
    Line,
    Pieces,
    Row,
    Rows,
    Scene,
    Slot,
    key_of,
    slug,
)
from pytest_imessage_foundry.conversations.voice import (
    QUESTIONS,
    SERVICE,
    Voice,
    mistype,
    voice_of,
)
from pytest_imessage_foundry.models import Reaction, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_imessage_foundry.conversations.scenes import Language, Step
    from pytest_imessage_foundry.models import (
        ConversationConfig,
        Persona,
        TapbackKind,
    )

FAKER_FROM = 3_000
_MASK = (1 << 64) - 1
_OPENED, _TRAILED_OFF = 0.28, 0.3
_EDITED, _RETYPED = 0.008, 0.0115
_REPLIED, _REACTED, _ANSWERED_BY_GIF, _COMES_UP_AGAIN = 0.04, 0.16, 0.1, 0.6
# Which tapback fits what was said is the scene's mood, not chance.
_TAPBACKS: dict[str, tuple[TapbackKind, ...]] = {
    "fun": ("laughed", "laughed", "laughed", "loved", "emphasized"),
    "warm": ("loved", "loved", "loved", "liked"),
    "plain": ("liked", "liked", "liked", "loved", "emphasized"),
    "sad": ("loved", "loved", "loved", "emphasized"),
    "tense": ("liked", "emphasized"),
    "hype": ("loved", "emphasized", "liked", "loved"),
}
_EMOJI_TAPBACKS = {
    "fun": ("💀", "🤣", "😭"),
    "warm": ("🥰", "🤗", "🫶"),
    "plain": ("👌", "🫡", "👀"),
    "sad": ("🫂", "🙏", "💔"),
    "tense": ("😬", "🙄"),
    "hype": ("🔥", "🎉", "💪", "🤩"),
}
_NO_ANSWER = frozenset({"tense", "sad", "plain"})


def dialogue(
    config: ConversationConfig,
    *,
    owner: Persona,
    people: Sequence[Persona],
    seed: int,
    count: int,
) -> Iterator[Turn]:
    """The first `count` turns of a conversation, the same for the same input.

    `people` are the personas of `config.participants`. Memory does not grow
    with `count`.
    """
    return islice(_Talk(config, owner, people, seed, count).turns(), count)


class _Facts(dict[str, Row]):
    """What is true in one performance of a scene, drawn when first spoken of."""

    __slots__ = ("key", "said", "scene", "talk", "times")

    def __init__(self, talk: _Talk, scene: Scene, times: int) -> None:
        self.talk = talk
        self.scene = scene
        self.times = times
        self.said: set[str] = set()
        self.key = mix(talk.key, scene.key)

    def __missing__(self, name: str) -> Row:
        place = self.scene.key, name
        walk = self.talk.walks.get(place)
        if walk is None:
            walk = self.talk.walks[place] = self._walk(name)
        rows, start, stride, shift = walk
        number = start + self.times * stride + shift
        row = self[name] = rows[number % len(rows)]
        return row

    def _walk(self, name: str) -> tuple[Rows, int, int, int]:
        """How to walk through all values before one comes a second time."""
        own, language = self.scene.slots, self.scene.language
        base = name if name in own else name.rstrip("23456789")
        rows = own.get(base) or self.talk.rows(base)
        start = mix(self.key, language.key(base))
        stride = _coprime(start >> 32, len(rows))
        # `{food2}` and `{food3}` are never the same, nor the first one again.
        order = 0 if base == name else int(name[len(base) :]) - 1
        return rows, start, stride, order * _coprime(start >> 16, len(rows))


def _coprime(number: int, size: int) -> int:
    stride = 1 + number % max(1, size - 1)
    while gcd(stride, size) != 1:
        stride += 1
    return stride


class _Talk:
    """A conversation under way: who takes part, what was said of late."""

    def __init__(
        self,
        config: ConversationConfig,
        owner: Persona,
        people: Sequence[Persona],
        seed: int,
        count: int,
    ) -> None:
        self.config = config
        self.owner = owner
        self.people = people
        self.language: Language = spoken(owner, people)
        self.key = key_of(f"{seed}:{config.id}")
        self.members = [owner.id, *(each.id for each in people)]
        self.locale = people[0].locale if people else owner.locale
        self.is_service = bool(people) and "service" in circles(people[0])
        self.voices: dict[str, Voice] = {
            each.id: SERVICE
            if "service" in circles(each) and not each.is_self
            else voice_of(each, self.language)
            for each in (owner, *people)
        }
        self.names = {each.id: self._called(each) for each in (owner, *people)}
        self.walks: dict[tuple[int, str], tuple[Rows, int, int, int]] = {}
        self.long_ago: deque[str] = deque(maxlen=1500)
        self.said: set[str] = set()
        self.just_now: deque[str] = deque(maxlen=14)
        self.is_apple = config.service in ("iMessage", "iMessageLite")
        self.own_rows = self._own_rows(count)

    def turns(self) -> Iterator[Turn]:
        """Scene after scene, without end."""
        scenes = repertoire(self.config, self.people, self.language)
        wanted = favourites(self.config, scenes, self.language)
        liked = interests((self.owner, *self.people), self.language)
        due: deque[tuple[int, Scene, _Facts, dict[str, str]]] = deque()
        for number, (scene, times) in enumerate(deck(scenes, self.key, wanted, liked)):
            while due and due[0][0] <= number:
                _, old, facts, cast_ = due.popleft()
                rand = Random(mix(mix(self.key, ~number & _MASK), old.key)).random
                yield from self._perform(old, old.later, facts, cast_, rand)
            facts = _Facts(self, scene, times)
            rand = Random(mix(mix(self.key, number), scene.key)).random
            cast_ = self._cast(scene, facts, rand)
            yield from self._perform(scene, scene.steps, facts, cast_, rand)
            if "later" in scene.data and rand() < _COMES_UP_AGAIN and len(due) < 4:
                due.append((number + 2 + int(rand() * 4), scene, facts, cast_))

    def rows(self, name: str) -> Rows:
        """The values of a slot in this conversation."""
        return self.own_rows.get(name) or self.language.rows(name, self.locale)

    def _perform(
        self,
        scene: Scene,
        steps: Sequence[Step],
        facts: _Facts,
        cast_: dict[str, str],
        rand: Callable[[], float],
    ) -> Iterator[Turn]:
        take = _Take(self, scene, facts, cast_, rand)
        take.open()
        take.play(steps)
        take.close()
        opens = True
        for sender, text, extras in take.drafts:
            if extras is None:
                yield Turn(sender=sender, text=text, opens=opens)
            else:
                yield Turn(sender=sender, text=text, opens=opens, **extras)
            opens = False

    def _cast(
        self, scene: Scene, facts: _Facts, rand: Callable[[], float]
    ) -> dict[str, str]:
        """Who plays whom."""
        left = list(self.members)
        roles = {}
        if self.is_service or (scene.opener == "other" and len(left) == 2):
            roles = {"A": left[1], "B": left[0]}
        elif scene.opener == "owner":
            roles = {"A": left[0]}
            roles["B"] = left[1 + int(rand() * (len(left) - 1))]
        left = [each for each in left if each not in roles.values()]
        for role in "ABCD":
            if role not in roles and left:
                roles[role] = left.pop(int(rand() * len(left)))
        for role, who in roles.items():
            facts[role] = (self.names[who],)
        return roles

    def _called(self, persona: Persona) -> str:
        """What others call a persona."""
        for word in persona.relationship.lower().split():
            if word in self.language.address and not persona.is_self:
                name = self.language.address[word]
                variant = self.language.variants.get(self.owner.locale, {})
                return str(variant.get("words", {}).get(name, name))
        if "service" in circles(persona) and not persona.is_self:
            return persona.name
        words = [word for word in persona.name.split() if word[-1] != "."]
        if not words:
            return persona.name
        # Family names come first where names are written in Chinese characters.
        return words[-1] if words[0][0] >= "\u3000" else words[0]

    def is_stale(self, text: str) -> bool:
        """Whether this was said lately: a long text long ago, a short one just now."""
        if len(text) > 12:
            if text in self.said:
                return True
            if len(self.long_ago) == 1500:
                self.said.discard(self.long_ago[0])
            self.long_ago.append(text)
            self.said.add(text)
            return False
        if text in self.just_now:
            return True
        self.just_now.append(text)
        return False

    def _own_rows(self, count: int) -> dict[str, Rows]:
        """Slots that this conversation fills in its own way."""
        rows: dict[str, Rows] = {}
        theme = (self.config.theme or "").strip()
        if theme:
            rows["topic"] = [(_uncapped(theme),)]
            words = [word for word in theme.lower().split() if len(word) > 3]
            for name in self.language.slots:
                fitting = [
                    row
                    for row in self.language.rows(name, self.locale)
                    if any(word in row[0].lower() for word in words)
                ]
                if fitting and len(fitting) < 6:
                    rows[name] = fitting
        is_foreign = self.locale.partition("_")[0] != self.language.code
        if (is_foreign or count > FAKER_FROM) and not self.is_service:
            rows["name"] = _names(self.locale, self.language, self.key)
        present = set(self.names.values())
        names = rows.get("name") or self.language.rows("name", self.locale)
        if any(row[0] in present for row in names):
            rows["name"] = [row for row in names if row[0] not in present]
        return rows


class _Take:
    """One performance of a scene."""

    __slots__ = (
        "cast",
        "drafts",
        "facts",
        "mood",
        "rand",
        "scene",
        "starts",
        "talk",
    )

    def __init__(
        self,
        talk: _Talk,
        scene: Scene,
        facts: _Facts,
        cast_: dict[str, str],
        rand: Callable[[], float],
    ) -> None:
        self.talk = talk
        self.scene = scene
        self.facts = facts
        self.cast = cast_
        self.rand = rand
        self.mood = scene.mood
        self.drafts: list[tuple[str, str, dict[str, Any] | None]] = []
        self.starts: list[int] = []

    def play(self, steps: Sequence[Step]) -> None:
        """Play the beats in order."""
        rand = self.rand
        for step in steps:
            if type(step) is Fork:
                branches = step.branches
                self.play(branches[int(rand() * len(branches))])
                continue
            beat = cast("Beat", step)
            if beat.chance < 1.0 and rand() >= beat.chance:
                continue
            if beat.tap:
                self._tap(beat)
            else:
                self._speak(beat)

    def open(self) -> None:
        """Now and then a topic is announced before it comes."""
        talk = self.talk
        if talk.is_service or self.rand() >= _OPENED or not talk.language.openers:
            return
        self._speak(talk.language.opener())
        self.starts.clear()

    def close(self) -> None:
        """How a topic ends: a last word, a picture, reactions here and there."""
        if self.talk.is_service:
            return
        drafts, rand, mood = self.drafts, self.rand, self.mood
        tails = self.talk.language.tails
        if mood in tails and drafts and rand() < _TRAILED_OFF:
            sender = drafts[-1][0] if rand() < 0.75 else self._other(drafts[-1][0])
            self._speak(self.talk.language.tail(mood), sender)
        elif drafts and mood not in _NO_ANSWER and rand() < _ANSWERED_BY_GIF:
            sender = self._other(drafts[-1][0])
            kind = "gif" if rand() < 0.7 or not self.talk.is_apple else "sticker"
            drafts.append((sender, "", {"attachment": kind}))
        if self.talk.config.service == "SMS":
            return
        for number, (_, text, extras) in enumerate(drafts):
            if rand() < _REACTED and len(text) > 7 and text[-1] not in QUESTIONS:
                self._react(number, extras)

    def _speak(self, beat: Beat, sender: str = "") -> None:
        talk, rand = self.talk, self.rand
        sender = sender or self.cast[beat.speaker]
        voice = talk.voices[sender]
        offers = beat.offers(self.facts.said)
        if not offers:
            return
        line, texts = self._words(beat, offers, voice)
        extras = None if line.is_plain else self._extras(line, texts)
        start = len(self.drafts)
        if talk.is_apple and self.starts and not talk.is_service:
            back = self._replies_to(beat, sender, start, rand)
            if back:
                extras = {**(extras or {}), "replies_to": back}
        self.starts.append(start)
        if extras and ("link_title" in extras or "event" in extras):
            self.drafts.append((sender, texts[0], extras))
            return
        if voice is SERVICE:
            self.drafts.append((sender, " ".join(texts), extras))
            return
        for text in texts if len(texts) == 1 else self._bubbles(texts, voice):
            self._type(sender, voice.say(text, self.mood, rand), extras)
            extras = None

    def _words(
        self, beat: Beat, offers: list[int], voice: Voice
    ) -> tuple[Line, list[str]]:
        """An alternative that was not used lately, filled."""
        rand, choices = self.rand, len(offers)
        first = int(rand() * choices)
        if choices > 1 and not beat.casual and (voice.length or rand() < 0.75):
            second = int(rand() * choices)
            more = beat.lengths[offers[second]] - beat.lengths[offers[first]]
            if more * (voice.length or 1) > 0:
                first = second
        best: tuple[int, Line, list[str]] | None = None
        for tried in range(6):
            number = offers[(first + tried) % choices]
            line = beat.line(number)
            texts = [
                each if isinstance(each, str) else self._fill(each)
                for each in line.bubbles
            ]
            if not texts[0] or not self.talk.is_stale(texts[0]):
                break
            # Where all has been said before, let it be something short.
            if best is None or len(texts[0]) < len(best[2][0]):
                best = number, line, texts
        else:
            assert best is not None
            number, line, texts = best
        if beat.sets[number]:
            self.facts.said.add(beat.sets[number])
        return line, texts

    def _fill(self, pieces: Pieces) -> str:
        facts, rand = self.facts, self.rand
        out: list[str] = []
        for piece in pieces:
            if isinstance(piece, str):
                out.append(piece)
            elif isinstance(piece, Slot):
                name, column, starts = piece
                fact = facts[name][column]
                out.append(fact[0].upper() + fact[1:] if starts else fact)
            else:
                one = piece[int(rand() * len(piece))]
                out.append(one if isinstance(one, str) else self._fill(one))
        return "".join(out)

    def _bubbles(self, texts: list[str], voice: Voice) -> list[str]:
        """The thought in as many bubbles as this persona makes of it."""
        bubbles = texts[:1]
        for text in texts[1:]:
            if self.rand() < voice.split or not bubbles[-1]:
                bubbles.append(text)
            else:
                bubbles[-1] = voice.join(bubbles[-1], text)
        return bubbles

    def _type(self, sender: str, text: str, extras: dict[str, Any] | None) -> None:
        """Type a bubble, slips and their repairs included."""
        rand, drafts = self.rand, self.drafts
        chance = rand()
        talk = self.talk
        voice = talk.voices[sender]
        if chance < _RETYPED + voice.typo and text and extras is None:
            slip = mistype(text, rand)
            if chance < _RETYPED and talk.is_apple:
                before = slip[0] if slip else text[: len(text) * 3 // 4].rstrip()
                if chance < _EDITED:
                    extras = {"edited_from": before} if before != text else None
                else:
                    drafts.append((sender, before, {"is_unsent": True}))
            elif slip:
                drafts.append((sender, slip[0], None))
                if rand() < 0.7:
                    drafts.append((sender, f"*{slip[1]}", None))
                return
        drafts.append((sender, text, extras))

    def _replies_to(
        self, beat: Beat, sender: str, start: int, rand: Callable[[], float]
    ) -> int:
        """How many bubbles back an inline reply reaches; 0 is none."""
        if beat.reply:
            return start - self.starts[-min(beat.reply, len(self.starts))]
        first = self.starts[-1]
        between = start - first
        if rand() < _REPLIED * between and self.drafts[first][0] != sender:
            return between
        return 0

    def _extras(self, line: Line, texts: list[str]) -> dict[str, Any]:
        extras: dict[str, Any] = {}
        if line.attachment:
            extras["attachment"] = line.attachment
        if line.effect and self.talk.is_apple:
            extras["effect"] = line.effect
        if line.title is not None:
            title = line.title
            extras["link_title"] = title if type(title) is str else self._fill(title)
            texts[0] = slug(texts[0])
        if line.event:
            extras["event"] = line.event
            if line.who:
                extras["event_who"] = self.cast[line.who]
        return extras

    def _tap(self, beat: Beat) -> None:
        """An authored tapback on what was said last."""
        if self.talk.config.service == "SMS" or not self.drafts:
            return
        name, _, emoji = beat.raw[int(self.rand() * len(beat.raw))].partition(":")
        sender = self.cast[beat.speaker]
        at = len(self.drafts) - 1
        while at and self.drafts[at][0] == sender:
            at -= 1
        self._attach(at, sender, cast("TapbackKind", name), emoji or None)

    def _react(self, number: int, extras: dict[str, Any] | None) -> None:
        rand, mood = self.rand, self.mood
        if extras and ("event" in extras or "is_unsent" in extras):
            return
        name: TapbackKind = "emoji"
        emoji = None
        if rand() < 0.1:
            emojis = _EMOJI_TAPBACKS[mood]
            emoji = emojis[int(rand() * len(emojis))]
        else:
            names = _TAPBACKS[mood]
            name = names[int(rand() * len(names))]
        sender = self._other(self.drafts[number][0])
        if rand() < self.talk.voices[sender].react:
            self._attach(number, sender, name, emoji)

    def _attach(
        self, number: int, sender: str, name: TapbackKind, emoji: str | None
    ) -> None:
        who, text, extras = self.drafts[number]
        before = (extras or {}).get("reactions", ())
        if who == sender or any(each.sender == sender for each in before):
            return
        removed = self.rand() < 0.03
        reaction = Reaction(sender=sender, name=name, emoji=emoji, is_removed=removed)
        extras = {**(extras or {}), "reactions": (*before, reaction)}
        self.drafts[number] = (who, text, extras)

    def _other(self, sender: str) -> str:
        others = [each for each in self.cast.values() if each != sender]
        return others[int(self.rand() * len(others))]


def _uncapped(theme: str) -> str:
    return theme[0].lower() + theme[1:] if theme[1:2].islower() else theme


def _names(locale: str, language: Language, key: int) -> Rows:
    """First names of third persons: the curated ones and a pool of Faker's."""
    # Faker takes 90 ms to import: a short history does without it.
    from faker import Faker
    from faker.config import AVAILABLE_LOCALES

    fake = Faker(locale if locale in AVAILABLE_LOCALES else "en_US")
    fake.seed_instance(key & 0xFFFFFFFF)
    drawn = [(fake.first_name(),) for _ in range(60)]
    curated = language.rows("name", locale)
    is_own = locale.partition("_")[0] == language.code
    return list(dict.fromkeys([*curated, *drawn] if is_own else drawn))
