"""Conversations: their texts, from caches or generated, with times and as messages."""

from __future__ import annotations
