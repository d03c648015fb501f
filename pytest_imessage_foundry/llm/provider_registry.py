"""The known providers: two built-in ones, and those of other packages.

Another package registers its own with the hook `imessage_foundry_providers`, see
`hookspecs`; `--provider package.module:factory` needs no registration.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import pluggy

from pytest_imessage_foundry.errors import FoundryError, meant
from pytest_imessage_foundry.llm import hookspecs
from pytest_imessage_foundry.llm.base import Provider
from pytest_imessage_foundry.llm.exchange import ProviderError
from pytest_imessage_foundry.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# The only place that names models: those without an announced end when the
# clients openai 3.54 and anthropic 2.12 were released.
DEFAULT_MODELS = {"openai": "gpt-5.4-mini", "anthropic": "claude-haiku-5-5"}
_BUILT_IN = {
    "openai": "pytest_imessage_foundry.llm.openai_provider:OpenAIProvider",
    "anthropic": "pytest_imessage_foundry.llm.anthropic_provider:AnthropicProvider",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """The settings of a provider; None means the environment decides.

    `timeout` for a whole answer and `pause` before the first retry are in seconds.
    """

    model: str | None = None
    base_url: str | None = None
    key: str | None = None
    timeout: float = 300.0
    tries: int = 5
    pause: float = 0.5
    temperature: float | None = None

    def __repr__(self) -> str:
        # A traceback or a log line must not show the key.
        url = shown_url(self.base_url)
        return f"ProviderSettings(model={self.model!r}, base_url={url!r})"


def registered() -> dict[str, Callable[[ProviderSettings], Any]]:
    """Return the providers that other packages registered, by name.

    Raises:
        ProviderError: one of them cannot be loaded, or implements the hook wrongly.
    """
    manager = pluggy.PluginManager(hookspecs.GROUP)
    manager.add_hookspecs(hookspecs)
    try:
        manager.load_setuptools_entrypoints(hookspecs.GROUP)
        manager.check_pending()
        # pluggy calls the last plugin first; its names win.
        answers = reversed(manager.hook.imessage_foundry_providers())
        found = {name: each for answer in answers for name, each in answer.items()}
        for name, each in found.items():
            if not (isinstance(name, str) and callable(each)):
                raise TypeError(f"{shown(name)}: {shown(each)} is no factory")
        return found
    except (Exception, SystemExit) as error:  # all of it is other packages' code
        packages = sorted(
            {each.project_name for _, each in manager.list_plugin_distinfo()}
        )
        raise ProviderError(
            "a package that registers providers cannot be used: "
            f"{type(error).__name__}: {error}\n"
            f"looked at: the hook imessage_foundry_providers, in the entry points of "
            f"the group {hookspecs.GROUP} ({', '.join(packages) or 'none loaded'})\n"
            "mend or remove that package"
        ) from None


def make(name: str, settings: ProviderSettings) -> Provider:
    """Return a new provider called `name`.

    Raises:
        ProviderError: there is none, or it lacks a package, a key or a model.
    """
    factory = _factory(name)
    try:
        provider = factory(settings)
    except FoundryError:
        raise
    except (
        Exception,
        SystemExit,
    ) as error:  # anything can stand under package.module:factory
        raise _unusable(name, error, "what is called with the settings") from None
    if not isinstance(provider, Provider):
        raise ProviderError(
            f"provider {name!r} gave an object of another type\n"
            f"looked at: what its factory made, a {type(provider).__name__}\n"
            "let it return a pytest_imessage_foundry.llm.base.Provider"
        )
    return provider


def check(name: str) -> None:
    """Refuse a name that no provider has; what it names is not loaded.

    Raises:
        ProviderError: there is none of this name.
    """
    if not _target(name)[1]:
        _registered(name)


def in_words(name: str, settings: ProviderSettings) -> str:
    """Return which model of a provider is asked where; no client is imported.

    Raises:
        ProviderError: the address is none of a server.
    """
    asked, base_url = settings.model, settings.base_url
    if name in _BUILT_IN:
        own: str = getattr(_factory(name), "own")  # noqa: B009
        base_url = setting(base_url, f"{name.upper()}_BASE_URL") or own
        asked = setting(asked, f"{name.upper()}_MODEL")
        if base_url == own:
            asked = asked or DEFAULT_MODELS[name]
    place = shown_url(base_url)
    parts = [f"provider {name}"]
    parts += [f"model {asked}"] if asked else []
    parts += [f"at {place}"] if place else []
    return ", ".join(parts)


def _factory(name: str) -> Callable[[ProviderSettings], Any]:
    module, attribute = _target(name)
    if not attribute:
        return _registered(name)
    try:
        factory: Callable[[ProviderSettings], Any] = getattr(
            import_module(module), attribute
        )
    except (Exception, SystemExit) as error:  # importing runs another package's code
        raise _unusable(name, error, f"{attribute!r} in {module!r}") from None
    return factory


def _target(name: str) -> tuple[str, str]:
    """Return the module and the attribute of a factory, '' for a registered one."""
    module, _, attribute = _BUILT_IN.get(name, name).partition(":")
    return module, attribute


def _unusable(name: str, error: BaseException, place: str) -> ProviderError:
    return ProviderError(
        f"provider {name!r} cannot be loaded: {type(error).__name__}: {error}\n"
        f"looked at: {place}\n"
        "install its package, or correct the name; it is package.module:factory"
    )


def _registered(name: str) -> Callable[[ProviderSettings], Any]:
    known = registered()
    if name not in known:
        names = [*_BUILT_IN, *sorted(known)]
        raise ProviderError(
            f"unknown provider {name!r}{meant(name, names)}\n"
            "looked among the built-in ones, and those that installed packages "
            "register\n"
            f"choose from {', '.join(names)}, or name package.module:factory"
        )
    return known[name]


def client(module: str, extra: str) -> Any:
    """Import and return a provider's client library."""
    try:
        return import_module(module)
    except ImportError:
        raise ProviderError(
            f"the package {module!r} is not installed\n"
            "looked in: this Python environment\n"
            f"run `pip install 'pytest-imessage-foundry[{extra}]'`"
        ) from None


