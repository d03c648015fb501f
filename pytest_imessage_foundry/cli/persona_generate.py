"""`imessage-foundry personas generate`: people by a language model, approved."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import (
    persona_output,
    provider_options,
    questions,
    subcommands,
)
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    import asyncio
    from argparse import _SubParsersAction

    from pytest_imessage_foundry.llm.base import Provider
    from pytest_imessage_foundry.models import Persona

MOST = 50
_NAMES_TOLD = 20  # so that a model does not make up the same person again


def add_verb(verbs: _SubParsersAction[ArgumentParser]) -> None:
    """Add `generate`."""
    generate = subcommands.add(
        verbs,
        "generate",
        "have a language model make somebody up",
        more="Each is shown for your approval: keep it, have another one made, or "
        "drop it. The model gives names and ways of writing; numbers are those that "
        "nobody has. Keys are read from the environment (OPENAI_API_KEY, "
        "ANTHROPIC_API_KEY) and written nowhere.",
        examples=(
            "personas generate --relationship cousin --country DE",
            'personas generate --count 5 --about "all play chess" --yes',
        ),
    )
    persona_output.add_library_option(generate)
    generate.add_argument(
        "--relationship",
        default="friend",
        metavar="TEXT",
        help="what they are to the owner of the phone (default: friend)",
    )
    generate.add_argument(
        "--country",
        default="US",
        type=str.upper,
        metavar="CODE",
        help="ISO code, such as DE (default: US)",
    )
    generate.add_argument(
        "--locale", metavar="NAME", help="such as de_DE (default: the country's)"
    )
    generate.add_argument(
        "--time-zone", metavar="NAME", help="IANA name (default: the country's)"
    )
    generate.add_argument(
        "--about", metavar="TEXT", help="what else the model should know of them"
    )
    generate.add_argument(
        "--count", type=_count, default=1, metavar="N", help="how many (default: 1)"
    )
    generate.add_argument("--yes", action="store_true", help="keep them unseen")
    provider_options.add_options(generate)
    generate.set_defaults(run=run)


def run(given: Namespace) -> int:
    """Generate people one after another and keep the approved ones."""
    import asyncio

    if not given.yes:
        questions.require_terminal("generate")
    maker = _Maker(given)
    with asyncio.Runner() as runner:
        provider = provider_options.make(given)
        print(f"asking: {provider_options.in_words(given)}", flush=True)
        try:
            for _ in range(given.count):
                maker.one(provider, runner)
        except KeyboardInterrupt:
            print(
                f"imessage-foundry: interrupted; {maker.kept} of {given.count} "
                "personas were kept",
                file=sys.stderr,
            )
            return 130
        finally:
            runner.run(provider.close())
    return 0


class _Maker:
    """The people generated so far, and the request for the next one."""

    def __init__(self, given: Namespace) -> None:
        from pytest_imessage_foundry.personas import library, places

        usual = places.usual(given.country)
        self.kept = 0
        self._given = given
        self._wishes = {
            "relationship": given.relationship,
            "country": given.country,
            "locale": given.locale or usual.locale,
            "time_zone": given.time_zone or usual.time_zone,
            **({"about": given.about} if given.about else {}),
        }
        # Before anything is paid: whether the wishes make sense, and whether there
        # is a library to keep anybody in.
        with library.opened(given.library) as kept:
            self._names = [each.name for each in kept.personas()]
            _refuse_nonsense(self._wishes, kept.census().free_address(given.country))

    def one(self, provider: Provider, runner: asyncio.Runner) -> None:
        """Generate a person again until the user approves or drops it."""
        # The loop runs for the calls alone: while it does, Ctrl-C would not end a
        # question.
        while True:
            made = runner.run(provider.generate_persona(self._constraints()))
            persona = runner.run(provider.approve_persona(made))
            self._names.append(made.name)
            answer = self._answer(persona)
            if answer == "keep":
                self._keep(persona)
            if answer != "again":
                return

    def _constraints(self) -> dict[str, str]:
        from pytest_imessage_foundry.personas import library

        with library.opened(self._given.library) as kept:
            index = kept.census().free_index(self._given.country)
        others = ", ".join(self._names[-_NAMES_TOLD:])
        told = {"somebody other than": others} if others else {}
        return {**self._wishes, **told, "index": str(index)}

    def _answer(self, persona: Persona) -> str:
        if self._given.yes:
            return "keep"
        print("\n".join(persona_output.card(persona)), flush=True)
        answer = questions.ask("what of this persona?", ("keep", "again", "drop"))
        if not answer:  # nobody is there any more
            raise KeyboardInterrupt
        return answer

    def _keep(self, persona: Persona) -> None:
        from pytest_imessage_foundry.personas import library
        from pytest_imessage_foundry.terminal import escaped

        try:
            with library.opened(self._given.library) as kept:
                adopted = kept.adopt(persona)
        except FoundryError as error:
            raise _given_out(persona, error) from None
        self.kept += 1
        print(f"added {persona_output.line(adopted)}", flush=True)
        for line in persona_output.borrowed([adopted]):
            print(escaped(line), file=sys.stderr)


def _given_out(persona: Persona, error: FoundryError) -> FoundryError:
    """Print a persona that was paid for and cannot be kept, and return what to say."""
    from pytest_imessage_foundry.personas import records

    # ASCII, so that every terminal can show it and none takes it for a command.
    print(json.dumps(records.as_json([persona]), indent=1), flush=True)
    return FoundryError(
        f"{error}; who was made stands above, as `personas import` takes it"
    )


def _refuse_nonsense(wishes: dict[str, str], address: str) -> None:
    from pytest_imessage_foundry.models import Persona
    from pytest_imessage_foundry.personas import checks

    checks.checked(
        Persona(
            id="new",
            name="New",
            identifier=address,
            relationship=wishes["relationship"],
            country_code=wishes["country"],
            locale=wishes["locale"],
            time_zone=wishes["time_zone"],
        )
    )


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST:
        raise ArgumentTypeError(f"from 1 to {MOST}")
    return number
