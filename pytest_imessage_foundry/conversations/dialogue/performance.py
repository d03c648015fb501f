"""The text of one use of a scene: its beats, written by those who have its roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_imessage_foundry.conversations.casing import upper
from pytest_imessage_foundry.conversations.dialogue import transitions
from pytest_imessage_foundry.conversations.dialogue.scene_text import (
    Pieces,
    SceneLine,
    Slot,
    slug,
)
from pytest_imessage_foundry.conversations.dialogue.scenes import Beat, Fork
from pytest_imessage_foundry.conversations.dialogue.voice import (
    COMFORT,
    QUESTIONS,
    SERVICE,
    Voice,
    mistype,
)
from pytest_imessage_foundry.models import Reaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_imessage_foundry.conversations.dialogue.context import DialogueContext
    from pytest_imessage_foundry.conversations.dialogue.scenes import Scene, Step
    from pytest_imessage_foundry.conversations.dialogue.slots import SceneSlots
    from pytest_imessage_foundry.models import TapbackKind

_EDITED, _RETYPED = 0.01, 0.0135
_REPLIED, _REACTED, _ANSWERED_BY_GIF = 0.075, 0.3, 0.18
_TRAILED_OFF, _LAST_WORD = 0.45, 0.35
_TAKEN_BACK = 0.05  # of reactions
_NEXT_NOTICE = 200  # minutes until a service sends its next notice
_BRIEF = 12  # characters; so short a text gets no last word as an answer
# The mood of the scene decides which tapbacks fit.
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
    "sad": ("🫂", "🙏"),
    "tense": ("😬", "🫂"),
    "hype": ("🔥", "🎉", "💪", "🤩"),
}
# The palettes of what follows the first answer in a bad mood. By then an emoji that
# complains would deny thanks and good wishes.
_ANSWERED = {"sad": COMFORT, "tense": ""}
_NO_ANSWER = frozenset({"tense", "sad", "plain"})


class Performance:
    """One use of a scene, as drafts of turns."""

    __slots__ = (
        "cast",
        "context",
        "drafts",
        "mood",
        "names",
        "opened",
        "rand",
        "scene",
        "slots",
        "starts",
    )

    def __init__(
        self,
        context: DialogueContext,
        scene: Scene,
        slots: SceneSlots,
        cast_: dict[str, str],
        rand: Callable[[], float],
    ) -> None:
        self.context = context
        self.scene = scene
        self.slots = slots
        self.cast = cast_
        self.rand = rand
        self.mood = scene.mood
        self.names = context.called[cast_["A"]]
        self.drafts: list[tuple[str, str, dict[str, Any] | None]] = []
        self.starts: list[int] = []
        self.opened = 0

    def perform(self, steps: Sequence[Step]) -> None:
        """Write the beats in order."""
        rand = self.rand
        for step in steps:
            if isinstance(step, Fork):
                branches = step.branches
                self.perform(branches[int(rand() * len(branches))])
            elif step.chance < 1.0 and rand() >= step.chance:
                continue
            elif step.tap:
                self._add_tapback(step)
            else:
                self._speak(step)

    def open(self, opening: Beat, speaker: str) -> None:
        """Write what announces the topic before it, by who has this role.

        The words are written for role A, who calls the other one `{B}`.
        """
        cast = self.cast
        if speaker != "A":
            self.cast = {**cast, "A": cast[speaker], "B": cast["A"]}
        self._speak(opening, goes_on=True)
        self.cast = cast
        self.starts.clear()
        self.opened = len(self.drafts)

    def close(self, *, trails_off: bool) -> None:
        """Write how a scene ends: a last word, a picture, reactions to some turns.

        It may get words of farewell if it `trails_off`, because nothing follows in the
        sitting.
        """
        drafts, rand, mood = self.drafts, self.rand, self.mood
        if trails_off and mood in self.context.language.tails and rand() < _TRAILED_OFF:
            last = drafts[-1][0]
            other = self._other(last)
            # Hours later nobody says that they have to go.
            is_other = rand() >= 0.75 and self.context.is_quick(other)
            self._speak(self.context.language.tail(mood), other if is_other else last)
        elif mood not in _NO_ANSWER and rand() < _ANSWERED_BY_GIF:
            sender = self._other(drafts[-1][0])
            kind = "gif" if rand() < 0.7 or not self.context.is_apple else "sticker"
            drafts.append((sender, "", {"attachment": kind}))
        elif rand() < _LAST_WORD:
            self._say_last()
        if self.context.is_sms or any(
            extras and "event" in extras for *_, extras in drafts
        ):
            return  # nobody reacts to what is said while they are out
        for number in range(self.opened, len(drafts)):
            _, text, extras = drafts[number]
            if rand() < _REACTED and len(text) > 7 and text[-1] not in QUESTIONS:
                self._react(number, extras)

    def _say_last(self) -> None:
        """Write the other side's last word, if the last text can be answered."""
        sender, text, _ = self.drafts[-1]
        word = transitions.last_word(self.context.language, self.mood)
        other = self._other(sender)
        if word is None or not self.context.is_quick(other):
            return
        if len(text) > _BRIEF and text[-1] not in QUESTIONS:
            self._speak(word, other)

    def _speak(self, beat: Beat, sender: str = "", *, goes_on: bool = False) -> None:
        context, rand = self.context, self.rand
        sender = sender or self.cast[beat.speaker]
        voice = context.voices[sender]
        self.names = context.called[sender]
        offers = beat.offers(self.slots.noted)
        if not offers:
            return
        line, texts = self._words(beat, offers, voice)
        extras = None if line.is_plain else self._extras(line, texts)
        start = len(self.drafts)
        if context.is_apple and self.starts and not context.is_service:
            back = self._replies_to(beat, sender, start, rand)
            if back:
                extras = {**(extras or {}), "replies_to": back}
        self.starts.append(start)
        if extras and ("link_title" in extras or "event" in extras):
            self.drafts.append((sender, texts[0], extras))
            return
        if voice is SERVICE:
            if self.drafts and self.drafts[-1][0] == sender:
                extras = {**(extras or {}), "pause": _NEXT_NOTICE}
            self.drafts.append((sender, " ".join(texts), extras))
            return
        for text in texts if len(texts) == 1 else self._bubbles(texts, voice):
            mood = self._palette(sender, is_opening=goes_on)
            said = voice.say(text, mood, rand, goes_on=goes_on)
            self._type(sender, said, extras)
            extras = None

    def _palette(self, sender: str, *, is_opening: bool) -> str:
        """Return which emoji somebody has now, "" for none."""
        if self.mood not in _ANSWERED:
            return self.mood
        if is_opening:
            return ""  # nothing bad was said yet
        teller = self.cast["A"]
        is_first = all(who == teller for who, *_ in self.drafts)
        return self.mood if is_first and sender == teller else _ANSWERED[self.mood]

    def _words(
        self, beat: Beat, offers: list[int], voice: Voice
    ) -> tuple[SceneLine, list[str]]:
        """Return an alternative that was not used lately, and its filled texts."""
        rand, choices = self.rand, len(offers)
        first = int(rand() * choices)
        if choices > 1 and not beat.casual and (voice.length or rand() < 0.85):
            second = int(rand() * choices)
            more = beat.lengths[offers[second]] - beat.lengths[offers[first]]
            if more * (voice.length or 1) > 0:
                first = second
        best: tuple[int, SceneLine, list[str]] | None = None
        fill, is_stale = self._fill, self.context.is_stale
        for tried in range(6):
            number = offers[(first + tried) % choices]
            line = beat.line(number)
            texts = [
                each if isinstance(each, str) else fill(each) for each in line.bubbles
            ]
            if not texts[0] or not is_stale(texts[0]):
                break
            # If all alternatives were used lately, take a short one.
            if best is None or len(texts[0]) < len(best[2][0]):
                best = number, line, texts
        else:
            assert best is not None
            number, line, texts = best
        if beat.sets[number]:
            self.slots.noted.add(beat.sets[number])
        if self.context.language.inflected is not None:
            texts = [self.context.language.inflected(each) for each in texts]
        return line, texts

    def _fill(self, pieces: Pieces) -> str:
        slots, cast, rand = self.slots, self.cast, self.rand
        out: list[str] = []
        for piece in pieces:
            if isinstance(piece, str):
                out.append(piece)
            elif isinstance(piece, Slot):
                name, column, starts = piece
                row = self.names[cast[name]] if name in cast else slots[name]
                value = row[column]
                if starts:
                    value = upper(value[0], self.context.language.code) + value[1:]
                out.append(value)
            else:
                one = piece[int(rand() * len(piece))]
                out.append(one if isinstance(one, str) else self._fill(one))
        return "".join(out)

    def _bubbles(self, texts: list[str], voice: Voice) -> list[str]:
        """Return the texts as bubbles, split as this persona does."""
        bubbles = texts[:1]
        for text in texts[1:]:
            if self.rand() < voice.split or not bubbles[-1]:
                bubbles.append(text)
            else:
                bubbles[-1] = voice.join(bubbles[-1], text)
        return bubbles

    def _type(self, sender: str, text: str, extras: dict[str, Any] | None) -> None:
        """Add a bubble, sometimes with a typing error and its correction."""
        rand, drafts = self.rand, self.drafts
        chance = rand()
        context = self.context
        voice = context.voices[sender]
        # A text of one character has no part that was sent before the rest.
        if chance < _RETYPED + voice.typo and len(text) > 1 and extras is None:
            slip = mistype(text, rand)
            if chance < _RETYPED and context.is_apple:
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
        """Return how many bubbles back an inline reply points; 0 for none."""
        if beat.reply:
            return start - self.starts[-min(beat.reply, len(self.starts))]
        first = self.starts[-1]
        between = start - first
        if rand() < _REPLIED * between and self.drafts[first][0] != sender:
            return between
        return 0

    def _extras(self, line: SceneLine, texts: list[str]) -> dict[str, Any]:
        extras: dict[str, Any] = {}
        if line.attachment:
            extras["attachment"] = line.attachment
        if line.effect and self.context.is_apple:
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

    def _add_tapback(self, beat: Beat) -> None:
        """Add the scene's own tapback to the last text of somebody else."""
        if self.context.is_sms or not self.drafts:
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
        if rand() < self.context.voices[sender].react:
            self._attach(number, sender, name, emoji)

    def _attach(
        self, number: int, sender: str, name: TapbackKind, emoji: str | None
    ) -> None:
        who, text, extras = self.drafts[number]
        before = (extras or {}).get("reactions", ())
        if who == sender or any(each.sender == sender for each in before):
            return
        removed = self.rand() < _TAKEN_BACK
        reaction = Reaction(sender=sender, name=name, emoji=emoji, is_removed=removed)
        extras = {**(extras or {}), "reactions": (*before, reaction)}
        self.drafts[number] = (who, text, extras)

    def _other(self, sender: str) -> str:
        others = [each for each in self.cast.values() if each != sender]
        return others[int(self.rand() * len(others))]
