"""docs/ios.md does what it says: its commands and its example run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import decrypting
import pytest

from pytest_imessage_foundry import layouts
from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.ios import address_book, backup, manifest

PAGE = (Path(__file__).parents[2] / "docs/ios.md").read_text(encoding="utf-8")


def test_its_commands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = re.findall("^imessage-foundry (.*)$", PAGE, re.M)
    assert len(lines) == 3
    for line in lines:
        asked = shlex.split(line, comments=True)
        assert main([*asked, "--macos", "tahoe", "--scenario", "small"]) == 0


def test_its_example(plain_run, pytester):
    (example,) = re.findall("```python\n(.*?)```", PAGE, re.S)
    reader = Path(decrypting.__file__).read_text(encoding="utf-8")
    pytester.makepyfile(my_reader=reader)
    pytester.makepyfile(f"import my_reader\n{example}")

    plain_run("--imessage-version=tahoe").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("name", "place"),
    re.findall("^\\| `(Library/[^`…]+)`.*`(../.{40})` \\|$", PAGE, re.M),
)
def test_its_places(name, place):
    assert manifest.place_of("HomeDomain", name).as_posix() == place
    assert name.rpartition("/")[2] in (
        layouts.database_in(Path(), "ios").name,
        address_book.FILE_NAME,
        address_book.IMAGES_NAME,
    )
    assert backup.DATABASE.as_posix() in PAGE
