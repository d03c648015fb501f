"""Checks of scene files for errors that a reviewer may miss."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.dialogue.addressees import (
    addressee,
    asides,
    bare,
    fitting,
    openers,
)
from pytest_imessage_foundry.conversations.dialogue.later_parts import MOST_DAYS
from pytest_imessage_foundry.conversations.dialogue.scene_text import (
    EFFECTS,
    EVENTS,
    TAPBACKS,
    marked,
)
from pytest_imessage_foundry.conversations.dialogue.scenes import Beat, Fork
from pytest_imessage_foundry.conversations.dialogue.voice import PALETTES
from pytest_imessage_foundry.conversations.whereabouts import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_imessage_foundry.conversations.dialogue.scenes import (
        Language,
        Rows,
        Scene,
        Step,
    )

FILES = frozenset(
    {
        *("photo", "screenshot", "heic", "gif", "video", "voice"),
        *("pdf", "contact", "location", "sticker", "link"),
    }
)
_CIRCLES = frozenset(
    {
        *("friend", "family", "partner", "parent", "elder", "child"),
        *("sibling", "work", "boss", "neighbour", "landlord", "handyman"),
        *("service", "stranger"),
    }
)
_SLOT = re.compile(r"\{([^{}]*)\}")
_PHRASE = re.compile(r"<([^<>]*)>")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|de|fr|es|jp|io|co)\b")
_RESERVED = re.compile(r"(?:^|\.)example\.(?:com|org|net)$")
_PHONE = re.compile(r"\+\d[\d\s-]{6,}|\b\d{3}[\s-]\d{3,4}[\s-]\d{4}\b|\S+@\S+\.\S+")
_FLAW = re.compile(r"[!?]\]?,|[!?]\|[^\[\]]*\],|\s[,.]|[ ]{2,}|,,|\.\.[^.]|\[\|")
_HAN = "\u4e00-\u9fff"
# Language → the ranges of its script. The others are written in Latin.
SCRIPTS = {
    "ar": ("\u0600-\u06ff",),
    "he": ("\u0590-\u05ff",),
    "hi": ("\u0900-\u097f",),
    "ja": ("\u3040-\u30ff", _HAN),
    "ko": ("\uac00-\ud7a3", "\u3131-\u318e"),
    "ru": ("\u0400-\u04ff",),
    "zh_Hans": (_HAN,),
    "zh_Hant": (_HAN,),
}
ALSO_LATIN = ("hi",)  # many write Hindi in Latin letters
_LONGEST = 420
# Language → words in which somebody speaks to one person.
_TO_ONE = {
    "ar": r"\b\w{2,}ك\b|سمحت",
    "de": r"\b(?:du|dir|dich|sag|stell|pass|halt|hör|hast|weißt)\b",
    "en": r"\b(?:hey|hi|hello|have|are) you\b(?! all)|\byou there|you're|a second",
    "es": r"\b(?:oye+|mira|escucha|espera|dime|adivina|te|sabes|sepas|vas|contarte)\b",
    "fr": r"\b(?:tu|te|t'|toi|dis|écoute|attends|figure|tiens-toi)(?!\w)",
    "he": r"\b(?:לך|שלך|אותך|ממך|תגיד|תגידי|תקשיב|תקשיבי)\b",
    "hi": r"(?<!\w)(?:sun|bata|tu|tujhe|सुन|बता|तू|तुझे)(?![\w\u0900-\u097f])",
    "it": r"\b(?:senti|ascolta|guarda|aspetta|indovina|dimmi|ti|sai|\w+(?:rai|rti))\b",
    "ja": "(?:今|少し)よろしい|今(?:いい|ひま|大丈夫|ちょっと)|^ちょっといい",
    "ko": r"바빠\?|바쁘세요|괜찮아\?|시간 돼",
    "nl": r"\b(?:je|jou|jouw|zeg eens)\b",
    "pt_BR": r"\b(?:te|você|olha|escuta|adivinha|vem|tira|sabe|pera)\b(?!\], gente)",
    "ru": r"\b(?:слушай|скажи|угадай|ты|тебе|тебя)\b",
    "tr": r"\b(?:sana|seni|mısın|misin|musun|müsün|dakikan|bak|dinle|bil|canım)\b",
    "zh_Hans": "[你您](?!们)|(?<!人)在吗|在不|忙不忙|方便吗",
    "zh_Hant": "[你您](?!們)|(?<!人)在嗎|在不|忙嗎|方便嗎",
}


def check(language: Language) -> list[str]:
    """Return everything wrong with a language's scenes, one line each."""
    found = [
        f"{scene.id}: {fault}" for scene in language.scenes for fault in _scene(scene)
    ]
    ids = [scene.id for scene in language.scenes]
    found += [f"two scenes are called {each!r}" for each in _twice(ids)]
    for name, rows in language.slots.items():
        if isinstance(rows, list):
            found += [f"slot {name}: {each!r} twice" for each in _twice(rows)]
            if len({row.count("|") for row in rows}) > 1:
                found.append(f"slot {name}: rows differ in columns")
    for name, phrases in language.phrases.items():
        found += [f"phrase {name}: {each!r} twice" for each in _twice(phrases)]
    for each in (language, language.polite):
        found += [f"{each.register} {fault}" for fault in _around(each)]
    return found


