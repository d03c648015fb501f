"""A provider for Anthropic's API, by Anthropic's own client (extra `anthropic`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.llm import http, prompts
from pytest_imessage_foundry.llm.client_provider import ClientProvider
from pytest_imessage_foundry.llm.exchange import Ask, RawReply

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_imessage_foundry.llm.provider_registry import ProviderSettings
    from pytest_imessage_foundry.llm.retry import FailedCallError

# Keywords that Anthropic refuses in a schema; the answer is checked for them anyway.
_UNTAKEN = ("minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum")
_SHAPE = ("output_config", "output_format", "json_schema", "schema")


class AnthropicProvider(ClientProvider):
    """A provider for Anthropic's models, by the Messages API."""

    name, maker, own = "anthropic", "Anthropic", "https://api.anthropic.com"
    client, extra = "AsyncAnthropic", "anthropic"
    keyless = "set it"

    def __init__(self, settings: ProviderSettings) -> None:
        super().__init__(settings)
        self._takes_schemas = True

    async def generate(self, ask: Ask) -> RawReply:
        while True:
            takes = self._takes_schemas
            try:
                raw = await self._patience.call(
                    self._call(self._body(ask, takes)), self.endpoint
                )
            except _NoSchemaError:
                self._takes_schemas = False
            else:
                return read(raw, self.model)

    def _body(self, ask: Ask, takes_schemas: bool) -> dict[str, Any]:
        system = [each.content for each in ask.prompts if each.role == "system"]
        said = [
            {"role": each.role, "content": each.content}
            for each in ask.prompts
            if each.role != "system"
        ]
        body: dict[str, Any] = {
            "model": self.model,
            "messages": said,
            "max_tokens": ask.max_tokens,
        }
        if system:
            body["system"] = "\n\n".join(system)
        if self._temperature is not None:
            body["temperature"] = self._temperature
        if takes_schemas:
            shape = {"type": "json_schema", "schema": _taken(ask.schema)}
            body["extra_body"] = {"output_config": {"format": shape}}
        else:
            said[-1]["content"] += prompts.in_words(ask.schema)
        return body

    def _call(self, body: dict[str, Any]) -> Callable[[], Any]:
        def refused(failure: FailedCallError) -> None:
            text = f"{failure.code} {failure.what}".lower()
            is_shape = failure.status == 400 and any(s in text for s in _SHAPE)
            if is_shape and "extra_body" in body:
                raise _NoSchemaError

        async def attempt() -> dict[str, Any]:
            messages = self._client.messages.with_streaming_response
            return await self._answer(messages.create, body, refused)

        return attempt


class _NoSchemaError(Exception):
    """The model takes no schema: the prompt has to describe it."""


def _taken(schema: Any) -> Any:
    """Return a schema without the keywords that Anthropic refuses."""
    if isinstance(schema, list):
        return [_taken(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _taken(v) for name, v in schema.items() if name not in _UNTAKEN}


def read(raw: dict[str, Any], model: str) -> RawReply:
    """Return the reply in a message; what is missing from the message is empty."""
    content = raw.get("content")
    content = content if isinstance(content, list) else []
    blocks = [each for each in content if isinstance(each, dict)]
    parts = [b.get("text") for b in blocks if b.get("type") == "text"]
    text = "".join(each for each in parts if isinstance(each, str))
    reason = raw.get("stop_reason")
    is_refused = reason == "refusal"
    return RawReply(
        text=text,
        finish="refused" if is_refused else "length" if _is_cut(reason) else "stop",
        refusal=text or None if is_refused else None,
        model=raw["model"] if isinstance(raw.get("model"), str) else model,
        usage=http.usage(raw.get("usage"), "input_tokens", "output_tokens"),
    )


def _is_cut(reason: Any) -> bool:
    return reason in ("max_tokens", "model_context_window_exceeded")
