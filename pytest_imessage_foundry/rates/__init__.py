"""How often a chat.db has what files of real phones have.

Rates are counted in the file alone, and the goals are what people published of theirs.
"""
