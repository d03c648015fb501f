"""One adapter for each reader: it runs the reader, and yields readings."""