def setting(
    given: str | None, variable: str, environment: Mapping[str, str] | None = None
) -> str | None:
    """Return the given value, or that of the environment; None where both are empty.

    An empty value counts as unset: CI sets secrets that it may not read to "", which
    the clients would use as a key.
    """
    known = os.environ if environment is None else environment
    return (given or "").strip() or known.get(variable, "").strip() or None


def model(name: str, given: str | None, variable: str, *, is_own: bool) -> str:
    """Return the model to ask; only the makers' own servers have a default."""
    chosen = setting(given, variable)
    if chosen is None and is_own:
        chosen = DEFAULT_MODELS[name]
    if chosen is None:
        raise ProviderError(
            "no model was named\n"
            f"looked at: --model, {variable}; a server of your own has no default\n"
            "name one with --model"
        )
    return chosen


def split(url: str) -> SplitResult:
    """Return the parts of a server's address.

    Raises:
        ProviderError: it is none of a server.
    """
    try:
        parts = urlsplit(url)
        is_server = parts.scheme in ("http", "https") and parts.hostname
        port = parts.port  # which is read, and may be none, here
    except ValueError:
        is_server = port = None
    if not is_server or port == 0 or not url.isprintable():
        raise ProviderError(
            "this is not the address of a server\n"
            "looked at: --base-url, or the variable that ends in _BASE_URL\n"
            "give one like http://localhost:8080/v1"
        )
    return parts


def shown_url(url: str | None) -> str:
    """Return `url` without user, password and query, which may be secret."""
    if not url:
        return ""
    parts = split(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, place, parts.path, "", ""))
