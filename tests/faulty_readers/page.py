"""Write docs/faulty-readers.md: what a reader gets wrong, and what shows it.

`python -m tests.faulty_readers.page`, from the project's root.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from .fault import FAULTS, Fault
from .files_read import BY_HAND, NAMES, RELEASES, SUBJECTS, ReadFile
from .truths import QUESTIONS

PAGE = Path(__file__).parents[2] / "docs" / "faulty-readers.md"
CASES = 3
HEAD = """\
# What your reader gets wrong, and which test shows it

Written by `python -m tests.faulty_readers.page`; do not edit. Each fault below was
reported of a program that people use. A reader of a few lines in
`tests/faulty_readers` has it and nothing else, and a correct reader stands beside it;
the tests run both over the files named here, of {releases}.

**Shown by** are the scenarios whose files a reader with this fault reads wrongly, and
cases of `kinds` that do it alone: `chat_db.case("{example}")`. Test with

```python
@pytest.mark.imessage(scenario="{scenario}")
def test_my_reader(chat_db): ...
```

{count} faults in answer to {questions} questions.
"""
Files = Callable[[str, str], ReadFile]


def page(files: Files) -> str:
    """Return the page; `files` gives a file by name and release."""
    scenarios = [name for name in NAMES if name != BY_HAND]
    parts = [
        HEAD.format(
            releases=", ".join(RELEASES),
            example="backfilled",
            scenario=scenarios[-2] if len(scenarios) > 1 else scenarios[0],
            count=len(FAULTS),
            questions=len(QUESTIONS),
        )
    ]
    for subject in SUBJECTS:
        title = (subject.__doc__ or "").removeprefix("Faults about ").rstrip(".")
        parts.append(f"## {title[0].upper()}{title[1:]}\n")
        for fault in FAULTS.values():
            if fault.read.__module__ == subject.__name__:
                parts += _lines(fault, files)
    return "\n".join(parts).rstrip() + "\n"


def _lines(fault: Fault, files: Files) -> Iterator[str]:
    yield f"### {fault.name[0].upper()}{fault.name[1:]}\n"
    yield f"* Asked: {QUESTIONS[fault.asks].asks}"
    yield f"* **Goes wrong:** {fault.wrong}"
    yield f"* **Do it right:** {fault.right}"
    yield f"* Reported: {_links(fault.report)}"
    yield f"* **Shown by:** {', '.join(_shown(fault, files))}\n"


def _links(report: str) -> str:
    """Return the reports as links; a number alone is of the repository before."""
    links, repository = [], ""
    for each in report.split(", "):
        *named, number = each.replace("PR ", "PR").rsplit(" ", 1)
        repository = named[0] if named else repository
        is_pull = number.startswith("PR")
        digits = number.removeprefix("PR").removeprefix("#")
        place = f"{repository}/{'pull' if is_pull else 'issues'}/{digits}"
        links.append(f"[{repository} #{digits}](https://github.com/{place})")
    return ", ".join(links)


def _shown(fault: Fault, files: Files) -> Iterator[str]:
    for name in NAMES:
        releases = [r for r in RELEASES if files(name, r).shown[fault.name]]
        if not releases or name == BY_HAND:
            continue
        where = "" if len(releases) == len(RELEASES) else f" ({', '.join(releases)})"
        yield f"`{name}`{where}{_cases(fault, files(name, releases[-1]))}"
    if all(not files(n, r).shown[fault.name] for n in NAMES[:-1] for r in RELEASES):
        yield "a phone by hand: `files_read.py`"


def _cases(fault: Fault, file: ReadFile) -> str:
    cases = file.cases(fault)
    listed = ", ".join(f"`{each}`" for each in cases[:CASES])
    more = f" and {len(cases) - CASES} more" if len(cases) > CASES else ""
    return f": {listed}{more}" if cases else ""


def main() -> None:
    """Build the files and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        built: dict[tuple[str, str], ReadFile] = {}

        def files(name: str, release: str) -> ReadFile:
            if (name, release) not in built:
                place = Path(folder, f"{name}-{release}")
                place.mkdir()
                built[name, release] = ReadFile(name, release, place)
            return built[name, release]

        PAGE.write_text(page(files), encoding="utf-8")


if __name__ == "__main__":
    main()
