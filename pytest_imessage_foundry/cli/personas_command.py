"""`imessage-foundry personas`: list, add, change and remove your people."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import (
    outputs,
    persona_fields,
    persona_generate,
    persona_output,
    questions,
    standard_input,
    subcommands,
)
from pytest_imessage_foundry.errors import FoundryError, counted, meant
from pytest_imessage_foundry.terminal import escaped

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Iterator

    from pytest_imessage_foundry.models import Persona
    from pytest_imessage_foundry.personas.census import Census
    from pytest_imessage_foundry.personas.library import Library

_EXAMPLES = (
    'personas add --name "Ana Diaz" --country ES --topic chess',
    "personas add --from mom --relationship aunt",
    "personas generate --relationship cousin --country DE",
    "personas self ana-diaz",
    "personas export people.json",
)
_NOTES = (
    'A scenario file names them as personas = ["library:ana-diaz"]. Nobody real: '
    "phone numbers are of the ranges that are kept for fiction, addresses at "
    "example.com."
)


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `personas` and its verbs."""
    personas = subcommands.add(
        commands,
        "personas",
        "keep people of your own, for scenarios",
        examples=_EXAMPLES,
        notes=_NOTES,
    )
    verbs = personas.add_subparsers(dest="verb", metavar="VERB", required=True)
    _add_looking(verbs)
    _add_changing(verbs)
    _add_files(verbs)
    persona_generate.add_verb(verbs)


def _add_looking(verbs: _SubParsersAction[ArgumentParser]) -> None:
    listing = _verb(
        verbs,
        "list",
        "list them; a star marks who owns the phone",
        *("", " --builtin", " --json"),
    )
    show = _verb(
        verbs, "show", "show one of them in full", " ana-diaz", " mom --builtin"
    )
    show.add_argument("id", metavar="ID", help="whom, as `list` has it")
    for verb in (listing, show):
        verb.add_argument(
            "--builtin", action="store_true", help="of the built-in cast instead"
        )
        verb.add_argument("--json", action="store_true", help="as JSON")
    listing.set_defaults(run=run_list)
    show.set_defaults(run=run_show)


def _add_changing(verbs: _SubParsersAction[ArgumentParser]) -> None:
    add = _verb(
        verbs,
        "add",
        "add somebody, by hand or from the built-in cast",
        ' --name "Ana Diaz" --country ES --topic chess',
        " aunt --from mom --relationship aunt",
    )
    add.add_argument("id", nargs="?", metavar="ID", help="default: from the name")
    add.add_argument(
        "--from",
        dest="source",
        metavar="ID",
        help="take a persona of the built-in cast (`personas list --builtin`)",
    )
    persona_fields.add_options(add)
    add.set_defaults(run=run_add)
    edit = _verb(
        verbs,
        "edit",
        "change some fields of somebody",
        " ana-diaz --emoji heavy --topic chess",
    )
    edit.add_argument("id", metavar="ID", help="whom, as `list` has it")
    persona_fields.add_options(edit)
    edit.set_defaults(run=run_edit)
    delete = _verb(verbs, "delete", "remove somebody", " ana-diaz", " ana-diaz --yes")
    delete.add_argument("id", metavar="ID", help="whom, as `list` has it")
    delete.add_argument("--yes", action="store_true", help="without asking")
    delete.set_defaults(run=run_delete)
    self = _verb(verbs, "self", "say who owns the phone, or define it", "", " ana-diaz")
    self.add_argument("id", nargs="?", metavar="ID", help="who does from now on")
    self.set_defaults(run=run_self)


def _add_files(verbs: _SubParsersAction[ArgumentParser]) -> None:
    take = _verb(
        verbs, "import", "add everybody of a JSON file, or nobody", " people.json"
    )
    take.add_argument(
        "file",
        type=subcommands.name_or_path,
        metavar="FILE",
        help="as `export` writes it, or -",
    )
    take.set_defaults(run=run_import)
    export = _verb(
        verbs, "export", "write people as JSON", " people.json", " ana.json ana-diaz"
    )
    export.add_argument("file", type=outputs.path, metavar="FILE", help="file to write")
    export.add_argument("ids", nargs="*", metavar="ID", help="default: everybody")
    export.add_argument("--force", action="store_true", help="replace what is there")
    export.set_defaults(run=run_export)


def _verb(
    verbs: _SubParsersAction[ArgumentParser], name: str, what: str, *examples: str
) -> ArgumentParser:
    shown = tuple(f"personas {name}{each}" for each in examples or ("",))
    verb = subcommands.add(verbs, name, what, examples=shown)
    persona_output.add_library_option(verb)
    return verb


# --- looking ----------------------------------------------------------------


def run_list(given: Namespace) -> int:
    """Print all personas."""
    from pytest_imessage_foundry.personas import records

    people = _everybody(given)
    if given.json:
        print(json.dumps(records.as_json(people, dates=True), indent=1))
    elif people:
        print("\n".join(persona_output.table(people)))
    else:
        print("nobody yet; `imessage-foundry personas add --help` shows how")
    return 0


