"""Read a file that somebody else wrote, for the validator and the preview.

Nothing here is shared with the code that writes databases, so that a fault of
the writer cannot hide in the reader.
"""
