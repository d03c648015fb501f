"""What people say: cached, generated, and laid out in time."""

from __future__ import annotations
