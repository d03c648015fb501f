"""Anthropic's own API, by its own client (extra `anthropic`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.llm import http, prompts, provider_registry
from pytest_imessage_foundry.llm.base import Provider
from pytest_imessage_foundry.llm.exchange import Ask, ProviderError, RawReply
from pytest_imessage_foundry.llm.retry import Patience

if TYPE_CHECKING:
    from collections.abc import Callable

OWN = "https://api.anthropic.com"
# What its schemas may not hold; the answer is checked for it anyway.
_UNTAKEN = ("minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum")
_SHAPE = ("output_config", "output_format", "json_schema", "schema")


class AnthropicProvider(Provider):
    """Messages of Anthropic's models."""

    name = "anthropic"

    def __init__(self, settings: provider_registry.ProviderSettings) -> None:
        base_url = provider_registry.setting(settings.base_url, "ANTHROPIC_BASE_URL")
        key = provider_registry.setting(settings.key, "ANTHROPIC_API_KEY")
        if key is None and base_url is None:
            raise ProviderError(
                "there is no key for Anthropic\n"
                "looked in: the environment variable ANTHROPIC_API_KEY\n"
                "set it"
            )
        self.model = provider_registry.model(
            self.name, settings.model, "ANTHROPIC_MODEL", is_own=base_url in (None, OWN)
        )
        self.endpoint = provider_registry.shown_url(base_url or OWN)
        self._patience = Patience(settings.tries, settings.pause)
        self._timeout = settings.timeout
        self._temperature = settings.temperature
        self._takes_schemas = True
        self._key = key or "none"
        self._anthropic = provider_registry.client("anthropic", "anthropic")
        self._transport = http.transport_errors(self._anthropic)
        self._client = self._anthropic.AsyncAnthropic(
            api_key=self._key,
            base_url=base_url or OWN,
            timeout=settings.timeout,
            max_retries=0,
        )

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

    async def close(self) -> None:
        await self._client.close()

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
        async def attempt() -> dict[str, Any]:
            messages = self._client.messages.with_streaming_response
            try:
                return await http.bounded(messages.create(**body), self._timeout)
            except self._anthropic.APIStatusError as error:
                failure = http.failure(error, self._key)
                text = f"{failure.code} {failure.what}".lower()
                is_shape = failure.status == 400 and any(s in text for s in _SHAPE)
                if is_shape and "extra_body" in body:
                    raise _NoSchemaError from None
                raise failure from None
            except (self._anthropic.APIError, *self._transport) as error:
                raise http.silence(error, self._key) from None

        return attempt


class _NoSchemaError(Exception):
    """The model takes no schema: it is told in words."""


def _taken(schema: Any) -> Any:
    """A schema without what Anthropic refuses in one."""
    if isinstance(schema, list):
        return [_taken(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _taken(v) for name, v in schema.items() if name not in _UNTAKEN}


def read(raw: dict[str, Any], model: str) -> RawReply:
    """The reply in a message, whatever is missing from it."""
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
