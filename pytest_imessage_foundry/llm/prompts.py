"""The prompts for a model. Every change here needs a new `packs.PROMPT_VERSION`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.llm.exchange import Context, Prompt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_imessage_foundry.models import Persona, Turn

RECENT = 16  # latest turns in the prompt of a batch, for continuity
RECENT_TEXT = 240  # characters of each
AGAIN_TEXT = 1500  # characters of a rejected answer that are sent back

_RULES = """\
You write text message conversations between invented people, as they would \
look on a phone. Everybody in them is fictional.

Rules:
- Write in the language of the locale given with the people.
- Each message is one bubble: often short, sometimes a few in a row by one person.
- Keep each person's own voice: wording, punctuation, capitals, emoji.
- Let it flow from what was said before; do not repeat earlier messages.
- No phone numbers, e-mail addresses, street addresses, or names of real people.
- Links, if any, only to example.com.
- "sender" is always one of the ids given.
- "new_topic" is true where a new subject starts, hours or days later.
- "tapback" is how the other side reacts to the message; null for most.
"""

_BATCH = """\
The people:
{people}

The chat: {chat}. {theme}

{recent}

Write the next {count} messages, exactly {count}{last}."""

_PERSON = """\
Create a realistic, fictional person who would be a {relationship} of somebody.

Consider:
- A distinctive name that fits the country {country} and the locale {locale}
- Communication style and vocabulary
- Personality traits that affect texting behavior
- Topics they would naturally discuss
- Emoji and slang usage patterns
{more}
Give no phone number, no address and no name of a real person."""


def batch(
    context: Context, everybody: Sequence[Persona], said: Sequence[Turn], count: int
) -> tuple[Prompt, ...]:
    """Return the prompts for the next `count` messages."""
    left = context.config.message_count_target - len(said) - count
    text = _BATCH.format(
        people="\n".join(described(each) for each in everybody),
        chat=_chat(context),
        theme=_theme(context),
        recent=_recent(said),
        count=count,
        last="; they end the conversation" if left <= 0 else "",
    )
    return Prompt("system", _RULES), Prompt("user", text)


def described(person: Persona) -> str:
    """Return a persona's description in a prompt, which has no address in it."""
    role = "owns the phone" if person.is_self else f"their {person.relationship}"
    topics = ", ".join(person.topics_of_interest)
    return (
        f'- id "{person.id}": {person.name}, {role}; locale {person.locale}. '
        f"{person.personality} Writing style: {person.writing_style} "
        f"Emoji: {person.emoji_usage}. Vocabulary: {person.vocabulary_level}. "
        f"Writes: {person.communication_frequency} frequency, answers within "
        f"{person.typical_response_time}."
        + (f" Likes to talk about: {topics}." if topics else "")
    )


def _chat(context: Context) -> str:
    config = context.config
    what = "a group chat" if config.chat_type == "group" else "between two people"
    name = f' called "{config.name}"' if config.name else ""
    plain = "" if config.service == "iMessage" else "; plain texts, no tapbacks"
    return f"{what}{name}, over {config.service}{plain}"


def _theme(context: Context) -> str:
    if context.config.theme:
        return f"What it is about: {context.config.theme}."
    return "It is about their everyday life; several subjects, one after another."


def _recent(said: Sequence[Turn]) -> str:
    if not said:
        return "The conversation has not begun yet."
    lines = [
        {"sender": turn.sender, "text": turn.text[:RECENT_TEXT]}
        for turn in said[-RECENT:]
    ]
    shown = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    return f"The last messages so far:\n{shown}"


def again(answer: str, problem: str) -> tuple[Prompt, ...]:
    """Return the prompts that ask for a better answer, with the reason."""
    said = answer[:AGAIN_TEXT] or "(nothing)"
    ask = f"That cannot be used: {problem}. Answer once more, with JSON alone."
    return Prompt("assistant", said), Prompt("user", ask)


def person(constraints: Mapping[str, str]) -> tuple[Prompt, ...]:
    """Return the prompts for a new persona."""
    known = {"relationship", "country", "locale"}
    more = [f"- {name}: {constraints[name]}" for name in constraints.keys() - known]
    text = _PERSON.format(
        relationship=constraints.get("relationship", "friend"),
        country=constraints.get("country", "US"),
        locale=constraints.get("locale", "en_US"),
        more="\n".join(sorted(more)),
    )
    return (Prompt("user", text),)


def in_words(schema: Mapping[str, Any]) -> str:
    """Return the schema as text, for a server that takes none as a parameter."""
    shape = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    return f"\n\nAnswer with one JSON value and nothing else, by this schema:\n{shape}"
