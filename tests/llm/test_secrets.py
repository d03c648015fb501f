"""What a server repeats of our headers shows no key and no password."""

from __future__ import annotations

from base64 import b64encode

import pytest
from misbehaving import Server

from pytest_imessage_foundry.llm import http


@pytest.mark.parametrize("has_key", [True, False])
def test_an_echoed_header_is_masked(has_key, one_chat, monkeypatch):
    if has_key:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-this-test")
    else:
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with Server("401-headers") as server:
        url = server.url.replace("://", "://ada:pass%20word@")
        assert one_chat.refresh(url) == 2

    assert "Refused" in one_chat.errors
    said = one_chat.errors + one_chat.output
    basic = b64encode(b"ada:pass word").decode()
    for secret in ("sk-of-this-test", basic, basic.rstrip("="), "pass%20word"):
        assert secret not in said


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://ada:pass%20word@h/v1", "Basic [key], [key]"),
        ("http://ada@h/v1", "Basic YWRhOnBhc3Mgd29yZA==, pass word"),
        ("http://h/v1", "Basic YWRhOnBhc3Mgd29yZA==, pass word"),
    ],
)
def test_what_a_url_says_of_a_user_is_secret(url, shown):
    secrets = http.secrets("none", url)

    text = http.hidden("Basic YWRhOnBhc3Mgd29yZA==, pass word", secrets)

    assert text.replace("[key]==", "[key]") == shown
