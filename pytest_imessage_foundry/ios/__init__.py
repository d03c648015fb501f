"""Copies of an iPhone: a file-system extraction, a backup."""
