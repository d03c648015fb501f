"""The foundry: builds each database once and hands out copies.

`pipeline` shows how one is built.
"""

from __future__ import annotations

import re
import shutil
import threading
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_imessage_foundry.atomic import naming_disk_errors
from pytest_imessage_foundry.attachments import bundle
from pytest_imessage_foundry.attachments.own_files import OwnFiles
from pytest_imessage_foundry.chatdb.handle import FILE_NAME, ChatDB, truth_of
from pytest_imessage_foundry.db.rows.attachment_roots import MAC_ROOT, root_for
from pytest_imessage_foundry.order import NOTHING_ADDED, Buildable, Materials, Order
from pytest_imessage_foundry.pipeline import forge
from pytest_imessage_foundry.shared_file import SharedFile
from pytest_imessage_foundry.templates import Kept, Templates

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_imessage_foundry.models import Conversation
    from pytest_imessage_foundry.spec import Spec

__all__ = [
    "FILE_NAME",
    "NOTHING_ADDED",
    "Buildable",
    "ChatDB",
    "Foundry",
    "Materials",
    "Order",
    "forge",
    "truth_of",
]

TRUTHS_HELD = 16  # held for the next test; Hypothesis asks for hundreds


class Foundry:
    """Builds each database once and hands out copies.

    Templates stand in `shared` under their fingerprint; workers of one run share
    the folder. Copies and read-only handles stand in `private`. `kept` holds
    templates of earlier runs: those of orders that say `lasts`. `earlier` are the
    shared folders of earlier runs, whose files of attachments may be had. Threads may
    share a foundry.
    """

    def __init__(
        self,
        shared: Path,
        private: Path,
        kept: Path | None = None,
        earlier: Iterable[Path] = (),
    ) -> None:
        self._templates = Templates(shared, Kept(kept) if kept is not None else None)
        self._private = private
        self._files = OwnFiles(_waiting_beside(shared), map(_waiting_beside, earlier))
        self._orders: dict[tuple[Spec, Materials], Order] = {}
        self._truths: dict[str, tuple[Conversation, ...]] = {}
        self._readonly: dict[str, SharedFile] = {}
        self._handed_out = 0
        self._one_thread = threading.RLock()

    def order(self, spec: Spec, materials: Materials = NOTHING_ADDED) -> Order:
        """Return the order of a spec, the same object for equal specs."""
        key = (spec, materials)
        with self._one_thread:
            if key not in self._orders:
                self._orders[key] = Order(spec, materials)
            return self._orders[key]

    def template(
        self, order: Order, *, lasts: bool = False, attachment_root: str = MAC_ROOT
    ) -> Path:
        """The built database of an order, in a folder of its own; do not write."""
        name = f"{order.spec.release}-{order.fingerprint}"
        if attachment_root != MAC_ROOT:
            name += "-ios"

        def build(path: Path) -> None:
            from pytest_imessage_foundry.attachments.bundled_files import BundledFiles

            files = BundledFiles()
            forge(order, path, attachment_root=attachment_root, bundled=files)
            files.write(path.with_name(bundle.NAME))

        return self._templates.get(name, build, lasts=lasts)

    def hand_out(
        self, order: Order, name: str = "chat", *, lasts: bool = False
    ) -> ChatDB:
        """Return a private copy of an order's database."""
        return self.copy_to(order, self.new_folder(name) / FILE_NAME, lasts=lasts)

    def copy_to(self, order: Order, path: Path, *, lasts: bool = False) -> ChatDB:
        """Return a private copy at a path of the caller's choice."""
        root = root_for(path)
        template = self.template(order, lasts=lasts, attachment_root=root)
        with naming_disk_errors(path):
            shutil.copyfile(template, path)
            self._files.give(template.with_name(bundle.NAME), path.parent)
        return _Handed(path, order, self)

    def handle(self, order: Order, path: Path) -> ChatDB:
        """Return a handle on an order's database at a path that nobody may write to."""
        return _Handed(path, order, self, readonly=True)

    def hand_out_readonly(self, order: Order, *, lasts: bool = False) -> ChatDB:
        """Return a shared copy that nobody may write to, a new one if somebody did."""
        with self._one_thread:
            known = self._readonly.get(order.fingerprint)
            if known is not None and known.is_untouched():
                return known.handle
            copy = self.hand_out(order, "readonly", lasts=lasts)
            handle = _Handed(copy.path, order, self, readonly=True)
            self._readonly[order.fingerprint] = SharedFile.of(handle)
            return handle

    def is_untouched(self, handle: ChatDB) -> bool:
        """Return whether a shared copy and its attachments are as they were handed
        out; what was written and lies in a -wal counts."""
        return self._files.is_untouched(handle.path.parent) and not any(
            known.handle is handle and not known.is_untouched()
            for known in self._readonly.values()
        )

    def forget_readonly(self, handle: ChatDB) -> None:
        """Take a spoilt read-only copy out of circulation."""
        for key, known in list(self._readonly.items()):
            if known.handle is handle:
                del self._readonly[key]

    def clear(self, folder: Path) -> None:
        """Remove a test's files, those of its attachments for the next test's use."""
        self._files.take_back(folder)
        # Best effort: on Windows a reader may still hold the file open.
        shutil.rmtree(folder, ignore_errors=True)

    def new_folder(self, name: str) -> Path:
        """Return a new folder for one test's files."""
        with self._one_thread:
            self._handed_out += 1
            number = self._handed_out
        safe = re.sub(r"[^\w.-]+", "_", name)[:40]
        folder = self._private / f"{number:04d}-{safe}"
        folder.mkdir(parents=True)
        return folder

    def truth(self, order: Buildable) -> tuple[Conversation, ...]:
        """Return the truth of an order, derived once while few others are asked for."""
        key = order.fingerprint
        with self._one_thread:
            if key not in self._truths:
                if len(self._truths) == TRUTHS_HELD:
                    del self._truths[next(iter(self._truths))]
                self._truths[key] = truth_of(order)
            return self._truths[key]


def _waiting_beside(shared: Path) -> Path:
    """Return where files of attachments wait for the next test."""
    return shared.with_name(f"{shared.name}-attachments")


class _Handed(ChatDB):
    """A copy whose truth the foundry remembers for the next test."""

    def __init__(
        self, path: Path, order: Order, foundry: Foundry, *, readonly: bool = False
    ) -> None:
        super().__init__(path, order, readonly=readonly)
        self._foundry = foundry

    @cached_property
    def conversations(self) -> tuple[Conversation, ...]:
        return self._foundry.truth(self._order)
