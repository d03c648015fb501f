"""The first test of a version, with nothing of ours imported before."""

from __future__ import annotations

import time
from pathlib import Path


def main(folder: str, run: str) -> None:
    """Print the CPU seconds until the first copy of a run is there, and its
    template."""
    started = time.process_time()
    # What the fixtures import when they are first asked for.
    from pytest_imessage_foundry.foundry import Foundry
    from pytest_imessage_foundry.plugin import fixtures
    from pytest_imessage_foundry.spec import Spec

    shared, private = Path(folder, fixtures.SHARED, run), Path(folder, "private", run)
    earlier = [each for each in shared.parent.glob("*") if each != shared]
    foundry = Foundry(shared, private, Path(folder, "kept"), earlier)
    order = foundry.order(Spec())
    handed = foundry.hand_out(order, lasts=True)
    print(time.process_time() - started)
    print(foundry.template(order))
    foundry.clear(handed.path.parent)  # the test has passed
