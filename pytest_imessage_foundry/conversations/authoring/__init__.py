"""Conversations written by hand."""
