"""Options that choose the language model and its server."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_imessage_foundry.llm.base import Provider
    from pytest_imessage_foundry.llm.provider_registry import ProviderSettings


def add_options(verb: ArgumentParser) -> None:
    """Add the options to a command that asks a model."""
    verb.add_argument(
        "--provider",
        default="openai",
        metavar="NAME",
        help="openai (and every compatible server), anthropic, one that a package "
        "registered, or package.module:factory (default: openai)",
    )
    verb.add_argument("--model", metavar="NAME", help="which model to ask")
    verb.add_argument(
        "--base-url",
        metavar="URL",
        help="a server of your own (default: OPENAI_BASE_URL or "
        "ANTHROPIC_BASE_URL, else the maker's)",
    )
    verb.add_argument(
        "--timeout",
        type=_seconds,
        default=300.0,
        metavar="SECONDS",
        help="for one answer (default: 300)",
    )


def make(given: Namespace) -> Provider:
    """Return the provider that the options name.

    Raises:
        ProviderError: there is none, or it lacks a package, a key or a model.
    """
    from pytest_imessage_foundry.llm import provider_registry

    return provider_registry.make(given.provider, _settings(given))


def check(given: Namespace) -> None:
    """Refuse a provider that nobody registered, before anything is planned.

    Raises:
        ProviderError: there is none of this name.
    """
    from pytest_imessage_foundry.llm import provider_registry

    provider_registry.check(given.provider)


def in_words(given: Namespace) -> str:
    """Return who will be asked, without the secrets of a URL."""
    from pytest_imessage_foundry.llm import provider_registry
    from pytest_imessage_foundry.terminal import escaped

    return escaped(provider_registry.in_words(given.provider, _settings(given)))


def _settings(given: Namespace) -> ProviderSettings:
    from pytest_imessage_foundry.llm import provider_registry

    return provider_registry.ProviderSettings(
        model=given.model, base_url=given.base_url, timeout=given.timeout
    )


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= 86400:
        raise ArgumentTypeError("more than 0, at most a day")
    return number
