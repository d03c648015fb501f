"""Texts for a project's conversations: by a language model, or typed by hand.

Both end in packs of the draft, from which the build takes them.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations import packs
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.llm import memo, plan, providers, refresh
from pytest_imessage_foundry.llm.texts import cleaned
from pytest_imessage_foundry.models import Turn
from pytest_imessage_foundry.ui.journal import Journal, StoppedError, bubbles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_imessage_foundry.llm.base import Provider, UnansweredError
    from pytest_imessage_foundry.llm.generator import Tally
    from pytest_imessage_foundry.llm.plan import Entry
    from pytest_imessage_foundry.models import ConversationConfig, Persona
    from pytest_imessage_foundry.ui.project import Project

JOBS = 4


# --- by a model -------------------------------------------------------------


def provider(project: Project) -> Provider:
    """Whom the project's settings name.

    Raises:
        ProviderError: a package, a key or a model is missing.
    """
    settings = providers.Settings(
        model=project.model or None, base_url=project.base_url or None
    )
    return providers.make(project.provider, settings)


def checked(project: Project) -> str:
    """What would answer, in words; nothing is asked.

    Raises:
        ProviderError: as `provider` does.
    """
    found = provider(project)
    asyncio.run(found.close())
    return f"{found.model} at {found.endpoint}"


def new_person(project: Project, constraints: dict[str, str]) -> Persona:
    """A person made up by the model.

    Raises:
        FoundryError: it cannot be asked, or gave nothing usable.
    """

    async def ask() -> Persona:
        found = provider(project)
        try:
            made = await found.generate_persona(constraints)
            return await found.approve_persona(made)
        finally:
            await found.close()

    return asyncio.run(ask())


def survey(project: Project, folder: Path) -> plan.Survey:
    """What the draft's packs hold of the project.

    Raises:
        FoundryError: one of them cannot be read.
    """
    found = plan.survey([project.scenario], folder)
    for path, why in found.invalid:
        raise FoundryError(
            f"{why}\nlooked in: {path}\nmend the file or move it away, and try again"
        )
    return found


def wanted(found: plan.Survey, journal: Journal, folder: Path) -> list[Entry]:
    """The conversations that the model is to write: those that were not written for
    this very project, whatever the shipped packs have. The journal gets the others.
    """
    own = packs.load_all([folder], shipped=False).by_key if folder.is_dir() else {}
    entries = plan.select(found, "all")
    missing = [e for e in entries if e.state == "stale" or e.key not in own]
    for each in found.entries:
        if each not in missing and each.key in own:
            _show(journal, each, own[each.key].turns)
            journal.chats[each.config.id].state = "written"
    return missing


def write(project: Project, journal: Journal, folder: Path) -> int:
    """Have the model write what is wanted; gives how many conversations failed,
    whose problem is in the journal.

    Raises:
        StoppedError: somebody stopped it; what was answered is kept.
        FoundryError: the provider, the disk or another refresh stands in the way.
    """
    project.check()
    found = survey(project, folder)
    entries = wanted(found, journal, folder)
    if not entries:
        return 0
    journal.doing = "writing"
    outcome = refresh.Outcome()
    onlooker = JournalOnlooker(journal)
    try:
        refresh.refresh(
            entries,
            order=found.entries,
            make_provider=lambda: provider(project),
            out=folder,
            memo=memo.default_folder(),
            jobs=JOBS,
            progress=onlooker,
            outcome=outcome,
        )
    except asyncio.CancelledError:
        raise StoppedError from None
    finally:
        onlooker.end()
    return len(outcome.failed)


@dataclass(slots=True)
class JournalOnlooker:
    """Writes down what a refresh tells, and stops it when the journal says so."""

    journal: Journal
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self, entries: Sequence[Entry]) -> None:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None, "a refresh runs in a task"

        def watch() -> None:
            # A server may take minutes to answer; nobody waits for that.
            while not self._over.wait(0.1):
                if self.journal.stop.is_set():
                    loop.call_soon_threadsafe(task.cancel)
                    return

        threading.Thread(target=watch, daemon=True).start()

    def at(self, entry: Entry, said: Sequence[Turn]) -> None:
        _show(self.journal, entry, said)
        self.journal.chats[entry.config.id].state = "writing"

    def done(self, entry: Entry, tally: Tally) -> None:
        self.journal.chats[entry.config.id].state = "written"

    def failed(self, entry: Entry, error: UnansweredError) -> None:
        chat = self.journal.chats[entry.config.id]
        chat.state, chat.problem = "failed", str(error)

    def note(self, text: str) -> None:
        self.journal.notes.append(text)

    def end(self) -> None:
        self._over.set()


def _show(journal: Journal, entry: Entry, said: Sequence[Turn]) -> None:
    chat = journal.chats[entry.config.id]
    chat.done, chat.problem = len(said), ""
    chat.bubbles.clear()
    chat.bubbles.extend(bubbles(said, entry.everybody))


def _own(entry: Entry) -> tuple[Turn, ...]:
    """What the entry's own pack has of it."""
    if not entry.target.exists():
        return ()
    held = packs.read(entry.target).conversations
    return next((each.turns for each in held if each.key == entry.key), ())


# --- by hand ----------------------------------------------------------------


class Hand:
    """A conversation typed by hand; each turn is on disk when `say` returns.

    Raises, when made:
        FoundryError: a pack cannot be read, or no message is asked for.
    """

    def __init__(self, project: Project, config_id: str, folder: Path) -> None:
        found = survey(project, folder).entries
        entry = next((each for each in found if each.config.id == config_id), None)
        if entry is None:
            raise FoundryError(
                "there is nothing to type in this conversation\n"
                "looked at: its number of messages, which is 0\n"
                "give it a larger one on the screen Conversations"
            )
        self._entry = entry
        self._folder = folder
        self.turns: list[Turn] = list(_own(self._entry))

    @property
    def config(self) -> ConversationConfig:
        return self._entry.config

    @property
    def everybody(self) -> tuple[Persona, ...]:
        return self._entry.everybody

    @property
    def target(self) -> int:
        return self.config.message_count_target

    def say(self, sender: str, text: str) -> None:
        """The next turn.

        Raises:
            FoundryError: it is none, or there are enough of them.
        """
        text = cleaned(text)
        if not text or len(self.turns) >= self.target:
            what = "an empty message" if not text else "one message too many"
            raise FoundryError(
                f"{what} cannot be sent\n"
                f"looked at: {len(self.turns)} of {self.target} messages\n"
                "type a text, or give the conversation a larger count"
            )
        self._keep([*self.turns, Turn(sender=sender, text=text, opens=not self.turns)])

    def take_back(self) -> None:
        """The last turn was not said."""
        self._keep(self.turns[:-1])

    def _keep(self, turns: list[Turn]) -> None:
        path = self._entry.target
        path.parent.mkdir(parents=True, exist_ok=True)
        pack = packs.read(path) if path.exists() else packs.Pack(name=path.stem)
        others = tuple(e for e in pack.conversations if e.key != self._entry.key)
        today = datetime.now(UTC).date().isoformat()
        origin = packs.Provenance(kind="written", date=today, verdict="typed by hand")
        said = [packs.Cached.of(self._entry.request, origin, turns)] if turns else []
        packs.write(path, packs.Pack(name=pack.name, conversations=(*others, *said)))
        self.turns = turns
