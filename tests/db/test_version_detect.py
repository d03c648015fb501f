"""Which macOS this machine runs."""

from __future__ import annotations

import platform

import pytest

from pytest_imessage_foundry.cli import parser
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.version_detect import FALLBACK, detect
from pytest_imessage_foundry.spec import Spec
from pytest_imessage_foundry.ui.project import Project


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("14.0", "sonoma"),
        ("14.7.2", "sonoma"),
        ("15.2", "sequoia-15.2"),
        ("15.6.1", "sequoia"),
        ("26.0.1", "tahoe-26.0"),
        ("26.5.2", "tahoe"),
        ("27.0", "golden-gate"),
    ],
)
def test_known_versions(version, release):
    found = detect(version)
    assert (found.release, found.notice) == (release, None)


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("13.6", "sonoma"),
        ("10.15.7", "sonoma"),
        ("16.0", "tahoe"),  # 26, as a process built against an old SDK sees it
        ("28.1", schema.ALL[-1]),
        ("beta", FALLBACK),
        ("", FALLBACK),
    ],
)
def test_guesses_say_so(version, release):
    found = detect(version)
    assert found.release == release
    assert found.notice


def test_the_fallback_is_the_newest_that_was_read_whole():
    whole = [name for name in schema.ALL if not schema.get(name).origins]
    assert whole[-1] == FALLBACK


def test_no_mac_is_one_release_for_all_commands(monkeypatch):
    monkeypatch.setattr(platform, "mac_ver", lambda: ("", ("", "", ""), ""))
    defaults = {
        parser().parse_args(words).macos
        for words in (["build", "x.db"], ["stats"], ["kinds"])
    }
    assert defaults == {"auto"}
    assert {detect().release, Spec().release, Project().release} == {FALLBACK}


@pytest.mark.parametrize(("version", "release"), [("15.6", "sequoia"), ("", FALLBACK)])
def test_this_machine(monkeypatch, version, release):
    monkeypatch.setattr(platform, "mac_ver", lambda: (version, ("", "", ""), ""))
    assert detect().release == release
