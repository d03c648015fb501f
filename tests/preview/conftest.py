"""Fixtures of the preview's tests."""

from __future__ import annotations

from scratch_phones import scratch

__all__ = ["scratch"]
