"""Circles: the groups of relationships for which a scene is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.models import Persona

FRIEND = frozenset({"friend"})
# Words for relationships, and the circles whose scenes fit them.
_CIRCLES = {
    "family parent": "mother father mom mum dad parent mama papa",
    "family elder": "grandmother grandfather grandma grandpa granny nan grandparent",
    "family child": "son daughter child",
    "family sibling": "brother sister sibling twin",
    "family": "family aunt uncle cousin niece nephew in-law mother-in-law "
    "father-in-law brother-in-law sister-in-law",
    "partner": "partner wife husband spouse girlfriend boyfriend fiance fiancee",
    "work boss": "boss manager supervisor",
    "work": "work colleague coworker co-worker client customer accountant teammate",
    "neighbour landlord": "landlord landlady",
    "handyman": "handyman plumber electrician",
    "neighbour": "neighbour neighbor tenant flatmate-to-be",
    "service": "service bank courier delivery dentist doctor clinic shop store "
    "airline pharmacy gym-desk notifications business company verification",
    "stranger": "stranger unknown wrong-number",
}
_BY_WORD = {
    word: frozenset(circles.split())
    for circles, words in _CIRCLES.items()
    for word in words.split()
}


# In these one colleague is enough for polite endings of verbs.
HONORIFIC = ("ja", "ko")


def are_colleagues(people: Sequence[Persona], code: str) -> bool:
    """Return whether people write to each other as colleagues.

    All are; or one is, in a language in which the others would have to be polite to
    them, as nobody is among friends.

    Args:
        people: all but the owner.
        code: the code of the language in which they write.
    """
    of_work = ["work" in circles(each) for each in people]
    return any(of_work) if code in HONORIFIC else bool(of_work) and all(of_work)


def circles(persona: Persona) -> frozenset[str]:
    """Return the circles that a persona belongs to, by the names that scenes use."""
    if persona.identifier_type in ("short-code", "business"):
        return frozenset({"service"})
    words = persona.relationship.lower().replace("_", "-").replace(",", " ").split()
    for word in reversed(words):
        if word in _BY_WORD:
            return _BY_WORD[word]
    return FRIEND
