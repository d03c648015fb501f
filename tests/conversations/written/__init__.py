"""Scenario files whose chats are written out."""
