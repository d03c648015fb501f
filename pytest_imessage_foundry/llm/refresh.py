"""Make the conversations of a plan in parallel, and write each once it is verified.

Finished conversations are in their packs and the replies of unfinished ones in the
memo, so that a refresh that was stopped continues without asking twice.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.packs import store
from pytest_imessage_foundry.errors import FoundryError, UnwritableFileError
from pytest_imessage_foundry.llm import lock, reply_text, verify
from pytest_imessage_foundry.llm.conversation_writer import ConversationWriter
from pytest_imessage_foundry.llm.exchange import (
    ProviderError,
    UnansweredError,
    UsageTally,
)
from pytest_imessage_foundry.llm.reply_cache import (
    Memo,
    Remembering,
    failures_of,
    memo_for,
)
from pytest_imessage_foundry.models import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pytest_imessage_foundry.conversations.packs.store import Cached, Pack
    from pytest_imessage_foundry.llm.base import Provider
    from pytest_imessage_foundry.llm.plan import PlanEntry
    from pytest_imessage_foundry.llm.refresh_progress import Onlooker

_MODEL_LENGTH = 120
_KEPT = "what was answered is kept"


@dataclass(slots=True)
class Outcome:
    """The result of a refresh."""

    written: list[PlanEntry] = field(default_factory=list)
    failed: list[tuple[PlanEntry, UnansweredError]] = field(default_factory=list)
    tally: UsageTally = field(default_factory=UsageTally)


def refresh(
    entries: Sequence[PlanEntry],
    *,
    order: Sequence[PlanEntry],
    make_provider: Callable[[], Provider],
    out: Path,
    memo: Path,
    jobs: int,
    progress: Onlooker,
    outcome: Outcome,
) -> None:
    """Make `entries`, and write each to its pack in `out`.

    `order` has all entries of the survey and gives the order within packs. `outcome` is
    filled while this runs, so that a caller can read it after an interrupt.

    Raises:
        FoundryError: the provider, the disk or another refresh prevents it;
            what was written by then stays.
    """
    with lock.held(out):
        provider = make_provider()
        with memo_for(provider, memo) as replies:
            if replies.notice:
                progress.note(replies.notice)
            packs = _OutputPacks(order, keeps=replies.is_lasting)
            job = _Refresh(provider, replies, packs, progress, outcome, jobs)
            try:
                asyncio.run(job.run(entries))
            except BaseExceptionGroup as group:
                # Only the first error counts: it made the others be cancelled.
                first = _first(group)
                if isinstance(first, ProviderError) and _is_kept(replies, outcome):
                    first.args = (f"{first}; {_KEPT}",)
                raise first from None
            if not outcome.failed:
                replies.forget(job.used)


def _is_kept(replies: Memo, outcome: Outcome) -> bool:
    return replies.is_lasting and outcome.tally.answers > 0


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


@dataclass(slots=True)
class _Refresh:
    provider: Provider
    memo: Memo
    packs: _OutputPacks
    progress: Onlooker
    outcome: Outcome
    jobs: int
    used: set[str] = field(default_factory=set)

    async def run(self, entries: Sequence[PlanEntry]) -> None:
        self.progress.start(entries)
        gate = asyncio.Semaphore(self.jobs)
        try:
            async with asyncio.TaskGroup() as group:
                for entry in entries:
                    group.create_task(self._one(entry, gate))
        finally:
            await self.provider.close()
            self.progress.end()

    async def _one(self, entry: PlanEntry, gate: asyncio.Semaphore) -> None:
        async with gate:
            # Each conversation has its own tally and set of used replies. One that
            # fails drops its replies and gets other seeds the next time; else it
            # would fail the same way for ever.
            source = Remembering(self.provider, self.memo)
            context = replace(entry.context, draw=self.memo.failures(entry.key))
            writer = ConversationWriter(source, context, everybody=entry.everybody)
            self.progress.at(entry, ())
            try:
                await writer.write(lambda said: self.progress.at(entry, said))
                await self._keep(entry, writer)
            except UnansweredError as error:
                self.memo.fail(entry.key, source.used)
                self.outcome.failed.append((entry, error))
                self.progress.failed(entry, error)
            else:
                self.used |= {*source.used, failures_of(entry.key)}
                self.outcome.written.append(entry)
                self.progress.done(entry, writer.tally)
            finally:
                self.outcome.tally.add(writer.tally)

    async def _keep(self, entry: PlanEntry, writer: ConversationWriter) -> None:
        cached = _cached(entry, writer, self.provider.model)
        verdict = await asyncio.to_thread(verify.verify, entry, cached)
        if repeated := writer.tally.repeated:
            verdict += f"; {repeated} repeated texts"
        origin = replace(cached.provenance, verdict=verdict)
        self.packs.put(entry, replace(cached, provenance=origin))


def _cached(entry: PlanEntry, writer: ConversationWriter, model: str) -> Cached:
    """Return the conversation for a pack; `model` is used where no answer names one."""
    tally = writer.tally
    model = re.sub(r"\s+", " ", tally.model or model)
    model = reply_text.cleaned(model)[:_MODEL_LENGTH]
    origin = store.Provenance(
        kind="llm",
        date=tally.date or datetime.now(UTC).date().isoformat(),
        verdict="not yet checked",
        model=model or None,
        people=store.digest(entry.everybody),
    )
    turns: list[Turn] = writer.said
    return store.Cached.of(entry.request, origin, turns)


class _OutputPacks:
    """The packs that a refresh writes.

    Each is read again before it is written, so that changes made meanwhile stay.
    `keeps` says whether answers outlast the refresh.
    """

    def __init__(self, order: Sequence[PlanEntry], *, keeps: bool) -> None:
        self._kept = f": {_KEPT}" if keeps else ""
        self._places: dict[str, int] = {}
        for place, entry in enumerate(order):
            self._places.setdefault(entry.key, place)

    def put(self, entry: PlanEntry, cached: Cached) -> None:
        """Write a conversation into its pack, in its old place or in order."""
        path = entry.target
        there = path.exists()
        pack = store.read(path) if there else store.Pack(name=path.stem)
        try:
            store.write(path, self._with(pack, cached))
        except UnwritableFileError as error:
            raise FoundryError(
                f"pack {path.name} cannot be written: {error.reason}\n"
                f"looked at: {path}{', which is as it was' if path.exists() else ''}\n"
                f"{error.remedy}, and run the command again{self._kept}"
            ) from None

    def _with(self, pack: Pack, cached: Cached) -> Pack:
        known = [each.key for each in pack.conversations]
        if cached.key in known:
            return pack.with_(cached)
        mine = self._places[cached.key]
        later = (
            place for place, key in enumerate(known) if self._places.get(key, -1) > mine
        )
        place = next(later, len(known))
        before, after = pack.conversations[:place], pack.conversations[place:]
        return replace(pack, conversations=(*before, cached, *after))
