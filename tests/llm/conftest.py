"""What the tests of refreshes share: a server that misbehaves, and two chats."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys

import pytest
from misbehaving import SECRET, AnthropicServer, Server

TWO_CHATS = """\
name = "two"
[[conversations]]
id = "mom"
participants = ["mom"]
theme = "a picnic by the lake"
message_count_target = 60
[[conversations]]
id = "pals"
participants = ["priya", "marcus"]
chat_type = "group"
name = "Pals"
theme = "a quiz night"
message_count_target = 40
"""
ONE_CHAT = TWO_CHATS.partition('[[conversations]]\nid = "pals"')[0].replace(
    "= 60", "= 20"
)
_VARIABLES = [
    *("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_ORG_ID"),
    *("OPENAI_PROJECT_ID", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    *("ANTHROPIC_BASE_URL", "ANTHROPIC_MODEL", "HTTP_PROXY", "HTTPS_PROXY"),
    *("ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
]


@pytest.fixture(autouse=True)
def _extra(request, monkeypatch, tmp_path):
    """Skip without the extra; and no key, proxy or cache of whoever runs this."""
    missing = [n for n in ("openai", "diskcache") if not importlib.util.find_spec(n)]
    if missing:
        pytest.skip(f"needs the extra llm: {', '.join(missing)} is not installed")
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user-cache"))
    # No certificates: each client would read all of them, and no server here has one.
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))


@pytest.fixture
def hurried(monkeypatch):
    """Pauses between tries at a hundredth of their length."""
    from pytest_imessage_foundry.llm import retry

    wait = retry.Patience._wait

    def short(self, failure, number):
        seconds = wait(self, failure, number)
        return seconds / 100 if failure.retry_after is None else seconds

    monkeypatch.setattr(retry.Patience, "_wait", short)


@pytest.fixture
def unproven(monkeypatch):
    """No databases: which ones a conversation makes is no matter of the server's."""
    from pytest_imessage_foundry.llm import verify

    monkeypatch.setattr(verify, "verify", lambda *_: "valid")


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    return SECRET


@pytest.fixture
def server():
    with Server() as running:
        yield running


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "two.toml"
    path.write_text(TWO_CHATS)
    return path


class Foundry:
    """The command, run on one scenario, one folder of packs and one memo."""

    def __init__(self, folder, scenario, capsys):
        self.folder = folder
        self.out = folder / "packs"
        self.memo = folder / "memo"
        self.scenario = scenario
        self._capsys = capsys

    def arguments(self, verb, *more):
        where = ["--scenario", str(self.scenario), "--out", str(self.out)]
        memo = ["--memo", str(self.memo)] if verb == "refresh" else []
        return ["cache", verb, *map(str, more), *where, *memo]

    def refresh(self, server, *more):
        url = server if isinstance(server, str) else server.url
        if isinstance(server, AnthropicServer):
            more = ("--provider", "anthropic", *more)
        return self("refresh", "--base-url", url, "--model", "fake-1", *more)

    def __call__(self, verb, *more):
        from pytest_imessage_foundry.cli import main

        self._capsys.readouterr()
        code = main(self.arguments(verb, *more))
        self.output, self.errors = self._capsys.readouterr()
        return code

    def start(self, server, *more, **options):
        """A refresh in a process of its own."""
        more = ("--base-url", server.url, "--model", "fake-1", *more)
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "pytest_imessage_foundry.cli",
                *self.arguments("refresh", *more),
            ],
            env={**os.environ, "OPENAI_API_KEY": SECRET},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    @property
    def pack(self):
        return self.out / "two.json"

    @property
    def conversations(self):
        return json.loads(self.pack.read_text())["conversations"]

    def texts(self):
        return [t["text"] for c in self.conversations for t in c["turns"]]

    def everything_written(self):
        """All bytes of all files that a refresh left."""
        files = [each for each in self.folder.rglob("*") if each.is_file()]
        return b"".join(each.read_bytes() for each in files)


@pytest.fixture
def foundry(tmp_path, scenario, capsys):
    return Foundry(tmp_path, scenario, capsys)


@pytest.fixture
def one_chat(foundry, scenario):
    """The command on a single conversation of twenty messages."""
    scenario.write_text(ONE_CHAT)
    return foundry
