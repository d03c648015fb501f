"""Random phones and random lives: what our verbs make is valid, or refused.

A phone is a script: lines of Python, each of which calls one verb with keywords that
are right, borderline or wrong. A script that fails is its own reproduction.

    python -m tests.fuzz --phones 5000 --lives 500 --seed 7
"""

from __future__ import annotations