def _everybody(given: Namespace) -> tuple[Persona, ...]:
    from pytest_imessage_foundry.personas import builtin

    if given.builtin:
        return builtin.load()
    with _opened(given) as kept:
        return kept.personas()


def run_show(given: Namespace) -> int:
    """Print one persona."""
    from pytest_imessage_foundry.personas import records

    if given.builtin:
        persona = _built_in(given.id)
    else:
        with _opened(given) as kept:
            persona = kept.get(given.id)
    if given.json:
        print(json.dumps(records.as_json([persona], dates=True)[0], indent=1))
    else:
        print("\n".join(persona_output.card(persona)))
    return 0


def _built_in(id: str) -> Persona:
    from pytest_imessage_foundry.personas import builtin

    known = builtin.by_id()
    if id not in known:
        raise FoundryError(
            f"the built-in cast has no {id!r}{meant(id, known)}\n"
            f"looked among its {len(known)} people\n"
            f"choose from {', '.join(known)}"
        )
    return known[id]


# --- changing ---------------------------------------------------------------


def run_add(given: Namespace) -> int:
    """Add a persona."""
    from pytest_imessage_foundry.conversations import spoken

    with _opened(given) as kept:
        persona = kept.add_made(lambda census: _new(given, census))
    print(f"added {persona_output.line(persona)}")
    is_drawn = given.source is None and given.identifier is None
    numbers = persona_output.borrowed([persona]) if is_drawn else []
    for line in [*numbers, *spoken.notes([persona])]:
        print(escaped(line), file=sys.stderr)
    return 0


def _new(given: Namespace, census: Census) -> Persona:
    from pytest_imessage_foundry.models import Persona
    from pytest_imessage_foundry.personas import checks, places

    values = persona_fields.values(given)
    if given.source is None and "name" not in values:
        raise FoundryError(
            "who is added has no name\n"
            "looked for --name, and for --from with somebody of the built-in cast\n"
            'give one of them, as in personas add --name "Ana Diaz"'
        )
    if given.source is not None:
        known = replace(_built_in(given.source), is_self=False)
    else:
        country = values.get("country_code", "US")
        place = places.usual(country)._asdict()
        known = Persona(id="", name="", identifier="", country_code=country, **place)
    persona = replace(known, **values)
    id = given.id or known.id or census.free_id(checks.slug(persona.name))
    address = persona.identifier or census.free_address(persona.country_code)
    return persona_fields.at(replace(persona, id=id), address)


def run_edit(given: Namespace) -> int:
    """Change a persona."""
    values = persona_fields.values(given)
    if not values:
        raise FoundryError(
            f"nothing to change of {given.id!r}\n"
            "looked for options with new values, and found none\n"
            "`imessage-foundry personas edit --help` lists them"
        )
    with _opened(given) as kept:
        persona = replace(kept.get(given.id), **values)
        kept.update(persona_fields.at(persona, persona.identifier))
        print(f"changed {persona_output.line(kept.get(given.id))}")
    return 0


def run_delete(given: Namespace) -> int:
    """Remove a persona after the user has confirmed it."""
    with _opened(given) as kept:
        known = persona_output.line(kept.get(given.id))
    if not given.yes:
        questions.require_terminal("delete")
        if questions.ask(f"delete {known}?", ("yes", "no")) != "yes":
            print("nobody was deleted")
            return 0
    with _opened(given) as kept:
        print(f"deleted {persona_output.line(kept.remove(given.id))}")
    return 0


def run_self(given: Namespace) -> int:
    """Print or set the owner of the phone."""
    with _opened(given) as kept:
        owner = kept.define_self(given.id) if given.id else kept.owner()
        if owner is None:
            raise FoundryError(
                "nobody of the library owns the phone\n"
                f"looked in: {kept.path}\n"
                "`imessage-foundry personas self ID` defines who does"
            )
        print(f"the phone is that of {persona_output.line(owner)}")
    return 0


# --- files ------------------------------------------------------------------


def run_import(given: Namespace) -> int:
    """Add the people of a file, or of standard input."""
    from pytest_imessage_foundry.personas import records

    if given.file == "-":
        data = standard_input.opened().read(records.MAX_BYTES + 1)
        people = records.parsed(data, "standard input")
    else:
        people = records.read(Path(given.file))
    with _opened(given) as kept:
        for each in kept.add_all(people):
            print(f"added {persona_output.line(each)}")
    return 0


def run_export(given: Namespace) -> int:
    """Write people into a file."""
    from pytest_imessage_foundry.terminal import escaped

    with _opened(given) as kept:
        count = kept.export_to(
            given.file, given.ids, force=given.force, remedy=outputs.by_force()
        )
    print(f"wrote {escaped(str(given.file))}: {counted(count, 'persona')}")
    return 0


@contextmanager
def _opened(given: Namespace) -> Iterator[Library]:
    from pytest_imessage_foundry.personas import library

    with library.opened(given.library) as kept:
        yield kept
