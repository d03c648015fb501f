"""Options and ini settings, read once into one frozen `Settings`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.plugin import own_schemas
from pytest_imessage_foundry.plugin.failures import refusing_the_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.plugin.mark import MarkArguments
    from pytest_imessage_foundry.spec import Source, Spec

# The registry's order and the word `all` are known here without the registry,
# so that a run that uses no fixture of ours never imports it; a test holds the
# two together.
DEFAULT_VERSIONS = ("sonoma", "sequoia", "tahoe", "golden-gate")
MARK = "imessage"
MARK_HELP = (
    "imessage(*, versions=None, scenario=None, seed=None, messages=None, "
    "source=None, layout=None, backup_password=None, known=None, file=None, "
    "start=None): what chat_db holds for this test, where it stands, which faults are "
    "known, when the clock of chat_db_builder begins; a test that asks for it "
    "dynamically runs once per selected macOS release"
)


class Settings(NamedTuple):
    """The chosen settings, and where each comes from.

    A tuple: making a dataclass would cost each start of pytest a millisecond.
    """

    versions: tuple[str, ...]
    seed: int
    source: Source
    cache: tuple[Path, ...]
    preview: bool
    origins: dict[str, str]
    known: Path | None = None

    def spec(self, version: str, order: MarkArguments) -> Spec:
        """Return the spec of a test's database: the mark's wishes over the settings."""
        from pytest_imessage_foundry.spec import Spec

        asked = {"seed": self.seed, "source": self.source, **order.wishes()}
        return Spec(release=version, **asked)


SETTINGS = pytest.StashKey[Settings]()


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("imessage", "iMessage chat.db fixtures")
    group.addoption(
        "--imessage-version",
        action="append",
        default=None,
        metavar="RELEASE",
        help="macOS release to test against; repeat it or use commas, 'all' or "
        f"'auto' (default: all, which is {', '.join(DEFAULT_VERSIONS)})",
    )
    group.addoption(
        "--imessage-seed",
        type=int,
        default=None,
        metavar="N",
        help="seed of the generated conversations (default: 0)",
    )
    group.addoption(
        "--imessage-source",
        default=None,
        metavar="auto|cache|faker",
        help="where conversations come from: the cache first, the cache alone, or "
        "the Faker fallback alone (default: auto)",
    )
    group.addoption(
        "--imessage-preview",
        action="store_true",
        default=None,
        help="keep a page that shows the database beside the file of each failing "
        "test (default: off)",
    )
    group.addoption(
        "--imessage-known",
        default=None,
        metavar="FILE",
        help="faults of the tested reader that are expected to show: tests of "
        "imessage_case that they name are expected to fail (default: none)",
    )
    parser.addini("imessage_known", "default of --imessage-known")
    parser.addini("imessage_version", "default of --imessage-version", type="args")
    parser.addini("imessage_seed", "default of --imessage-seed")
    parser.addini("imessage_source", "default of --imessage-source")
    parser.addini(
        "imessage_cache",
        "folders or files of conversation packs that come before the shipped ones "
        "(default: fixtures_cache beside the ini file, when it is there)",
        type="paths",
    )
    parser.addini(own_schemas.INI, own_schemas.INI_HELP, type="paths")


def read(config: pytest.Config) -> Settings:
    """Return the settings of a run.

    Raises:
        pytest.UsageError: a value is not understood.
    """
    with refusing_the_run():
        return _read(config)


def _read(config: pytest.Config) -> Settings:
    origins: dict[str, str] = {}
    if own_schemas.are_there(config):
        user_schemas(config)  # complains before the first test
    versions = _choose(config, "version", origins)
    seed = _choose(config, "seed", origins)
    source = _choose(config, "source", origins)
    if source is not None:
        _check_source(source, origins["source"])
    return Settings(
        versions=_versions(versions, config, origins),
        seed=_number(seed, origins) if seed is not None else 0,
        source=source or "auto",
        cache=_cache(config),
        preview=bool(config.getoption("imessage_preview")),
        origins=origins,
        known=_known(config, origins),
    )


def _known(config: pytest.Config, origins: dict[str, str]) -> Path | None:
    """Return the file of known faults: the ini's stands beside the ini file."""
    given = _choose(config, "known", origins)
    if given is None:
        return None
    start = config.rootpath
    if origins["known"].startswith("--"):
        start = config.invocation_params.dir
    path = start / str(given)
    if not path.is_file():
        raise pytest.UsageError(
            f"there is no file of known faults\nlooked for: {path} "
            f"(from {origins['known']})\nname one, or leave the option out"
        )
    return path


