"""Fixtures that several parts of the suite share."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(params=["plain", "-n0", "-n2"])
def run(request, pytester, monkeypatch):
    """Run pytest on pytester's files: in one process, and under xdist."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def go(*arguments):
        how = [] if request.param == "plain" else [request.param]
        return pytester.runpytest_subprocess("-p", "no:randomly", *how, *arguments)

    return go


@pytest.fixture
def plain_run(pytester, monkeypatch):
    """Run pytest on pytester's files in a process of its own."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def go(*arguments):
        return pytester.runpytest_subprocess("-p", "no:randomly", *arguments)

    return go
