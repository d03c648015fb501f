"""Measures what the plugin costs, beside floors and peers: `make bench`."""

from __future__ import annotations
