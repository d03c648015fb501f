"""Fixtures of the preview's tests."""

from __future__ import annotations

from browser import browse, browser
from scratch_phones import scratch

__all__ = ["browse", "browser", "scratch"]
