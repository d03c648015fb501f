"""Readings, the contract of what a reader says of a file, and what judges them."""

from __future__ import annotations
