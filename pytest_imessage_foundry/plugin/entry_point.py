"""Register the plugin once. pytest loads this module by the package's entry point.

pytest refuses a plugin that is registered under two names. That would happen if
`-p pytest_imessage_foundry.plugin` or a conftest names it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry import plugin

if TYPE_CHECKING:
    import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    if not pluginmanager.is_registered(plugin):
        pluginmanager.register(plugin, plugin.__name__)
