"""Limits, errors and token counts that the answers of both clients have in common."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pytest_imessage_foundry.llm.exchange import MAX_REPLY, Usage
from pytest_imessage_foundry.llm.retry import FailedCallError
from pytest_imessage_foundry.terminal import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractAsyncContextManager

# A shorter text may stand in any sentence.
_SHORTEST = 3
_SILENT = "no reason given"


def transport_errors(module: Any) -> tuple[type[Exception], ...]:
    """Return the errors of a client's transport that occur while an answer is read.

    The client does not wrap them. The transport was renamed from httpx to httpx2.
    """
    name = module.DefaultAsyncHttpxClient.__mro__[1].__module__.partition(".")[0]
    transport = import_module(name)
    return transport.HTTPError, transport.StreamError


async def bounded(
    answer: AbstractAsyncContextManager[Any], seconds: float
) -> dict[str, Any]:
    """Return the JSON object in a streamed answer.

    It reads at most MAX_REPLY bytes and takes at most `seconds`, however slowly the
    server sends.
    """
    data = bytearray()
    try:
        async with asyncio.timeout(seconds), answer as response:
            status = response.status_code
            kind = response.headers.get("content-type", "")
            async for chunk in response.iter_bytes():
                data += chunk
                if len(data) > MAX_REPLY:
                    raise FailedCallError("the answer is larger than 8 MiB", status)
    except TimeoutError:
        raise FailedCallError(f"no answer within {seconds:g} seconds") from None
    try:
        raw = json.loads(bytes(data))
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, dict):
        what = f"{escaped(kind, 60) or 'no content type'}, {len(data)} bytes, not JSON"
        raise FailedCallError(what, status)
    return raw


def failure(error: Any, secrets: Sequence[str]) -> FailedCallError:
    """Return the error that an APIStatusError of either client stands for."""
    what, code = _reason(error.body)
    return FailedCallError(
        hidden(what, secrets),
        status=error.status_code,
        code=hidden(code, secrets),
        retry_after=_retry_after(error.response.headers),
    )


def check_error(raw: dict[str, Any], secrets: Sequence[str]) -> None:
    """Refuse an answer that tells of an error though its HTTP status is a success.

    Raises:
        FailedCallError: it does, with the status that it names, if it names one.
    """
    inner = raw.get("error")
    if not inner or raw.get("choices") or raw.get("content"):
        return
    named = inner.get("code") if isinstance(inner, dict) else None
    what, code = _reason(raw)
    raise FailedCallError(
        hidden(what, secrets),
        status=named if type(named) is int and 400 <= named < 600 else 200,
        code=hidden(code, secrets),
        is_told=True,
    )


def _reason(body: Any) -> tuple[str, str]:
    """Return what the body of an error says, and the words that it has for it."""
    inner = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(inner, dict):
        return (inner.strip() if isinstance(inner, str) else "") or _SILENT, ""
    said = [inner.get(name) for name in ("code", "type", "param")]
    code = " ".join(str(each) for each in said if each)
    return str(inner.get("message") or _SILENT), code


def silence(error: Exception, secrets: Sequence[str]) -> FailedCallError:
    """Return the error for a call without an HTTP status: refused, reset, timed out."""
    cause = error.__cause__
    said = str(cause or "")
    what = str(error) if said in str(error) else f"{error} ({said})"
    return FailedCallError(hidden(what, secrets))


def secrets(key: str, url: str) -> tuple[str, ...]:
    """Return what no message may show: the key, and what a URL says of a user.

    The client sends user and password of a URL as a Basic header.
    """
    parts = urlsplit(url)
    password = unquote(parts.password or "")
    pair = f"{unquote(parts.username or '')}:{password}"
    basic = b64encode(pair.encode()).decode().rstrip("=")
    of_url = (basic, pair, parts.password or "", password) if len(pair) > 1 else ()
    return tuple(each for each in (key, *of_url) if len(each) > _SHORTEST)


def hidden(text: str, secrets: Iterable[str]) -> str:
    """Return `text` without secrets, because some servers repeat them in errors."""
    for each in secrets:
        text = text.replace(each, "[key]")
    return text


def usage(raw: Any, sent: str, received: str) -> Usage | None:
    """Return the token counts, None where the server sends none."""
    if not isinstance(raw, dict):
        return None
    counts = [raw.get(name) for name in (sent, received)]
    whole = [each if type(each) is int and each >= 0 else 0 for each in counts]
    return Usage(*whole)


def _retry_after(headers: Any) -> float | None:
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue  # not given, or a date: our own backoff will do
        if 0 <= seconds < 1e6:
            return seconds
    return None
