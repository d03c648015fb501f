"""Characters that an output's encoding lacks are printed as their numbers."""

from __future__ import annotations

import io
import json
import sys

import pytest

from pytest_imessage_foundry.cli import output_streams


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("ascii", "f\N{LATIN SMALL LETTER O WITH DIAERESIS}hn"),
        ("cp1252", "\N{UMBRELLA} \N{GRINNING FACE}"),
        ("utf-8", "\udcc3 a path that is not UTF-8"),
    ],
)
def test_json_reads_back(encoding, text, monkeypatch):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict")
    monkeypatch.setattr(sys, "stdout", stream)

    with output_streams.escaping():
        print(json.dumps(text, ensure_ascii=False))
        stream.flush()

    assert json.loads(raw.getvalue().decode(encoding)) == text
    assert stream.errors == "strict"  # a stream is given back as it was


def test_a_stream_of_somebody_else_is_left_alone(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    with output_streams.escaping():
        print("\N{UMBRELLA}")
    assert stream.getvalue() == "\N{UMBRELLA}\n"
