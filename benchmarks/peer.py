"""imessage-data-foundry 1.0.0 at work, run by its own environment's Python.

    python benchmarks/peer.py DATABASE [TEXTS]

Imports nothing of ours: `TEXTS` is what `benchmarks.tasks texts` wrote.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

from imessage_data_foundry.db.builder import (  # type: ignore[import-not-found]
    DatabaseBuilder,
)


def build(path: Path, told: list[list[Any]]) -> float:
    """CPU seconds of a database with these messages, in one chat."""
    path.unlink(missing_ok=True)
    gc.collect()
    gc.freeze()
    started = time.process_time()
    with DatabaseBuilder(path, version="tahoe") as builder:
        handle = builder.add_handle("+12125550142")
        chat = builder.create_chat([handle])
        for text, mine, date, read, delivered in told:
            builder.add_message(
                chat, handle, text, mine, date, date_read=read, date_delivered=delivered
            )
    return time.process_time() - started


if __name__ == "__main__":
    said = json.loads(Path(sys.argv[2]).read_text()) if len(sys.argv) > 2 else []
    print(json.dumps({"seconds": build(Path(sys.argv[1]), said)}))
