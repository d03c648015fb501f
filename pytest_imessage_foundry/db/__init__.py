"""The database: schemas, rows, bodies, the builder and the validator."""

from __future__ import annotations
