"""Texts for a project's conversations: by a language model, or typed by hand.

Both end in packs of the draft, from which the build takes them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.packs import store
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.llm import plan, provider_registry, refresh, reply_cache
from pytest_imessage_foundry.llm.base import ProviderError
from pytest_imessage_foundry.llm.reply_text import cleaned
from pytest_imessage_foundry.models import Turn
from pytest_imessage_foundry.ui.journal import Journal, StoppedError, bubbles

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_imessage_foundry.llm.base import Provider, UnansweredError
    from pytest_imessage_foundry.llm.conversation_writer import UsageTally
    from pytest_imessage_foundry.llm.plan import PlanEntry
    from pytest_imessage_foundry.models import ConversationConfig, Persona
    from pytest_imessage_foundry.ui.project import Project

JOBS = 4
_LOOK = 0.05  # seconds between two looks at whether to stop


# --- by a model -------------------------------------------------------------


def provider_names() -> list[str]:
    """The providers to choose from; those of other packages where they can be used."""
    try:
        others = sorted(provider_registry.registered())
    except ProviderError:
        others = []
    return list(dict.fromkeys([*provider_registry.DEFAULT_MODELS, *others]))


def provider(project: Project) -> Provider:
    """Whom the project's settings name.

    Raises:
        ProviderError: a package, a key or a model is missing.
    """
    settings = provider_registry.ProviderSettings(
        model=project.model or None, base_url=project.base_url or None
    )
    return provider_registry.make(project.provider, settings)


def checked(project: Project) -> str:
    """What would answer, in words; nothing is asked.

    Raises:
        ProviderError: as `provider` does.
    """
    found = provider(project)
    asyncio.run(found.close())
    return f"{found.model} at {found.endpoint}"


def new_person(
    project: Project, constraints: dict[str, str], stop: threading.Event
) -> Persona:
    """A person made up by the model.

    Raises:
        StoppedError: `stop` was set meanwhile.
        FoundryError: it cannot be asked, or gave nothing usable.
    """

    async def ask() -> Persona:
        watch = _watched(stop)
        found = provider(project)
        try:
            made = await found.generate_persona(constraints)
            return await found.approve_persona(made)
        finally:
            watch.cancel()
            await found.close()

    try:
        return asyncio.run(ask())
    except asyncio.CancelledError:
        raise StoppedError from None


def _watched(stop: threading.Event) -> asyncio.Task[None]:
    """Have the task at hand cancelled when `stop` is set: a server may take minutes
    to answer, and nobody waits for that."""
    task = asyncio.current_task()
    assert task is not None, "it is called within one"

    async def watch() -> None:
        while not stop.is_set():
            await asyncio.sleep(_LOOK)
        task.cancel()

    return asyncio.create_task(watch())


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


def wanted(found: plan.Survey, journal: Journal, folder: Path) -> list[PlanEntry]:
    """The conversations that the model is to write: those that were not written for
    this very project, whatever the shipped packs have. The journal gets the others.
    """
    own = store.load_all([folder], shipped=False).by_key if folder.is_dir() else {}
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
    try:
        refresh.refresh(
            entries,
            order=found.entries,
            make_provider=lambda: provider(project),
            out=folder,
            memo=reply_cache.default_folder(),
            jobs=JOBS,
            progress=JournalOnlooker(journal),
            outcome=outcome,
        )
    except asyncio.CancelledError:
        raise StoppedError from None
    return len(outcome.failed)


@dataclass(slots=True)
class JournalOnlooker:
    """Writes down what a refresh tells, and stops it when the journal says so."""

    journal: Journal
    _watch: asyncio.Task[None] | None = None

    def start(self, entries: Sequence[PlanEntry]) -> None:
        self._watch = _watched(self.journal.stop)

    def at(self, entry: PlanEntry, said: Sequence[Turn]) -> None:
        _show(self.journal, entry, said)
        self.journal.chats[entry.config.id].state = "writing"

    def done(self, entry: PlanEntry, tally: UsageTally) -> None:
        self.journal.chats[entry.config.id].state = "written"

    def failed(self, entry: PlanEntry, error: UnansweredError) -> None:
        chat = self.journal.chats[entry.config.id]
        chat.state, chat.problem = "failed", str(error)

    def note(self, text: str) -> None:
        self.journal.notes.append(text)

    def end(self) -> None:
        if self._watch is not None:
            self._watch.cancel()


def _show(journal: Journal, entry: PlanEntry, said: Sequence[Turn]) -> None:
    chat = journal.chats[entry.config.id]
    chat.done, chat.problem = len(said), ""
    chat.bubbles.clear()
    chat.bubbles.extend(bubbles(said, entry.everybody))


def _own(entry: PlanEntry) -> tuple[Turn, ...]:
    """What the entry's own pack has of it."""
    if not entry.target.exists():
        return ()
    held = store.read(entry.target).conversations
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
        pack = store.read(path) if path.exists() else store.Pack(name=path.stem)
        others = tuple(e for e in pack.conversations if e.key != self._entry.key)
        today = datetime.now(UTC).date().isoformat()
        origin = store.Provenance(kind="written", date=today, verdict="typed by hand")
        said = [store.Cached.of(self._entry.request, origin, turns)] if turns else []
        store.write(path, store.Pack(name=pack.name, conversations=(*others, *said)))
        self.turns = turns
