"""Real readers of chat.db that others wrote: installed, run and parsed."""

from __future__ import annotations
