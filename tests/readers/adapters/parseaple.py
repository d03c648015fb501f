"""@parseaple/typedstream on every attributedBody of a file, by our program."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from ..install import find, home
from ..running import run, scratch_home
from . import body_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ..lines import Line


def readings(db: Path) -> Iterator[Line]:
    return body_runs.readings(db, _decoded)


def _decoded(bodies: Iterable[tuple[str, bytes]]) -> dict[str, Any]:
    node = find("parseaple-typedstream", "node")
    program = home("parseaple-typedstream") / "read.mjs"
    with scratch_home() as scratch:
        file = scratch / "bodies.jsonl"
        lines = (
            json.dumps({"guid": guid, "body": base64.b64encode(body).decode()})
            for guid, body in bodies
        )
        file.write_text("\n".join(lines), encoding="utf-8")
        out, _ = run(scratch, node, program, file)
    told = [json.loads(line) for line in out.split("\n") if line]
    return {line["guid"]: (line["text"], line["runs"]) for line in told}
