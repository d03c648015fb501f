"""Variables of the environment that hold what a command cannot use."""

from __future__ import annotations

import pytest
from tables import cases


@pytest.mark.parametrize("case", cases("environment"))
def test_environment(case, refused, monkeypatch):
    for name, value in case["environment"].items():
        monkeypatch.setenv(name, value)
    secrets = [v for k, v in case["environment"].items() if k.endswith("KEY")]

    refusal = refused(case["given"])

    refusal.says(case["says"])
    assert not any(each in refusal.err for each in secrets if each.strip())
