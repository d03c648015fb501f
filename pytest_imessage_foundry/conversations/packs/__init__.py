"""The cache of conversations: packs of text files."""
