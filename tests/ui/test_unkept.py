"""The disk refuses the draft: it is said until it is mended."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pytest_imessage_foundry.ui.project_draft import ProjectDraft

TOLD = "the draft cannot be kept: No space left on device"


@pytest.fixture
def disk(monkeypatch):
    """A disk that is full until `clear` is called."""
    written = Path.write_text
    state = {"is_full": True}

    def write_text(path, text, **how):
        if state["is_full"] and "draft" in path.name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return written(path, text, **how)

    monkeypatch.setattr(Path, "write_text", write_text)
    return lambda **new: state.update(new)


async def take_somebody(person):
    """Go to the people of a new phone and choose one."""
    await person.sees("New phone")
    await person.press("enter")
    await person.at("SettingsScreen")
    await person.press("ctrl+n")
    await person.at("PeopleScreen")
    await person.press("down", "space")
    await person.sees("1 person will take part")


def test_every_screen_says_so(play, disk):
    async def story(person):
        await take_somebody(person)
        assert TOLD in person.seen()  # beside what was said since
        await person.press("ctrl+n")
        await person.at("ConversationsScreen")
        await person.sees(TOLD)
        await person.press("escape", "escape", "escape")
        await person.at("WelcomeScreen")
        await person.sees(TOLD)
        assert "what you chose is not saved" in person.seen()
        assert "what you made is kept" not in person.seen()

    play(story)


def test_it_is_said_no_more_once_it_is_saved(play, disk, library):
    async def story(person):
        await take_somebody(person)
        disk(is_full=False)
        await person.press("ctrl+n")
        await person.at("ConversationsScreen")
        assert TOLD not in person.seen()
        await person.press("escape")
        await person.at("PeopleScreen")
        assert TOLD not in person.seen()

    play(story)

    assert len(ProjectDraft(library.parent).load().people) == 1


def test_leaving_saves_what_there_is_room_for_by_now(play, disk, library):
    async def story(person):
        await take_somebody(person)
        await person.press("ctrl+q")
        assert person.screen == "ConfirmScreen"
        assert TOLD in person.seen()
        await person.press("n")
        await person.at("PeopleScreen")
        disk(is_full=False)
        await person.press("ctrl+q")
        return person.app.return_code

    assert play(story) == 0
    assert len(ProjectDraft(library.parent).load().people) == 1


def test_leaving_all_the_same(play, disk, library):
    async def story(person):
        await take_somebody(person)
        await person.press("ctrl+q", "ctrl+q", "enter")
        assert person.screen == "PeopleScreen"
        assert person.app.return_code is None
        await person.press("ctrl+q", "y")
        return person.app.return_code

    assert play(story) == 0
    assert not ProjectDraft(library.parent).path.exists()