def walks(steps: Sequence[Step]) -> Iterator[list[Beat]]:
    """Yield every way through a scene, with and without optional beats."""
    if not steps:
        yield []
        return
    first, rest = steps[0], steps[1:]
    heads = (
        [[first]]
        if isinstance(first, Beat)
        else [way for branch in first.branches for way in walks(branch)]
    )
    for head in heads:
        for tail in walks(rest):
            yield [*head, *tail]


def _scene(scene: Scene) -> Iterator[str]:
    if unknown := (scene.company | scene.not_with) - _CIRCLES:
        yield f"unknown company {sorted(unknown)}"
    if scene.mood not in PALETTES:
        yield f"unknown mood {scene.mood!r}"
    if scene.where not in ("direct", "group", "any"):
        yield f"unknown place {scene.where!r}"
    if not {*scene.data.get("weekdays", ())} <= {*range(7)}:
        yield f"unknown weekdays {scene.data['weekdays']}"
    if not {*scene.data.get("months", ())} <= {*range(1, 13)}:
        yield f"unknown months {scene.data['months']}"
    yield from _people(scene)
    yield from _later(scene)
    for part in (scene.steps, scene.later):
        for beat in _beats(part):
            for text in beat.raw:
                yield from (f"{fault}: {text!r}" for fault in _text(text, beat, scene))
            yield from (f"said twice: {each!r}" for each in _twice(beat.raw))
        for way in walks(part):
            yield from _walk(way, scene)


def _people(scene: Scene) -> Iterator[str]:
    """Yield what is wrong with `local`, `at`, `then` and `once`."""
    roles = "ABCD"[: scene.cast]
    if not set(scene.local) <= set(roles):
        yield f"unknown roles in local {scene.local!r}"
    known = {"", *scene.data.get("notes", "").split()}
    known |= {each for beat in _beats(scene.steps) for each in beat.sets}
    for name in ("at", "then", "once"):
        said = scene.data.get(name, {})
        yield from (f"{name}: no note {note!r}" for note in said if note not in known)
        for text in said.values() if name != "once" else ():
            words = text.split()
            if len(words) % 2 or not {*words[::2]} <= {*roles}:
                yield f"{name}: not pairs of a role and a place: {text!r}"
            if not {*words[1::2]} <= PLACES:
                yield f"{name}: unknown place in {text!r}"


def _later(scene: Scene) -> Iterator[str]:
    """Yield what is wrong with `after`."""
    days = scene.data.get("after", 1)
    if not scene.later and "after" in scene.data:
        yield "after: no later part"
    if not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        yield f"after: not a number of days from 1 to {MOST_DAYS}: {days!r}"


def _walk(way: list[Beat], scene: Scene) -> Iterator[str]:
    if not way:
        return
    if way[0].tap or way[0].chance < 1 or way[0].needs:
        yield "its first beat is not always said"
    for number, beat in enumerate(way):
        if beat.tap and all(each.speaker == beat.speaker for each in way[:number]):
            yield f"{beat.speaker} reacts to their own words"
    noted: set[str] = set(scene.data.get("notes", "").split())
    for beat in way:
        for need in beat.needs or ():
            if need - noted:
                yield f"nobody can have said {sorted(need - noted)}"
        noted.update(each for each in beat.sets if each)
    if max(beat.speaker for beat in way) > "ABCD"[scene.cast - 1]:
        yield f"more speakers than its cast of {scene.cast}"


