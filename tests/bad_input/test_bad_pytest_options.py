"""Options and ini settings that end a run before its first test."""

from __future__ import annotations

import pytest
from tables import cases


@pytest.mark.parametrize("case", cases("pytest_options"))
def test_option(case, plain_run, pytester):
    pytester.makeini(f"[pytest]\n{case.get('ini', '')}")
    pytester.makepyfile("def test_it(chat_db): pass")

    result = plain_run(*([case["given"]] if "given" in case else []))

    message = result.stderr.str()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    missing = [each for each in case["says"] if each not in message]
    assert not missing, message
    assert "Traceback" not in message + result.stdout.str()
    assert "INTERNALERROR" not in message + result.stdout.str()
    assert all(line.isprintable() for line in message.splitlines())
    assert "test session starts" not in result.stdout.str()
