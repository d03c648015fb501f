"""Dialogue of our own: scenes, cast and put together for any people."""
