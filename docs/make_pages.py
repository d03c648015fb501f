"""Make docs/realism.md, docs/excerpts.md and docs/scenarios.md.

    python docs/make_pages.py

What they show is measured and drawn by seed; nothing is picked by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from pytest_imessage_foundry import pipeline
from pytest_imessage_foundry.conversations import chat_plans, realism, scenarios
from pytest_imessage_foundry.conversations.spoken import LANGUAGES, spoken_in
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.foundry import Order, forge, truth_of
from pytest_imessage_foundry.measures import Measure
from pytest_imessage_foundry.models import ConversationConfig, Message, Scenario
from pytest_imessage_foundry.models.apple_time import HOUR, to_datetime
from pytest_imessage_foundry.personas import builtin
from pytest_imessage_foundry.rates.file_rates import FileRates, rates_of
from pytest_imessage_foundry.spec import Spec

DOCS = Path(__file__).parent
MEASURED = ("default", "family", "work", "international", "busy-group", "sms-only")
# Measured as files, those of them that there are.
FILES = ("tidy", "default", "lived-in")
EXCERPTS, LINES = 10, 12
SEEDS = range(12)
_CALENDAR = (
    "messages in sessions of 5 to 30",
    "from 18 to 1 h, private chats",
    "a weekend day beside a weekday, of work",
    "a weekend day beside a weekday, private",
    "days with a message",
    "longest silence",
    "the quietest twelfth of the time",
    "the busiest twelfth of the time",
    "days on which a partner writes",
    "chats that begin on the first three days",
    "at once after the one before",
    "sooner than typing takes",
)


@cache
def measure(spec: Spec, scenario: Scenario | None = None) -> realism.Realism:
    """Measure the conversations of a spec, or of `scenario` with its settings."""
    if scenario is None:
        order = Order(spec)
        return realism.measure(truth_of(order), order.scenario.personas)
    features = schema.get(spec.release).features
    plans = chat_plans.plan_chats(spec, scenario, features=features)
    found = pipeline.conversations_from(plans, features)
    # A tuple of a stream itself would derive it twice, once for its length.
    held = [replace(chat, messages=tuple(iter(chat.messages))) for chat in found]
    return realism.measure(held, scenarios.complete(scenario, {}).personas)


def one_language(language: str) -> Scenario:
    """Return a scenario of a thousand messages in one language."""
    cast = builtin.load()
    people = [
        each
        for each in cast
        if spoken_in(each.locale) == language
        and not each.is_self
        and each.relationship != "service"
    ][:3]
    owner = next(each for each in cast if each.is_self)
    owner = replace(owner, locale=people[0].locale)
    chats = tuple(
        ConversationConfig(
            id=f"{language}-{each.id}",
            participants=(each.id,),
            message_count_target=1_000 // len(people),
        )
        for each in people
    )
    return Scenario(
        name=language,
        description="",
        personas=(owner, *people),
        conversations=chats,
    )


def table(
    columns: dict[str, realism.Realism], names: Sequence[str] | None = None
) -> str:
    """Return a table with a row for each measure, or those of some `names`."""
    first = next(iter(columns.values()))
    lines = [
        f"| | goal | {' | '.join(columns)} |",
        f"|---|---|{'---|' * len(columns)}",
    ]
    for place, measure_ in enumerate(first.measures):
        shown = [_shown(each.measures[place]) for each in columns.values()]
        name = measure_.name.strip()
        if names is not None and name not in names:
            continue
        lines.append(f"| {name} | {measure_.goal} | {' | '.join(shown)} |")
    return "\n".join(lines)


def _shown(found: Measure) -> str:
    return f"**{found.shown}**" if found.is_met is False else found.shown


def file_rates(scenario: str) -> FileRates:
    """Measure the file that a scenario makes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chat.db"
        forge(Order(Spec(scenario=scenario)), path)
        return rates_of(path)


def rates_table(columns: dict[str, FileRates]) -> str:
    """Return a table with a row for each rate and a column for each file."""
    first = next(iter(columns.values()))
    lines = [f"| | published, or goal | {' | '.join(columns)} | source |"]
    lines.append(f"|---|---|{'---|' * len(columns)}---|")
    for section, measures in first.sections.items():
        lines.append(f"| **{section}** {'| ' * (len(columns) + 2)}|")
        for place, each in enumerate(measures):
            shown = [_counted(of.sections[section][place]) for of in columns.values()]
            cells = " | ".join(shown)
            lines.append(
                f"| {each.name.strip()} | {each.goal} | {cells} | {each.source} |"
            )
    return "\n".join(lines)


def _counted(found: Measure) -> str:
    return f"**{found.counted}**" if found.is_met is False else found.counted


def realism_page() -> str:
    by_scenario = {name: measure(Spec(scenario=name)) for name in MEASURED}
    by_language = {
        name: measure(Spec(source="faker"), one_language(name)) for name in LANGUAGES
    }
    by_seed = {str(seed): measure(Spec(seed=seed)) for seed in SEEDS}
    known = {each.name for each in scenarios.built_in()}
    by_file = {name: file_rates(name) for name in FILES if name in known}
    return f"""\
# How realistic the conversations are

The values were measured by `python docs/make_pages.py`; to measure one scenario, run
`imessage-foundry stats --scenario NAME [--page plots.html]`, to measure a file
`imessage-foundry stats PATH`. A value in bold misses its goal.

## By scenario: source `auto`, tahoe, seed 0

{table(by_scenario)}

## A year of one phone: `default` with twelve seeds

The goals of days, months and partners are those of a year of one phone, as `default`
is. A smaller scenario cannot meet them: so few messages leave most days empty.

{table(by_seed, _CALENDAR)}

## By language: source `faker`, a thousand messages each

Words are counted at spaces. Japanese has none, so it cannot meet the goals for words.
Japanese and Arabic texts have fewer characters than Latin ones with the same content.

{table(by_language)}

## What a file holds, beside what people published of theirs

Counted in the files that the scenarios make on tahoe, seed 0, as `stats PATH` counts in
any chat.db. What was published of several files is a range from the lowest to the
highest; of one file it is half of its figure to twice. "no published figure" has no
range. A value in bold is outside: a file of a phone in use for years would be inside.

{rates_table(by_file)}
"""


