"""Conversations by language models: for `cache refresh`, never for a test run."""

from __future__ import annotations
