"""The files that people send, and where Messages keeps them."""

from __future__ import annotations

FOLDER_NAME = "Attachments"  # stands beside the database
STICKERS_NAME = "StickerCache"  # the same, of stickers that have a source
FOLDERS = (FOLDER_NAME, STICKERS_NAME)
