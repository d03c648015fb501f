"""The screen People: who is kept, who takes part, whose phone it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import handles
from pytest_imessage_foundry.personas import library as shelf

ANA = Persona(
    id="ana",
    name="Ana Díaz",
    identifier=handles.phone("US", 900),
    personality="Collects maps.",
)

BOSS = replace(ANA, relationship="boss")


def kept(library):
    with shelf.opened(library) as opened:
        return opened.personas()


@pytest.fixture
def ana(library):
    with shelf.opened(library) as opened:
        opened.add(ANA)


def test_created(play, left, library):
    left("people")

    async def story(person):
        await person.press("enter", "n", "ctrl+s")
        await person.sees("Name: is empty")
        await person.fill("name", "Bo Ek")
        await person.fill("country_code", "se")
        await person.fill("identifier", "+46701234567")
        await person.fill("topics_of_interest", "sailing, rye bread")
        await person.press("ctrl+s")
        await person.sees("kept for fiction")
        await person.press("ctrl+g", "ctrl+s")
        await person.sees("Bo Ek is in your library.")
        await person.sees("▸ [x]  Bo Ek")
        return person.app.project

    project = play(story)

    (bo,) = kept(library)
    assert (bo.id, bo.country_code, bo.locale) == ("bo-ek", "SE", "sv_SE")
    assert handles.country_of(bo.identifier) == "SE"
    assert bo.topics_of_interest == ("sailing", "rye bread")
    assert [each.id for each in project.people] == ["mom", "dad", "bo-ek"]


def test_edited(play, left, ana, library):
    left("people", personas=(*left().personas, ANA))

    async def story(person):
        await person.press("enter", "home", "enter")
        await person.sees("Edit Ana Díaz")
        await person.fill("relationship", "aunt")
        await person.press("down", "ctrl+s")
        await person.sees("aunt")
        return person.app.project

    project = play(story)

    assert kept(library)[0].relationship == "aunt"
    assert next(p for p in project.people if p.id == "ana").relationship == "aunt"


def test_a_built_in_person_edited_is_ones_own(play, left, library):
    left("people")

    async def story(person):
        await person.press("enter", "down", "enter")
        await person.fill("name", "Mum")
        await person.press("ctrl+s")
        seen = person.seen()
        assert "Mum" in seen
        assert "Linda Carver" not in seen
        await person.press("d")
        await person.sees("The built-in person of that id is back then.")
        await person.press("y")
        await person.sees("[x]  Linda Carver")
        return person.app.project

    project = play(story)

    assert kept(library) == ()
    assert [each.id for each in project.conversations] == ["mom", "parents"]


def test_deleted(play, left, ana, library):
    project = left()
    people, chats = (*project.personas, ANA), project.conversations
    chat = replace(chats[0], id="ana", participants=("ana",))
    left("people", personas=people, conversations=(*chats, chat))

    async def story(person):
        await person.press("enter", "home", "d")
        await person.sees("Delete Ana Díaz from your library?")
        await person.sees("1 conversation of this phone end")
        await person.press("enter")
        assert len(kept(library)) == 1
        await person.press("d", "y")
        assert "Ana" not in person.seen().replace("Ana Díaz is gone", "")
        return person.app.project

    project = play(story)

    assert kept(library) == ()
    assert not project.has("ana")
    assert [each.id for each in project.conversations] == ["mom", "parents"]


def test_built_in_people_stay(play, left):
    left("people")

    async def story(person):
        await person.press("enter", "down", "d")
        await person.sees("Linda Carver is not of your library")
        assert person.screen == "PeopleScreen"

    play(story)


def test_whoever_talks_leaves_only_when_that_is_meant(play, left):
    left("people")

    async def story(person):
        await person.press("enter", "down", "space")
        await person.sees("Linda Carver leaves, who is in 2 conversations")
        await person.press("n")
        assert person.app.project.has("mom")
        await person.press("space", "y")
        return person.app.project

    project = play(story)

    assert not project.has("mom")
    assert [each.participants for each in project.conversations] == [("dad",)]


def test_another_owner(play, left, ana, library):
    left("people", personas=(*left().personas, ANA))

    async def story(person):
        await person.press("enter", "home", "s")
        await person.sees("It is Ana Díaz's phone now.")
        await person.sees("▸ [me] Ana")
        await person.press("space")
        await person.sees("Ana Díaz owns the phone")
        return person.app.project

    project = play(story)

    assert project.owner.id == "ana"
    assert not project.has("alex")
    assert kept(library)[0].is_self


def test_an_owner_deleted_leaves_the_phone_to_another(play, left, ana, library):
    project = left()
    mine = replace(ANA, is_self=True)
    left("people", personas=(mine, *project.people))

    async def story(person):
        await person.press("enter", "home", "d", "y")
        await person.sees("Ana Díaz is gone from your library.")
        return person.app.project

    project = play(story)

    assert project.owner.id == "alex"
    assert len(project.conversations) == 2


def test_a_history_that_cannot_be_written(play, left, ana, library, home):
    """The database is what was asked for, and it is there."""
    left("messages", personas=(*left().personas, ANA))

    async def story(person):
        await person.press("enter")
        for file in library.parent.glob("foundry.db*"):
            file.write_bytes(b"this is no database " * 99)
        await person.press("g")
        await person.at("ResultScreen")
        await person.sees("✓ valid")
        await person.sees("✗")

    play(story)

    assert (home / "chat.db").exists()


def test_a_build_is_in_the_history(play, left, ana, library, home):
    left("messages", personas=(*left().personas, ANA))

    async def story(person):
        await person.press("enter", "g")
        await person.at("ResultScreen")

    play(story)

    with shelf.opened(library) as opened:
        (build,) = opened.history()
    assert build.persona_ids == ("ana",)
    assert build.output_path == str(home / "chat.db")
    assert build.message_count > 30


def test_markup_and_controls_are_characters(play, left, library):
    """What a file says is shown, never obeyed."""
    nasty = "[bold red]x[/] [@click=app.quit]y[/]"
    wild = replace(ANA, id="wild", name="Wild", relationship="\x1b[2J")
    left("people", personas=(*left().personas, replace(ANA, name=nasty), wild))
    with shelf.opened(library) as opened:
        opened.add(replace(ANA, name=nasty))

    async def story(person):
        await person.press("enter", "home")
        await person.sees("[bold red]x[/]")
        await person.press("end")
        card = [line[41:] for line in person.seen().splitlines()]
        assert any("\\x1b[2J" in line for line in card)
        await person.press("home", "enter")
        await person.sees(f"Edit {nasty}")
        await person.press("escape", "ctrl+n", "n")
        await person.sees("[bold red]x[/]")
        await person.sees("\\x1b[2J")
        assert "\x1b" not in person.seen()

    play(story)


def test_a_library_that_breaks_meanwhile(play, left, ana, library):
    left("people")

    async def story(person):
        await person.press("enter", "home")
        for file in library.parent.glob("foundry.db*"):
            file.write_bytes(b"this is no database " * 99)
        await person.press("n")
        await person.sees("✗")
        await person.sees("looked at")
        assert person.screen == "PeopleScreen"

    play(story)


def test_changed_and_gone_elsewhere(play, left, ana, library):
    """Another process edits the library while a draft holds its people."""
    project = left()
    stranger = replace(ANA, id="bo", name="Bo Ek", identifier=handles.phone("SE", 3))
    left("people", personas=(*project.personas, ANA, stranger))
    with shelf.opened(library) as opened:
        opened.update(BOSS)

    async def story(person):
        await person.press("enter", "end")
        await person.sees("on this phone alone")
        await person.press("space")
        return person.app.project

    people = {each.id: each for each in play(story).people}

    assert people["ana"].relationship == "boss"
    assert "bo" not in people


@pytest.mark.parametrize("is_broken", [False, True])
def test_continued_where_people_are_not_asked_about(
    play, left, ana, library, is_broken
):
    """Their changes are read all the same; a broken library is said on People."""
    left("messages", personas=(*left().personas, ANA))
    with shelf.opened(library) as opened:
        opened.update(BOSS)

    async def story(person):
        if is_broken:
            for file in library.parent.glob("foundry.db*"):
                file.write_bytes(b"this is no database " * 99)
        await person.press("enter")
        assert person.screen == "MessagesScreen"
        project = person.app.project
        await person.press("escape", "escape")
        assert person.screen == "PeopleScreen"
        assert person.app.project.step == "people"
        assert ("✗" in person.seen()) == is_broken
        return project

    people = {each.id: each for each in play(story).people}

    assert people["ana"].relationship == (ANA if is_broken else BOSS).relationship


def test_a_long_card_is_scrolled_by_keys(play, left, library):
    long = " ".join(f"word{number}" for number in range(150))
    with shelf.opened(library) as opened:
        opened.add(replace(ANA, personality=long))
    left("people")

    async def story(person):
        await person.press("enter", "home")
        assert "word149" not in person.seen()
        await person.press("tab", "end")
        await person.sees("Answers:")
        await person.press("shift+tab", "down")
        await person.sees("Alex Carver")

    play(story)