def _around(language: Language) -> Iterator[str]:
    """Yield what is wrong with the words before and after scenes."""
    before: dict[str, Sequence[str]] = {}
    for name, words in (("opener", openers(language)), ("aside", asides(language))):
        kinds = (name, f"{name} of a question", f"{name} of news")
        before.update(zip(kinds, words, strict=True))
        if words.general and not fitting(words.general, ""):
            yield f"{name}: nothing for groups"
    for place, texts in before.items():
        yield from (f"{place}: {fault}" for fault in _addressed(texts, language.code))
    for mood in language.tails:
        if mood not in PALETTES:
            yield f"tails for an unknown mood {mood!r}"
    for place, texts in {**before, **language.tails}.items():
        for text in map(bare, texts):
            faults = _template(text, {}, language)
            yield from (f"{place}: {fault}: {text!r}" for fault in faults)
        both = _twice(fitting(texts, "one")) + _twice(fitting(texts, "all"))
        yield from (f"{place}: {each!r} twice" for each in dict.fromkeys(both))


def _addressed(texts: Sequence[str], code: str) -> Iterator[str]:
    """Yield what does not say, as it should, that it speaks to one person."""
    for text in texts:
        if bare(text).startswith(">"):
            yield f"unknown addressee: {text!r}"
        if addressee(text) != "one" and re.search(_TO_ONE[code], bare(text)):
            yield f"speaks to one person: {text!r}"


def _text(text: str, beat: Beat, scene: Scene) -> Iterator[str]:
    if not beat.tap:
        yield from _template(text, scene.slots, scene.language)
    elif text.partition(":")[0] not in TAPBACKS:
        yield "unknown tapback"


def _template(
    text: str, slots: Mapping[str, Rows], language: Language
) -> Iterator[str]:
    for name, _, column in (each.partition(".") for each in _SLOT.findall(text)):
        base = name.rstrip("23456789")
        if name in (*"ABCD", "topic"):
            continue
        rows = slots.get(name) or slots.get(base)
        if rows is None and base not in language.slots:
            yield f"unknown slot {name!r}"
        elif len((rows or language.rows(base))[0]) <= int(column or 0):
            yield f"slot {name!r} has no column {column}"
    for name in _PHRASE.findall(text):
        if name not in language.phrases:
            yield f"unknown phrase {name!r}"
    mark, word, rest = marked(text)
    known = {"@": FILES, "!": frozenset(EFFECTS), "%": frozenset(EVENTS)}
    if mark and word not in known[mark]:
        yield f"unknown mark {mark + word!r}"
    yield from _prose(rest, language.code, is_link=word == "link")


def _prose(text: str, code: str, *, is_link: bool) -> Iterator[str]:
    if text.count("[") != text.count("]") or text.count("{") != text.count("}"):
        yield "unbalanced brackets"
    if any("[" in inner for inner in re.findall(r"\[([^\]]*)\]", text)):
        yield "brackets within brackets"
    if text and _FLAW.search(text.replace(" // ", "; ").replace("...", "")):
        yield "punctuation"
    for host in _HOST.findall(text):
        if not _RESERVED.search(host):
            yield f"not a reserved domain: {host}"
    if _PHONE.search(text):
        yield "a phone number or an address"
    if len(text) > _LONGEST:
        yield "too long"
    bare = _HOST.sub("", _SLOT.sub("", _PHRASE.sub("", text)))
    if re.search(f"[{_other_scripts(code)}]", bare):
        yield "another script"
    is_latin = code not in SCRIPTS or code in ALSO_LATIN or is_link
    if not is_latin and re.search("[A-Za-z]{4,}", bare.replace("haha", "")):
        yield "another script"


@cache
def _other_scripts(code: str) -> str:
    """Return the ranges of the scripts that a language is not written in."""
    known = {each for ranges in SCRIPTS.values() for each in ranges}
    return "".join(sorted(known - {*SCRIPTS.get(code, ())}))


def _beats(steps: Sequence[Step]) -> Iterator[Beat]:
    for step in steps:
        if isinstance(step, Fork):
            for branch in step.branches:
                yield from _beats(branch)
        else:
            yield step


def _twice(texts: Sequence[str]) -> list[str]:
    return sorted({each for each in texts if texts.count(each) > 1})
