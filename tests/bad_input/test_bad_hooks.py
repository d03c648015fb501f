"""What hooks of a project return: the message names the hook and the conftest."""

from __future__ import annotations

import pytest
from inner_runs import TELLING, says, told
from tables import cases

CASES = [each.values[0] for each in cases("hooks")]
HEAD = """
from dataclasses import replace
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.models import (
    ConversationConfig, Persona, Reaction, Scenario, Turn, When,
)

P = Persona(id="ann", name="Ann", identifier="+12125550142")
O = Persona(id="me", name="Me", identifier="+12125550143", is_self=True)
C = ConversationConfig(id="g", participants=("ann",), message_count_target=2)

def S(personas=(O, P), chats=(C,)):
    return Scenario(
        name="s", description="", personas=personas, conversations=chats
    )
"""
HOOK = """
def pytest_imessage_{hook}({arguments}):
    return {given}
"""
TEST = """
import pytest

@pytest.mark.imessage(scenario="{scenario}", source="faker")
def test_it(chat_db): pass
"""
ARGUMENTS = {"conversation": "config, owner, people, seed"}
BEFORE = {"conversation": HOOK.format(hook="scenarios", arguments="", given="[S()]")}
# Schemas are asked for before the first test, the others for each test.
IN_TESTS = [(n, each) for n, each in enumerate(CASES) if each["hook"] != "schemas"]
AT_START = [each for each in CASES if each["hook"] == "schemas"]


def conftest(case):
    hook = case["hook"]
    arguments = ARGUMENTS.get(hook, "")
    text = HOOK.format(hook=hook, arguments=arguments, given=case["given"])
    return HEAD + BEFORE.get(hook, "") + text


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hooks")
    (folder / "conftest.py").write_text(TELLING)
    (folder / "test_good.py").write_text(TEST.format(scenario="empty"))
    for number, case in IN_TESTS:
        inner = folder / f"case_{number}"
        inner.mkdir()
        (inner / "__init__.py").touch()
        (inner / "conftest.py").write_text(conftest(case))
        scenario = "empty" if case["hook"] == "personas" else "s"
        (inner / "test_it.py").write_text(TEST.format(scenario=scenario))
    return told(folder)


@pytest.mark.parametrize(("number", "case"), IN_TESTS)
def test_hook(number, case, ended):
    outcome, when, message = ended[0][f"case_{number}/test_it.py::test_it"]

    assert (outcome, when) == ("failed", "setup")
    place = f"case_{number}/conftest.py:"
    says(message, [f"pytest_imessage_{case['hook']}", place, *case["says"]])


def test_no_other_test_fails(ended):
    assert ended[0]["test_good.py::test_it"][0] == "passed"
    assert "INTERNALERROR" not in ended[1]


@pytest.mark.parametrize("case", AT_START)
def test_hook_of_schemas(case, plain_run, pytester):
    pytester.makeconftest(conftest(case))

    result = plain_run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    message = result.stderr.str().partition("ERROR: ")[2].strip()
    says(message, ["pytest_imessage_schemas", "conftest.py", *case["says"]])
