"""Choose the language and the scenes for some people, and their order."""

from __future__ import annotations

from itertools import count, repeat
from typing import TYPE_CHECKING, NamedTuple

from pytest_imessage_foundry.conversations.casing import lower
from pytest_imessage_foundry.conversations.circles import (
    FRIEND,
    HONORIFIC,
    are_colleagues,
    circles,
)
from pytest_imessage_foundry.conversations.clock import offset_in
from pytest_imessage_foundry.conversations.dialogue import transitions
from pytest_imessage_foundry.conversations.dialogue.scenes import key_of, language
from pytest_imessage_foundry.conversations.spoken import spoken_among, spoken_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_imessage_foundry.conversations.dialogue.scenes import Language, Scene
    from pytest_imessage_foundry.models import ConversationConfig, Persona

DAILY = "daily"  # the tag of exchanges of a few words: on the way, milk, good night
# Circle → share of its sittings that are such an exchange. People who live together
# write little else.
_DAILY_SHARES = (
    ("partner", 0.985),
    ("family", 0.36),
    ("friend", 0.33),
    ("work", 0.33),
    ("neighbour", 0.2),
    ("handyman", 0.3),
)
_DAILY_IN_GROUPS = 0.15
_SOME_DAY = 760_000_000  # seconds since 2001, in winter
_AWAY = 1  # hours between clocks, across which people do not meet on a weekday
FAR = 2  # hours between clocks, for which a greeting of the day no longer holds
_MASK = (1 << 64) - 1
_UNIT = 2.0**-53
_SKIPPED = 0.25
_FEW = 12  # scenes, of which all come in every round
# Scenes with files and links have the same share in every round.
_STEADY = frozenset({"photo", "link"})
_AT_A_DISTANCE = frozenset({"work", "neighbour", "handyman", "stranger"})


def mix(a: int, b: int) -> int:
    """Return 64 well-mixed bits of two numbers."""
    x = (a ^ (b * 0x9E3779B97F4A7C15)) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def language_of(owner: Persona, people: Sequence[Persona]) -> Language:
    """Return the language of a chat: the contact's, or a group's most common one."""
    found = language(spoken_among(owner, people))
    distant = [bool(circles(each) & _AT_A_DISTANCE) for each in people]
    is_polite = any(distant) if found.code in HONORIFIC else all(distant)
    return found.polite if is_polite else found


def hours_apart(owner: Persona, people: Sequence[Persona]) -> list[float]:
    """Return the differences in hours between the owner's clock and the others'."""
    here = offset_in(owner.time_zone, _SOME_DAY)
    return [abs(offset_in(p.time_zone, _SOME_DAY) - here) / 3_600 for p in people]


def repertoire(
    config: ConversationConfig,
    owner: Persona,
    people: Sequence[Persona],
    spoken: Language,
) -> list[Scene]:
    """Return the scenes that fit these people."""
    if config.chat_type == "group":
        company = _in_common(people, spoken)
    else:
        company = circles(people[0]) if people else FRIEND
    scenes = _of(company, config, owner, people, spoken)
    if "service" in company and people:
        scenes = _own_trade(people[0], config.theme, scenes)
    # Far away nothing may fit: others at a distance write what they can, too.
    others = _AT_A_DISTANCE if company & _AT_A_DISTANCE else company
    return (
        scenes
        or _of(others, config, owner, people, spoken)
        or _of(FRIEND, config, owner, people, spoken)
    )


def _of(
    company: frozenset[str],
    config: ConversationConfig,
    owner: Persona,
    people: Sequence[Persona],
    spoken: Language,
) -> list[Scene]:
    """Return the scenes that people write of whom all are in such company."""
    where = (config.chat_type, "any")
    size = len(people) + 1
    everybody = frozenset().union(*map(circles, people))
    scenes = [
        scene
        for scene in spoken.scenes
        if scene.where in where
        and scene.cast <= size
        and scene.company & company
        and not scene.not_with & everybody
        and (config.theme or "theme" not in scene.tags)
    ]
    apart = hours_apart(owner, people)
    if max(apart, default=0.0) >= FAR:
        # For somebody six time zones to the west it is not morning yet.
        scenes = [scene for scene in scenes if not transitions.names_a_time(scene)]
    if 2 * sum(each >= _AWAY for each in apart) > len(apart):
        # Nobody from another time zone comes by for dinner; in a group, others do.
        scenes = [scene for scene in scenes if not transitions.is_near(scene)]
    scenes = _castable(scenes, owner, people, spoken)
    return _in_one_script(scenes, key_of(people[0].id if people else owner.id))


def is_local(persona: Persona, spoken: Language) -> bool:
    """Return whether a persona lives among speakers of a language."""
    return spoken_in(persona.locale) == spoken.code


def _castable(
    scenes: Sequence[Scene], owner: Persona, people: Sequence[Persona], spoken: Language
) -> list[Scene]:
    """Return the scenes whose roles for locals have somebody who can have them."""
    there = sum(is_local(each, spoken) for each in people)
    here = is_local(owner, spoken)
    return [
        scene
        for scene in scenes
        if len(scene.local) <= there + here
        and (here or len(people) > 1 or _has_role_for_a_guest(scene))
    ]


def _has_role_for_a_guest(scene: Scene) -> bool:
    """Return whether an owner who is no local can have a role beside one other."""
    can_have = {"owner": "A", "other": "B"}.get(scene.opener, "AB")
    return not set(can_have) <= set(scene.local)


