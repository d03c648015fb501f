"""The first test of a version, with nothing of ours imported before."""

from __future__ import annotations

import time
from pathlib import Path


def main(folder: str) -> None:
    """Print the CPU seconds until the first copy is there, and its template."""
    started = time.process_time()
    # What the fixtures import when they are first asked for.
    from pytest_imessage_foundry import handing
    from pytest_imessage_foundry.foundry import Foundry
    from pytest_imessage_foundry.spec import Spec

    foundry = Foundry(Path(folder, handing.SHARED), Path(folder, "private"))
    order = foundry.order(Spec())
    foundry.hand_out(order)
    print(time.process_time() - started)
    print(foundry.template(order))
