"""The line that says how far long work is."""

from __future__ import annotations

import io

import pytest

from pytest_imessage_foundry.cli import main, progress_bar


@pytest.fixture
def terminal(monkeypatch, terminal):
    """Where each step is drawn, however quick."""
    monkeypatch.setattr(progress_bar, "PATIENCE", 0)
    monkeypatch.setattr(progress_bar, "EVERY", 0)
    return terminal


def test_a_bar_is_drawn_and_gone(terminal):
    with progress_bar.shown("messages", terminal) as at:
        at(250, 1_000)
        at(1_200, 1_000)

    first, second, after = terminal.getvalue().split("\r\033[K")[1:]
    assert first == "[######------------------]  25%  250 messages"
    assert second == "[########################] 100%  1,200 messages"
    assert after == ""


def test_a_bar_fits_the_terminal(terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    with progress_bar.shown("messages", terminal) as at:
        at(1, 2)

    assert max(map(len, terminal.getvalue().split("\r\033[K"))) == 19


def test_nobody_is_told_of_what_is_quick(monkeypatch, terminal):
    monkeypatch.setattr(progress_bar, "PATIENCE", 3600)
    with progress_bar.shown("messages", terminal) as at:
        at(1, 2)

    assert terminal.getvalue() == ""


def test_elsewhere_than_at_a_terminal_nothing_is_counted():
    with progress_bar.shown("messages", io.StringIO()) as at:
        assert at is None
    with progress_bar.counted("messages", 2) as at:
        assert at is None


def test_long_work_shows_how_far_it_is(tmp_path, monkeypatch, terminal, capsys):
    monkeypatch.setattr("sys.stderr", terminal)
    path, truth = str(tmp_path / "chat.db"), str(tmp_path / "truth.json")
    page = str(tmp_path / "page.html")
    small = ["--macos", "tahoe", "--messages", "1100"]

    for command, said in (
        (["build", path, *small, "--truth", truth], "message rows"),
        (["validate", path], "checks"),
        (["preview", path, "-o", page], "messages drawn"),
        (["stats", "--messages", "50"], "messages measured"),
    ):
        terminal.truncate(0)
        assert main(command) == 0
        assert f" {said}" in terminal.getvalue(), command
        assert terminal.getvalue().endswith("\r\033[K")
        assert "\033" not in capsys.readouterr().out
