"""Small readers of chat.db, each with one fault, and a correct one beside them."""

from __future__ import annotations