def _in_one_script(scenes: list[Scene], key: int) -> list[Scene]:
    """Return the scenes of one script, where a language is written in several."""
    scripts = sorted({scene.data["notes"] for scene in scenes if "notes" in scene.data})
    if len(scripts) < 2:
        return scenes
    chosen = scripts[key % len(scripts)]
    return [scene for scene in scenes if scene.data.get("notes", chosen) == chosen]


def apart(scenes: Sequence[Scene]) -> tuple[list[Scene], list[Scene]]:
    """Return the scenes that tell something, and the exchanges of every day."""
    told = [scene for scene in scenes if DAILY not in scene.tags]
    daily = [scene for scene in scenes if DAILY in scene.tags]
    return (told, daily) if told else (daily, [])


def daily_share(config: ConversationConfig, people: Sequence[Persona]) -> float:
    """Return the share of sittings that are an exchange of every day."""
    if config.chat_type == "group" or not people:
        return _DAILY_IN_GROUPS
    around = circles(people[0])
    return next((share for name, share in _DAILY_SHARES if name in around), 0.0)


def favourites(
    config: ConversationConfig, scenes: Sequence[Scene], spoken: Language
) -> frozenset[str]:
    """Return the ids of the scenes that fit the theme."""
    wanted = tags_for(config.theme or "", spoken)
    return frozenset(scene.id for scene in scenes if scene.tags & wanted)


def interests(people: Sequence[Persona], spoken: Language) -> frozenset[str]:
    """Return the scene tags for the interests of these people."""
    return tags_for(" ".join(" ".join(p.topics_of_interest) for p in people), spoken)


def tags_for(text: str, spoken: Language) -> frozenset[str]:
    """Return the scene tags that a text asks for."""
    words = lower(text, spoken.code).replace(",", " ").replace("-", " ").split()
    tags = {"theme", *words} if words else set()
    keywords = tuple(spoken.themes)
    for word in words:
        if not word.startswith(keywords):
            continue  # as most do not
        for keyword, named in spoken.themes.items():
            if word.startswith(keyword):
                tags.update(named.split())
    return frozenset(tags)


def scene_rounds(
    scenes: Sequence[Scene],
    key: int,
    wanted: frozenset[str],
    liked: frozenset[str],
) -> Iterator[tuple[Scene, int]]:
    """Return scenes without end, each with the number of its rounds before it.

    The place of a scene in a round depends only on its own id, so that a new scene does
    not change the order of the others. Half of the place is the same in every round, so
    that a scene comes back after half a round at the earliest.
    """
    places = [_place(scene, key, wanted, liked) for scene in scenes]
    if len(places) == 1:
        # A service that has one notice to send has no order to draw.
        return zip(repeat(places[0].scene), count())
    return _rounds(places)


def _rounds(places: Sequence[_Place]) -> Iterator[tuple[Scene, int]]:
    for cycle in count():
        due = [each for each in places if not (cycle + each.own) % each.every]
        for place in _in_order(due, cycle, may_skip=len(places) >= _FEW):
            # Counted by its own rounds: a stride over others' could pass values over.
            yield place.scene, cycle // place.every


class _Place(NamedTuple):
    """What decides where a scene comes in every round.

    Attributes:
        own: the number from which its places are drawn.
        factor: how much earlier it comes than others, and so more often.
        every: in every how many rounds it comes.
        is_steady: whether it comes in each of these.
    """

    scene: Scene
    own: int
    factor: float
    every: int
    is_steady: bool


def _place(
    scene: Scene, key: int, wanted: frozenset[str], liked: frozenset[str]
) -> _Place:
    own = mix(key, scene.key)
    if scene.id in wanted:
        return _Place(scene, own, 0.4, 1, is_steady=True)
    if scene.tags & liked:
        return _Place(scene, own, 0.9, scene.every, is_steady=True)
    is_steady = bool(scene.tags & _STEADY)
    return _Place(scene, own, 1.0, scene.every, is_steady=is_steady)


def _in_order(places: Sequence[_Place], cycle: int, *, may_skip: bool) -> list[_Place]:
    """Return the scenes that come in a round, in its order."""
    drawn = []
    for place in places:
        now = mix(place.own, cycle)
        if place.is_steady or not may_skip or (now & 0xFFFF) >= _SKIPPED * 0x10000:
            at = ((place.own >> 11) + (now >> 11)) * _UNIT / 2
            drawn.append((at * place.factor, place.scene.id, place))
    drawn.sort()
    return [place for _, _, place in drawn]


def _in_common(people: Sequence[Persona], spoken: Language) -> frozenset[str]:
    """Return a group's circles: work or family if its members are, else friends."""
    if are_colleagues(people, spoken.code):
        return frozenset({"work"})
    around = [circles(each) for each in people]
    if around and all(each & {"family", "partner"} for each in around):
        return frozenset({"family"})
    return FRIEND


def _own_trade(sender: Persona, theme: str | None, scenes: list[Scene]) -> list[Scene]:
    """Return the scenes that this service would send: a bank sends no parcels."""
    about = " ".join(
        (
            theme or "",
            sender.name,
            sender.relationship,
            sender.personality,
            sender.writing_style,
            *sender.topics_of_interest,
        )
    ).lower()
    words = about.replace("-", " ").replace("_", " ").split()
    fitting = [
        scene
        for scene in scenes
        if any(word.startswith(tag) for tag in scene.tags for word in words)
    ]
    if fitting or not scenes:
        return fitting
    trades = sorted({tag for scene in scenes for tag in scene.tags})
    trade = trades[key_of(sender.id) % len(trades)]
    return [scene for scene in scenes if trade in scene.tags]
