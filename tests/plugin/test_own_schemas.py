"""Releases that a project adds as manifests: in the ini, and through the hook."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.schema import release_file

TEST = """
    import sqlite3
    from contextlib import closing

    import pytest

    @pytest.mark.imessage(scenario="small")
    def test_it(chat_db, imessage_version):
        assert imessage_version == "tahoe-26.3"
        with closing(sqlite3.connect(chat_db.path)) as connection:
            rows = connection.execute("SELECT is_new FROM message").fetchall()
        assert set(rows) == {(7,)}
        assert chat_db.report().ok
"""


def write(path, name="tahoe-26.3", column="is_new INTEGER DEFAULT 7"):
    tahoe = schema.get("tahoe")
    new = tahoe.evolve(name="new", add_columns={"message": column})
    own = release_file.named(new, name, tahoe)
    path.write_text(release_file.dumped(own, tahoe))


@pytest.fixture
def project(pytester):
    pytester.makepyfile(TEST)
    write(pytester.path / "own.json")
    return pytester


def test_the_ini_names_a_manifest(run_everywhere, project):
    project.makeini("[pytest]\nimessage_schemas = own.json\n")
    run_everywhere("--imessage-version=tahoe-26.3").assert_outcomes(passed=1)


def test_the_hook_names_a_manifest(plain_run, project):
    project.makeconftest("def pytest_imessage_schemas(): return ['own.json']")
    plain_run("--imessage-version=tahoe-26.3").assert_outcomes(passed=1)


def test_what_is_wrong_ends_the_run_before_it_starts(plain_run, project):
    project.makeini("[pytest]\nimessage_schemas = none.json\n")
    done = plain_run()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*there is no such file", "*(from imessage_schemas)"])

    write(project.path / "must.json", "other", "must TEXT NOT NULL")
    project.makeini("[pytest]\nimessage_schemas = must.json\n")
    plain_run().stderr.fnmatch_lines(["*column message.must must have a value*"])

    project.makeini("[pytest]\nimessage_schemas = own.json own.json\n")
    plain_run().stderr.fnmatch_lines(["*two schemas are called 'tahoe-26.3'*"])