def excerpts_page() -> str:
    draw = Random("excerpts:0")
    order = Order(Spec(scenario="international"))
    others = [Order(Spec(scenario=name)) for name in ("default", "family", "work")]
    chats = [
        (each, chat)
        for each in (*others, order)
        for chat in truth_of(each)
        if len(tuple(chat.messages)) > LINES
    ]
    parts = [
        "# Ten excerpts\n",
        "`docs/make_pages.py` chooses them by a seed. Times are the local times of the "
        "phone's owner; an empty line stands for a pause of an hour or more.\n",
    ]
    for number in range(1, EXCERPTS + 1):
        of, chat = chats[int(draw.random() * len(chats))]
        messages = tuple(chat.messages)
        start = int(draw.random() * (len(messages) - LINES))
        names = {
            address: persona.name
            for persona in of.scenario.personas
            for address in persona.addresses
        }
        title = chat.name or ", ".join(names[each] for each in chat.participants)
        parts.append(f"## {number}. {title} ({of.scenario.name}, {chat.origin[:5]}…)\n")
        parts.append("```text")
        zone = ZoneInfo(of.scenario.owner.time_zone)
        parts += _lines(messages[start : start + LINES], names, zone)
        parts.append("```\n")
    return "\n".join(parts)


def _lines(
    messages: Sequence[Message], names: dict[str, str], zone: ZoneInfo
) -> Iterator[str]:
    yield _line(messages[0], names, zone)
    for before, message in pairwise(messages):
        if message.date - before.date > HOUR:
            yield ""
        yield _line(message, names, zone)


def _line(message: Message, names: dict[str, str], zone: ZoneInfo) -> str:
    # An event that names nobody has no sender.
    name = names[message.sender].split()[0] if message.sender else ""
    who = "me" if message.sender is None else name
    what = message.text.replace("\N{OBJECT REPLACEMENT CHARACTER}", "[file] ")
    if message.event is not None:
        what = f"({message.event.kind} {message.event.title or ''})"
    if message.is_unsent:
        what = "(unsent)"
    reactions = "".join(f"  <{tap.emoji or tap.name}>" for tap in message.tapbacks)
    edited = "  (edited)" if message.edits else ""
    moment = f"{to_datetime(message.date).astimezone(zone):%m-%d %H:%M}"
    return f"{moment}  {who:8} {what}{edited}{reactions}"


def scenarios_page() -> str:
    lines = ["# Scenarios\n", "| name | conversations | messages | what it is |"]
    lines.append("|---|---|---|---|")
    for each in scenarios.built_in():
        chats = len(each.conversations) or "-"
        count = sum(config.message_count_target for config in each.conversations)
        lines.append(
            f"| `{each.name}` | {chats} | {count or '-'} | {each.description} |"
        )
    lines.append(
        "\nTo add your own, use the hook `pytest_imessage_scenarios`, or give a TOML "
        "or JSON file to `imessage-foundry build --scenario FILE` or to the mark:\n"
    )
    lines.append("```toml\n" + EXAMPLE + "```\n")
    lines.append(
        "`personas` has ids of built-in people, whole people (`[[personas]]`), or "
        "`library:ID` for people of your own library: [personas.md](personas.md). "
        "Addresses are of nobody, or `real = true` stands at the top of the file.\n\n"
        "A file can also hold chats message by message, of every kind: "
        "[written-chats.md](written-chats.md).\n"
    )
    lines.append(
        "The same from hooks in a `conftest.py`, with somebody of your own; tests then "
        'have `@pytest.mark.imessage(scenario="three-friends")`:\n'
    )
    lines.append("```python\n" + HOOKS + "```\n")
    lines.append(
        "Ids are those of built-in people and of `pytest_imessage_personas`. Who owns "
        "the phone is added if nobody of the scenario has `is_self`.\n"
    )
    return "\n".join(lines)


EXAMPLE = """\
name = "two-friends"
description = "a weekend being planned"
personas = ["alex", "nina"]

[[conversations]]
id = "weekend"
participants = ["nina"]
message_count_target = 60
start = "2025-05-01T00:00:00Z"
end = "2025-05-10T00:00:00Z"
theme = "planning a surprise party"
"""

HOOKS = """\
from pytest_imessage_foundry import ConversationConfig, Persona, Scenario


def pytest_imessage_personas():
    return [Persona(id="ann", name="Ann Lee", identifier="+12125550186")]


def pytest_imessage_scenarios():
    weekend = ConversationConfig(
        id="weekend",
        participants=("nina", "ann"),
        chat_type="group",
        message_count_target=60,
        start="2025-05-01T00:00:00Z",
        end="2025-05-10T00:00:00Z",
        theme="planning a surprise party",
    )
    return [
        Scenario(
            name="three-friends",
            description="a weekend being planned",
            personas=("alex", "nina", "ann"),
            conversations=(weekend,),
        )
    ]
"""

if __name__ == "__main__":
    (DOCS / "realism.md").write_text(realism_page(), encoding="utf-8")
    (DOCS / "excerpts.md").write_text(excerpts_page(), encoding="utf-8")
    (DOCS / "scenarios.md").write_text(scenarios_page(), encoding="utf-8")
