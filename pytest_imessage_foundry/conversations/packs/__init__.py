"""Cached conversations: packs of text, read strictly and written whole."""
