"""A provider of another package, registered by hook and installed beside ours."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "llm.md"
# The example of the docs, and what it leaves to the reader: the model itself.
ACME = """\
import json

async def acme(prompts, schema):
    messages = schema["properties"]["messages"]
    ids = messages["items"]["properties"]["sender"]["enum"]
    return json.dumps([
        {"sender": ids[n % len(ids)], "text": f"The acme says thing number {n}"}
        for n in range(messages["minItems"])
    ])

""" + re.search(
    "## A provider of your own.*?```python\n(.*?)```",
    DOCS.read_text(encoding="utf-8"),
    re.DOTALL,
)[1]


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a distribution with one module, as pip would leave it."""
    site = tmp_path / "site-packages"

    def put(name, code):
        about = site / f"{name}-1.0.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n")
        points = f"[imessage_foundry]\n{name} = {name}\n"
        (about / "entry_points.txt").write_text(points)
        (site / f"{name}.py").write_text(code)
        monkeypatch.syspath_prepend(site)

    return put


def test_refresh_by_a_registered_provider(install, one_chat):
    install("acme_texts", ACME)
    assert one_chat("refresh", "--provider", "acme", "--model", "m-7") == 0
    (made,) = one_chat.conversations
    assert made["provenance"]["model"] == "m-7"
    assert "The acme says thing number 19" in one_chat.texts()
    assert one_chat("status", "--check") == 0


def test_a_built_in_name_stays_what_it_is(install, one_chat):
    install("acme_builtin", ACME.replace('{"acme": Acme}', '{"openai": Acme}'))
    assert one_chat("refresh", "--provider", "openai") == 2
    assert "there is no key for OpenAI" in one_chat.errors


def test_what_may_be_named(install, one_chat):
    install("acme_names", ACME)
    assert one_chat("refresh", "--provider", "nobody") == 2
    assert "choose from openai, anthropic, acme" in one_chat.errors


BROKEN = {
    "import": ("import no_such_module", "No module named 'no_such_module'"),
    "arguments": (
        ACME.replace("providers():", "providers(colour):"),
        "Argument(s) {'colour'}",
    ),
    "no mapping": (
        "from pytest_imessage_foundry.llm.hookspecs import hookimpl\n"
        "@hookimpl\ndef imessage_foundry_providers(): return 5\n",
        "the hook imessage_foundry_providers",
    ),
    "no factory": (
        ACME.replace('{"acme": Acme}', '{"acme": 5}'),
        "TypeError: 'acme': 5 is no factory",
    ),
    "an error": (
        ACME.replace('return {"acme": Acme}', "return 1 / 0"),
        "ZeroDivisionError",
    ),
    "another hook": (ACME.replace("foundry_providers", "foundry_models"), "unknown"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_package_that_cannot_be_used(kind, install, one_chat):
    code, said = BROKEN[kind]
    install(f"acme_{kind.replace(' ', '_')}", code)
    assert one_chat("refresh", "--provider", "acme") == 2
    assert "cannot be used" in one_chat.errors
    assert said in one_chat.errors
    assert "group imessage_foundry" in one_chat.errors


OWN_WAY = """
from pytest_imessage_foundry.llm.base import Provider
from pytest_imessage_foundry.models import Turn

class Poet(Provider):
    name = "poet"

    def __init__(self, settings):
        self.model = "poet-2"

    async def generate(self, ask):
        raise NotImplementedError

    async def generate_messages(self, personas, context, count):
        first = len(context.said)
        return [
            Turn(sender=SENDER, text=f"Verse {first + n}, about {context.config.theme}")
            for n in range(min(count, 7))
        ]
"""


def test_a_provider_may_write_messages_in_its_own_way(install, one_chat):
    install("poets", OWN_WAY.replace("SENDER", "personas[n % len(personas)].id"))

    assert one_chat("refresh", "--provider", "poets:Poet") == 0

    assert "Verse 19, about a picnic by the lake" in one_chat.texts()
    (made,) = one_chat.conversations
    assert made["provenance"]["model"] == "poet-2"


def test_who_is_not_in_a_conversation_says_nothing_in_it(install, one_chat):
    install("strangers", OWN_WAY.replace("SENDER", "'zed'"))

    assert one_chat("refresh", "--provider", "strangers:Poet") == 2

    assert "a message is by 'zed', who does not take part" in one_chat.errors


def test_the_example_of_the_hook_runs(install, one_chat):
    """As it stands in the docstring, in a module of its own."""
    from pytest_imessage_foundry.llm import hookspecs

    told = inspect.getdoc(hookspecs.imessage_foundry_providers)
    install("echoes", textwrap.dedent(told.partition("::\n")[2]))

    assert one_chat("refresh", "--provider", "echo") == 0, one_chat.errors

    (made,) = one_chat.conversations
    assert made["provenance"]["model"] == "echo-1"
    assert len(made["turns"]) == 20


WITHOUT = """
import sys
for name in ("openai", "diskcache", "anthropic", "httpx", "httpx2"):
    sys.modules[name] = None
from pytest_imessage_foundry.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_provider_of_ones_own_needs_neither_extra(install, one_chat, tmp_path):
    """Neither client nor diskcache: what it does not use need not be there."""
    install("acme_alone", ACME)
    command = one_chat.arguments("refresh", "--provider", "acme_alone:Acme")

    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *command],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site-packages")},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert "diskcache is not installed: a refresh that is interrupted" in done.stderr
    assert "The acme says thing number 19" in one_chat.texts()
    assert not one_chat.memo.exists()


def test_a_built_in_provider_keeps_what_is_paid_for(one_chat, key, server, monkeypatch):
    monkeypatch.setitem(sys.modules, "diskcache", None)

    assert one_chat.refresh(server) == 2

    assert "the package 'diskcache' is not installed" in one_chat.errors
    assert "pytest-imessage-foundry[llm]" in one_chat.errors
    assert not server.bodies
