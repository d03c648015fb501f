"""Write the parts of docs/lived-in.md that are made: people, states, diagnostics.

`python -m tests.readers.life_page`, from the project's root. What stands around them
is written by hand. The diagnostics need imessage-exporter:
`python tests/readers/install.py imessage-exporter`.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry import foundry, layouts
from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.conversations.life.draws import RATES
from pytest_imessage_foundry.spec import Spec

from . import exporter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.models import ConversationConfig

PAGE = Path(__file__).parents[2] / "docs" / "lived-in.md"
SPEC = Spec(release="tahoe", scenario="lived-in", messages=25_000)
# What it says of the machine and the file, which our rows do not decide.
_ELSEWHERE = re.compile(r"\s+(?:Total database size|Data present on disk): ")
_LABEL = re.compile(r" +([^:]+):(?: |$)")


def block(page: str, name: str) -> str:
    """Return what stands between the marks of a part of the page."""
    found = re.search(rf"(?s)<!-- {name} -->\n(.*?)<!-- end of {name} -->", page)
    assert found, f"docs/lived-in.md has no part {name!r}"
    return found[1]


def with_block(page: str, name: str, text: str) -> str:
    """Return the page with a part put in."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    head, rest = page.split(begin)
    return f"{head}{begin}{text}{end}{rest.split(end)[1]}"


def people() -> str:
    """Return the chats that the scenario names, the largest first."""
    scenario = scenarios.get("lived-in")
    names = {each.id: each.name for each in scenario.personas}
    lines = ["| who | years | over | messages |", "|---|---|---|---|"]
    chats = sorted(scenario.conversations, key=lambda each: -each.message_count_target)
    for chat in chats:
        others = ", ".join(names[each] for each in chat.participants)
        who = f"{chat.name or 'a group without a name'}: {others}"
        who = who if chat.chat_type == "group" else others
        number = f"{chat.message_count_target:,}"
        lines.append(f"| {who} | {_years(chat)} | {_over(chat)} | {number} |")
    return "\n".join(lines) + "\n"


def _years(chat: ConversationConfig) -> str:
    first, last = chat.start[:4], chat.end[:4] or "now"
    return first if first == last else f"{first} to {last}"


def _over(chat: ConversationConfig) -> str:
    return f"{chat.service}, {chat.address}" if chat.address else chat.service


def states() -> str:
    """Return what each state is a share of, how often it is met, and who says so."""
    lines = ["| state | of | lived-in | default | source |", "|---|---|---|---|---|"]
    for rate in RATES:
        shares = (_share(rate.decade, rate.of), _share(rate.year, rate.of))
        lines.append(
            f"| {rate.state} | {rate.share} | {shares[0]} | {shares[1]} "
            f"| {rate.source} |"
        )
    return "\n".join(lines) + "\n"


def _share(value: float, of: str) -> str:
    if not value:
        return "-"
    return f"{value:g}" if of == "phone" else f"{value:.2%}".replace(".00%", "%")


def diagnostics() -> str:
    """Return what imessage-exporter says of one build, as it prints it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        layouts.build(foundry.Order(SPEC), home, "home")
        database = layouts.database_in(home, "home")
        how = exporter.Export(home=home)
        empty = Path(folder, "empty")
        empty.mkdir()
        arguments = ("-d", "-p", str(database), *how.options())
        said = exporter.run_exporter(arguments, how, empty).stdout
    lines = said[said.index("Handle diagnostic") : said.index("Environment")]
    return f"```text\n{lines.strip()}\n```\n"


def of_rows(said: str) -> list[str]:
    """Return the lines that the rows decide."""
    return [line for line in said.splitlines() if not _ELSEWHERE.match(line)]


def labels(said: str) -> Iterator[str]:
    """Yield the label of each line."""
    for line in said.splitlines():
        if match := _LABEL.match(line):
            yield match[1]


def counts(said: str) -> dict[str, int]:
    """Return the number of each line that has one at its beginning."""
    found = re.findall(r"(?m)^ +([^:\n]+): ([\d,]+)(?= |$)(?! MB)", said)
    return {label: int(number.replace(",", "")) for label, number in found}


def main() -> None:
    """Write the parts into the page."""
    page = PAGE.read_text(encoding="utf-8")
    for part in (people, states, diagnostics):
        page = with_block(page, part.__name__, part())
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