def _versions(
    given: Sequence[str] | None, config: pytest.Config, origins: dict[str, str]
) -> tuple[str, ...]:
    if given is None:
        return DEFAULT_VERSIONS
    if not words(given):
        # Without a release every test would be skipped, and the run would pass.
        raise FoundryError(
            "no macOS release to test against\n"
            f"looked at: {origins['version']}, which is {','.join(given)!r}\n"
            "name a release, say 'all', or leave it out (a variable may be empty)"
        )
    try:
        return resolve(given, config)
    except FoundryError as error:
        raise FoundryError(f"{error}\nlooked at: {origins['version']}") from None


def _check_source(source: str, where: str) -> None:
    from pytest_imessage_foundry.spec import SOURCES

    if source not in SOURCES:
        raise FoundryError(
            f"unknown imessage source {source!r}\nlooked at: {where}\n"
            f"choose from {', '.join(SOURCES)}"
        )


def words(values: Sequence[str]) -> list[str]:
    """Split repeated and comma-separated values into release words."""
    split = (word.strip() for value in values for word in value.split(","))
    return [word for word in split if word]


def resolve(values: Sequence[str], config: pytest.Config) -> tuple[str, ...]:
    """Return release names in the registry's order.

    Raises:
        UnknownReleaseError: no release has one of these names.
    """
    from pytest_imessage_foundry.db import schema, version_detect

    own = [each.name for each in user_schemas(config)]
    chosen: set[str] = set()
    for word in words(values):
        if word == "all":
            chosen.update(schema.ALL)
        elif word == "auto":
            chosen.add(version_detect.detect().release)
        else:
            chosen.add(schema.resolve(word, extra=own))
    return tuple(name for name in (*schema.RELEASES, *own) if name in chosen)


_SCHEMAS = pytest.StashKey[list[Any]]()


def user_schemas(config: pytest.Config) -> list[Any]:
    """Return the schemas that the project adds.

    They are collected once: schemas are compared by identity."""
    if _SCHEMAS not in config.stash:
        config.stash[_SCHEMAS] = own_schemas.collect(config)
    return config.stash[_SCHEMAS]


def _choose(config: pytest.Config, name: str, origins: dict[str, str]) -> Any:
    """Return the command line's value, else the ini's, else None."""
    given = config.getoption(f"imessage_{name}")
    if given is not None:
        origins[name] = f"--imessage-{name}"
        return _typed(given)
    given = config.getini(f"imessage_{name}")
    if given in ("", [], None):
        return None
    origins[name] = "ini"
    return given


def _typed(given: Any) -> Any:
    """Put back the -- of --option=--, of which argparse makes [] before Python 3.13."""
    if given == []:
        return "--"
    if isinstance(given, list):
        return ["--" if each == [] else each for each in given]
    return given


def _number(given: int | str, origins: dict[str, str]) -> int:
    from pytest_imessage_foundry.spec import fault

    try:
        number: object = int(given)
    except ValueError:  # no number, or one of thousands of digits
        number = given
    if what := fault("seed", number):
        raise FoundryError(
            f"the imessage seed {what}\nlooked at: {origins['seed']}\n"
            "give another one, or leave it out for 0"
        )
    return int(given)


def _cache(config: pytest.Config) -> tuple[Path, ...]:
    given = [Path(each) for each in config.getini("imessage_cache")]
    for path in given:
        if not path.is_dir() and not (path.suffix == ".json" and path.is_file()):
            why = "is no pack and no folder" if path.exists() else "is not there"
            raise FoundryError(
                f"imessage_cache names {path}, which {why}\n"
                f"looked at: the ini setting, below {config.rootpath}\n"
                "name a *.json file that `cache refresh` wrote, or a folder of such"
            )
    default = config.rootpath / "fixtures_cache"
    return tuple(given) if given else (default,) if default.is_dir() else ()
