"""The hooks: a project's own personas, scenarios, schemas, conversations."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]

CONFTEST = """
    from pytest_imessage_foundry.db import schema
    from pytest_imessage_foundry.models import (
        ConversationConfig, Persona, Scenario, Turn,
    )

    def pytest_imessage_personas():
        return [Persona(id="ann", name="Ann Lee", identifier="+12125550142")]

    def pytest_imessage_scenarios():
        owner = Persona(id="me", name="Me", identifier="+12125550143", is_self=True)
        ann = Persona(id="ann", name="Ann Lee", identifier="+12125550142")
        chat = ConversationConfig(
            id="greeting", participants=("ann",), message_count_target=2
        )
        return [
            Scenario(
                name="two-friends", description="a greeting", personas=(owner, ann),
                conversations=(chat,),
            )
        ]

    def pytest_imessage_schemas():
        return [schema.get("tahoe").evolve(name="tahoe-26.9", macos="26.9")]

    def pytest_imessage_conversation(config, owner, people, seed):
        if config.id == "greeting":
            return [Turn(sender="ann", text="Hello"), Turn(sender="me", text="Hi Ann")]
"""


def test_scenario_and_conversation(run_everywhere, pytester):
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="two-friends")
        def test_it(chat_db):
            assert [m.text for m in chat_db.messages] == ["Hello", "Hi Ann"]
            assert chat_db.conversations[0].origin == "hook"
            assert chat_db.report().ok
        """
    )

    run_everywhere("--imessage-version=tahoe").assert_outcomes(passed=1)


def test_the_example_of_the_page_of_scenarios(run, pytester):
    page = (ROOT / "docs/scenarios.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    pytester.makeconftest(example)
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="three-friends")
        def test_it(chat_db):
            assert len(chat_db.messages) == 60
            (chat,) = chat_db.conversations
            assert "+12125550186" in chat.participants  # Ann's
        """
    )

    run("--imessage-version=tahoe").assert_outcomes(passed=1)


def test_an_id_that_nobody_has_is_refused(run, pytester):
    pytester.makeconftest(
        """
        from pytest_imessage_foundry import Scenario

        def pytest_imessage_scenarios():
            return [Scenario(name="mini", description="x", personas=("alexx",))]
        """
    )
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="mini")
        def test_it(chat_db):
            pass
        """
    )

    done = run("--imessage-version=tahoe")

    done.stdout.fnmatch_lines(["*personas[[]0]: 'alexx' is no persona*: did you mean*"])


def test_a_schema_of_ones_own(plain_run, pytester):
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="empty")
        def test_it(chat_db):
            assert chat_db.version == "tahoe-26.9"
        """
    )

    plain_run("--imessage-version=tahoe-26.9").assert_outcomes(passed=1)


def test_a_nested_conftest_answers_for_its_folder_alone(plain_run, pytester):
    pytester.makeconftest("")
    inner = pytester.mkpydir("inner")
    (inner / "conftest.py").write_text(
        "from pytest_imessage_foundry.models import Turn\n"
        "def pytest_imessage_conversation(config, owner, people, seed):\n"
        "    return [Turn(sender=people[0].id, text='only here')]\n"
    )
    body = (
        "import pytest\n"
        "@pytest.mark.imessage(scenario='small', versions='tahoe')\n"
        "def test_it(chat_db):\n"
        "    texts = {m.text for m in chat_db.messages}\n"
        "    assert (texts == {'only here'}) is %s\n"
    )
    (inner / "test_inner.py").write_text(body % True)
    pytester.makepyfile(test_outer=body % False)

    plain_run().assert_outcomes(passed=2)


def test_what_a_hook_may_leave_out_or_give_as_an_iterator(plain_run, pytester):
    pytester.makeconftest(
        CONFTEST.replace("return [Persona(", "yield from [Persona(").replace(
            "if config.id",
            "if config.id == 'none':\n            return iter(())\n"
            "        if config.id",
        )
    )
    inner = pytester.mkpydir("inner")
    (inner / "conftest.py").write_text(
        "def pytest_imessage_personas(): pass\n"
        "def pytest_imessage_conversation(config): pass\n"
    )
    (inner / "test_it.py").write_text(
        "import pytest\n"
        "@pytest.mark.imessage(scenario='two-friends', versions='tahoe')\n"
        "def test_it(chat_db):\n"
        "    assert [m.text for m in chat_db.messages] == ['Hello', 'Hi Ann']\n"
    )

    plain_run().assert_outcomes(passed=1)


def test_tests_share_a_database_that_hooks_fill(own_cache_run, pytester):
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="two-friends")
        @pytest.mark.parametrize("turn", [1, 2, 3])
        def test_it(chat_db, turn): pass
        """
    )

    releases = "--imessage-version=tahoe,tahoe-26.9"
    own_cache_run(releases, "--basetemp=kept").assert_outcomes(passed=6)

    # One template for each release.
    templates = pytester.path.glob("kept/imessage-foundry-templates/tahoe*")
    assert len(list(templates)) == 2
