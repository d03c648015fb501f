"""The handle that tests get, and what can be done with its file."""
