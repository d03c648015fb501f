"""The binary values of chat.db: typedstreams, property lists, protobuf."""
