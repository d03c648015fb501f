"""A provider of texts that asks nobody: for refreshes that are ended."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re

from pytest_imessage_foundry.llm.base import Ask, Provider, RawReply

WORDS = [
    "lake",
    "boat",
    "rain",
    "bread",
    "tea",
    "chess",
    "train",
    "river",
    "stone",
    "cloud",
]


class Parrot(Provider):
    """Says words in an order that the request decides."""

    name, model, endpoint = "parrot", "parrot-1", "nowhere"

    def __init__(self, *_: object, **__: object) -> None:
        pass

    async def generate(self, ask: Ask) -> RawReply:
        await asyncio.sleep(0.02)
        said = " ".join(each.content for each in ask.prompts)
        found = re.search(r"exactly (\d+)", said)
        assert found is not None
        items = ask.schema["properties"]["messages"]["items"]
        ids = items["properties"]["sender"]["enum"]
        digest = hashlib.sha256(f"{ask.seed} {said}".encode()).hexdigest()
        lines = []
        for number in range(int(found[1])):
            draw = hashlib.sha256(f"{digest}:{number}".encode()).digest()
            words = " ".join(WORDS[byte % len(WORDS)] for byte in draw[:5])
            text = f"{words} {digest[:6]} {number}"
            line = {"sender": ids[draw[5] % len(ids)], "text": text}
            lines.append(line | {"new_topic": draw[6] < 20, "tapback": None})
        return RawReply(text=json.dumps({"messages": lines}))
