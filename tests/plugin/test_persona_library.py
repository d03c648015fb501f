"""A test run and the user's persona library: read where it is named, else unseen."""

from __future__ import annotations

import hashlib
import os

import pytest

from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import library

CHAT = '[[conversations]]\nid = "x"\nparticipants = ["{}"]\nmessage_count_target = 4\n'


@pytest.fixture
def path(pytester, monkeypatch):
    place = pytester.path / "data" / "foundry.db"
    monkeypatch.setenv("IMESSAGE_FOUNDRY_DB", str(place))
    return place


@pytest.fixture
def one_test(pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="mine.toml", versions=["tahoe"])
        def test_it(chat_db):
            names = {each.name for each in chat_db.personas}
            assert names == {"Alex Carver", "Ana Ruiz"}
        """
    )


@pytest.mark.usefixtures("one_test")
def test_it_is_neither_made_nor_opened_for_others(plain_run, pytester, path):
    path.parent.mkdir()
    path.write_text("whoever opens this is told that it is no database")
    table = '[[personas]]\nid = "ana"\nname = "Ana Ruiz"\nidentifier = "+12125550190"\n'
    (pytester.path / "mine.toml").write_text(table + CHAT.format("ana"))

    plain_run("--imessage-version=tahoe").assert_outcomes(passed=1)

    path.unlink()
    plain_run("--imessage-version=tahoe").assert_outcomes(passed=1)
    assert list(path.parent.iterdir()) == []


@pytest.mark.usefixtures("one_test")
def test_it_is_read_where_it_is_named(run, pytester, path):
    with library.opened() as kept:
        kept.add(Persona(id="ana", name="Ana Ruiz", identifier="+12125550190"))
    (pytester.path / "mine.toml").write_text(
        'personas = ["library:ana"]\n' + CHAT.format("ana")
    )
    before = hashlib.sha256(path.read_bytes()).digest()
    path.chmod(0o400)
    path.parent.chmod(0o500)

    run("--imessage-version=tahoe").assert_outcomes(passed=1)

    path.parent.chmod(0o700)
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert os.listdir(path.parent) == ["foundry.db"]


@pytest.mark.usefixtures("one_test", "path")
def test_without_a_library_the_test_says_so(plain_run, pytester):
    (pytester.path / "mine.toml").write_text(
        'personas = ["library:ana"]\n' + CHAT.format("ana")
    )

    result = plain_run("--imessage-version=tahoe")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no persona library*"])
    assert "Traceback" not in result.stdout.str()
