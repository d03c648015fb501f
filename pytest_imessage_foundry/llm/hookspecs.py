"""The hook with which a package adds providers to `cache refresh`.

A refresh is not a pytest run and reads no conftest. A package names the module or
object that implements the hook as an entry point of the group `imessage_foundry`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_imessage_foundry.llm.base import Provider
    from pytest_imessage_foundry.llm.provider_registry import ProviderSettings

GROUP = "imessage_foundry"
hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def imessage_foundry_providers() -> (  # type: ignore[empty-body]
    Mapping[str, Callable[[ProviderSettings], Provider]]
):
    """Return more providers that `--provider` may name.

    Called before a refresh. Return a mapping of name to factory; built-in names cannot
    be replaced::

        import json

        from pytest_imessage_foundry.llm.base import Ask, Provider, RawReply
        from pytest_imessage_foundry.llm.hookspecs import hookimpl

        class EchoProvider(Provider):
            name = "echo"

            def __init__(self, settings):
                self.model = settings.model or "echo-1"

            async def generate(self, ask: Ask) -> RawReply:
                # A real one sends ask.prompts and ask.schema to its model.
                wanted = ask.schema["properties"]["messages"]
                senders = wanted["items"]["properties"]["sender"]["enum"]
                said = [
                    {"sender": senders[n % len(senders)], "text": f"{ask.seed}, {n}"}
                    for n in range(wanted["minItems"])
                ]
                return RawReply(text=json.dumps(said), model=self.model)

        @hookimpl
        def imessage_foundry_providers():
            return {"echo": EchoProvider}
    """
