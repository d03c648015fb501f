"""Conversations by language models, for `cache refresh`; never in a test run."""

from __future__ import annotations
