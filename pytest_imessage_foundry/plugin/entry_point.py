"""What pytest loads by the package's entry point: it registers the plugin once.

pytest refuses a plugin that is registered by two names, as one is that
`-p pytest_imessage_foundry.plugin` or a conftest names beside its entry point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry import plugin

if TYPE_CHECKING:
    import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    if not pluginmanager.is_registered(plugin):
        pluginmanager.register(plugin, plugin.__name__)
