"""A provider for OpenAI and for servers that are compatible with it.

It calls `.create()` with a schema of this package and reads the plain answer: the
client's `.parse()` loses the text of an answer that does not match the schema.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.llm import http, prompts
from pytest_imessage_foundry.llm.client_provider import ClientProvider
from pytest_imessage_foundry.llm.exchange import Ask, RawReply

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_imessage_foundry.llm.exchange import Finish
    from pytest_imessage_foundry.llm.provider_registry import ProviderSettings
    from pytest_imessage_foundry.llm.retry import FailedCallError

# Ways to ask for JSON, from a strict schema to plain text. Only the first limits
# the length of a text, which small models need so that they stop, and
# which OpenAI's own strict mode refuses.
FORMATS = ("bounded", "json_schema", "json_object", "plain")
_OPTIONAL = ("seed", "temperature", "max_completion_tokens", "max_tokens")
_BOUNDS = {"minLength", "maxLength"}
_SHAPE = ("response_format", "json_schema", "json_object", "structured", "grammar")


class OpenAIProvider(ClientProvider):
    """A provider for chat completions of OpenAI or a compatible server."""

    name, maker, own = "openai", "OpenAI", "https://api.openai.com/v1"
    client, extra = "AsyncOpenAI", "llm"
    keyless = "set it, or name a server of your own with --base-url"

    def __init__(self, settings: ProviderSettings) -> None:
        super().__init__(settings)
        self._level = int(self._is_own)
        self._dropped: set[str] = set()

    async def generate(self, ask: Ask) -> RawReply:
        while True:
            level, dropped = self._level, frozenset(self._dropped)
            body = self._body(ask, FORMATS[level], dropped)
            try:
                raw = await self._patience.call(self._call(body, level), self.endpoint)
            except _NextFormatError:
                # A parallel request may have chosen a simpler way meanwhile.
                self._level = max(self._level, level + 1)
            except _DropError as unwanted:
                self._dropped.add(unwanted.name)
            else:
                return read(raw, self.model)

    def _body(self, ask: Ask, level: str, dropped: frozenset[str]) -> dict[str, Any]:
        said = [{"role": p.role, "content": p.content} for p in ask.prompts]
        body: dict[str, Any] = {"model": self.model, "messages": said}
        options: dict[str, Any] = {"seed": ask.seed, "temperature": self._temperature}
        body.update(
            (name, value)
            for name, value in options.items()
            if value is not None and name not in dropped
        )
        # Newer models refuse max_tokens, older servers know only that.
        for name in ("max_completion_tokens", "max_tokens"):
            if name not in dropped:
                body[name] = ask.max_tokens
                break
        if level in ("bounded", "json_schema"):
            schema = ask.schema if level == "bounded" else _unbounded(ask.schema)
            shape = {"name": ask.name, "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": shape}
        else:
            said[-1]["content"] += prompts.in_words(ask.schema)
            if level == "json_object":
                body["response_format"] = {"type": "json_object"}
        return body

    def _call(self, body: dict[str, Any], level: int) -> Callable[[], Any]:
        def refused(failure: FailedCallError) -> None:
            self._adapt(failure, body, level)

        async def attempt() -> dict[str, Any]:
            completions = self._client.chat.completions.with_streaming_response
            return await self._answer(completions.create, body, refused)

        return attempt

    def _adapt(
        self, failure: FailedCallError, body: dict[str, Any], level: int
    ) -> None:
        """Raise the change that the next request needs, if the server names one."""
        if failure.status not in (400, 422, 500):
            return
        text = f"{failure.code} {failure.what}".lower()
        # llama-cpp-python answers a schema with 500; others with 400 or 422.
        if level + 1 < len(FORMATS) and any(each in text for each in _SHAPE):
            raise _NextFormatError
        for name in _OPTIONAL:
            if failure.status != 500 and name in body and name in text:
                raise _DropError(name)


class _NextFormatError(Exception):
    """The server does not support this way to ask for JSON."""


class _DropError(Exception):
    """The server does not support an optional parameter."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _unbounded(schema: Any) -> Any:
    """Return a schema without limits on texts; answers are checked for them anyway."""
    if isinstance(schema, list):
        return [_unbounded(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = schema.keys() - _BOUNDS
    return {name: _unbounded(v) for name, v in schema.items() if name in kept}


def read(raw: dict[str, Any], model: str) -> RawReply:
    """Return the reply in a chat completion; what is missing from it is empty."""
    choices = raw.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else {}
    choice = choice if isinstance(choice, dict) else {}
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    refusal = message.get("refusal")
    finish = choice.get("finish_reason")
    return RawReply(
        text=_text(message.get("content")),
        finish=_finish(finish, refusal),
        refusal=refusal if isinstance(refusal, str) and refusal else None,
        model=raw["model"] if isinstance(raw.get("model"), str) else model,
        usage=http.usage(raw.get("usage"), "prompt_tokens", "completion_tokens"),
    )


def _finish(reason: Any, refusal: Any) -> Finish:
    if reason == "content_filter" or refusal:
        return "refused"
    return "length" if reason == "length" else "stop"


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):  # parts, as some servers send them
        parts = (each.get("text") for each in content if isinstance(each, dict))
        return "".join(each for each in parts if isinstance(each, str))
    return "" if content is None else json.dumps(content)
