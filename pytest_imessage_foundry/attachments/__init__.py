"""The files that people send, and where Messages keeps them."""

from __future__ import annotations

FOLDER_NAME = "Attachments"  # stands beside the database
