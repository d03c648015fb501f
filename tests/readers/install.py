"""Install the third-party chat.db readers into a cache outside the project.

`python tests/readers/install.py` installs what is missing and prints
`name version path` for each reader; with names, only those. The versions are
pinned in READERS: that table is the one place to upgrade, together with the
manifest of a reader that has a folder here. The readers are run as programs of
their own; nothing of theirs is imported or copied here.

A library for another language has a small program of ours in a folder beside this
file. The folder is copied into the cache and built there.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER = "installed.json"
"""Written last: a folder without it, or with another table row in it, is no install."""


@dataclass(frozen=True)
class Reader:
    name: str
    version: str
    kind: str = "venv"
    beside: tuple[str, ...] = ()
    """What it needs but does not declare, pinned too."""
    options: tuple[str, ...] = ()
    """Options of `pip install` for this one."""
    python: tuple[int, int] = (3, 11)
    """The oldest Python it runs on."""
    source: str | None = None
    """The folder here that holds our program for it."""
    program: str | None = None
    """What must be in `bin`, where that is not called after the reader."""


READERS = (
    Reader("imessage-exporter", "5.0.1", kind="cargo"),
    Reader("pytypedstream", "0.1.0"),
    Reader("imessage-reader", "0.6.1"),
    Reader("imessagedb", "1.4.7"),
    Reader("parse-smsdb", "0.1.14", beside=("pandas==3.1.1",)),
    Reader("imessage-wrapped", "1.0.42"),
    Reader("imessage-chatdb", "0.2.0", python=(3, 12)),
    Reader("mvt", "2026.10.26"),
    Reader("iphone-backup-decrypt", "0.10.0"),
    # Its only wheel is for macOS, because of a helper that sends; what reads chat.db is
    # Python and sqlite3, and runs anywhere.
    Reader(
        "imbridge",
        "0.8.0",
        options=("--platform=macosx_11_0_arm64", "--only-binary=:all:", "--no-deps"),
    ),
    Reader("imessage-conversation-analyzer", "3.1.0"),
    Reader(
        "imessage-database",
        "5.0.1",
        kind="crate",
        source="imessage_database",
        program="imessage-database-reader",
    ),
    # It runs on Bun too, and on Node wants better-sqlite3 to be compiled.
    Reader("imessage-kit", "3.0.0", kind="npm", source="imessage_kit", program="bun"),
    Reader(
        *("parseaple-typedstream", "2.0.2"),
        kind="npm",
        source="typedstream",
        program="node",
    ),
)
HERE = Path(__file__).parent


class InstallError(Exception):
    """A reader could not be installed, or is not there."""


def cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "pytest-imessage-foundry" / "readers"


def reader(name: str) -> Reader:
    for each in READERS:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in READERS)
    raise InstallError(f"unknown reader {name!r} (choose from {known})")


def home(name: str) -> Path:
    """The folder that holds one reader's install."""
    return cache() / name


def find(name: str, program: str) -> Path:
    """A program of an installed reader, e.g. find("imessagedb", "imessagedb")."""
    wanted, where = reader(name), home(name)
    if not _is_whole(wanted, where):
        raise InstallError(
            f"{name} {wanted.version} is not installed\n"
            f"looked in: {where}\n"
            f"run `python tests/readers/install.py {name}`"
        )
    return where / "bin" / program


def missing() -> list[str]:
    return [each.name for each in READERS if not _is_whole(each, home(each.name))]


def install(wanted: Reader) -> Path:
    """Install one reader if it is not there whole; return its folder."""
    where = home(wanted.name)
    if _is_whole(wanted, where):
        return where
    # A virtual environment cannot be moved into place, so each is made where it stays
    # and counts only once the marker is in it.
    (where / MARKER).unlink(missing_ok=True)
    shutil.rmtree(where, ignore_errors=True)
    where.parent.mkdir(parents=True, exist_ok=True)
    INSTALLERS[wanted.kind](wanted, where)
    draft = where / f"{MARKER}.part"
    draft.write_text(json.dumps(_stamp(wanted), indent=1) + "\n", encoding="utf-8")
    draft.replace(where / MARKER)
    return where


def _stamp(wanted: Reader) -> dict[str, object]:
    stamp: dict[str, object] = json.loads(json.dumps(asdict(wanted)))
    if wanted.source:
        stamp["digest"] = _digest(HERE / wanted.source)
    return {name: value for name, value in stamp.items() if value is not None}


def _digest(folder: Path) -> str:
    """A hash of our program, so that a change installs it anew."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_whole(wanted: Reader, where: Path) -> bool:
    try:
        stamp = json.loads((where / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    # A virtual environment whose Python is gone has a dangling link here.
    named = wanted.name if wanted.kind == "cargo" else "python"
    program = where / "bin" / (wanted.program or named)
    return bool(stamp == _stamp(wanted)) and program.exists()


def _needs(wanted: Reader, tool: str, comes_with: str) -> str:
    found = shutil.which(tool)
    if found is None:
        raise InstallError(
            f"{wanted.name} needs {tool}\nlooked in: PATH\n"
            f"install {comes_with}, or leave this reader out"
        )
    return found


def _cargo_install(wanted: Reader, where: Path) -> None:
    _needs(wanted, "cargo", "a Rust toolchain")
    spec = f"{wanted.name}@{wanted.version}"
    _run("cargo", "install", spec, "--locked", "--root", str(where))
    said = _run(str(where / "bin" / wanted.name), "--version")
    _expect_version(wanted, said.split()[-1])


def _crate_install(wanted: Reader, where: Path) -> None:
    """Build our program on the crate from a copy, so that nothing is left here."""
    _needs(wanted, "cargo", "a Rust toolchain")
    source, target = where / "source", where / "target"
    shutil.copytree(HERE / str(wanted.source), source)
    how = ("--root", str(where), "--target-dir", str(target))
    _run("cargo", "install", "--path", str(source), *how)
    shutil.rmtree(target)
    # There is no lock file here, so the manifest has to name one version alone.
    manifest = tomllib.loads((source / "Cargo.toml").read_text(encoding="utf-8"))
    _expect_version(wanted, manifest["dependencies"][wanted.name].removeprefix("="))


def _npm_install(wanted: Reader, where: Path) -> None:
    """Install what our program's package.json names first, and a runtime for it."""
    npm = _needs(wanted, "npm", "Node.js 20 or newer")
    shutil.copytree(HERE / str(wanted.source), where)
    # None of these packages needs its install script.
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund")
    _run(npm, "ci", "--prefix", str(where), *quiet)
    modules = where / "node_modules"
    runtimes = sorted(modules.glob("@oven/bun-*/bin/bun"))
    runtimes.append(Path(_needs(wanted, "node", "Node.js 20 or newer")))
    (where / "bin").mkdir()
    (where / "bin" / str(wanted.program)).symlink_to(runtimes[0])
    manifest = json.loads((where / "package.json").read_text(encoding="utf-8"))
    package = modules / next(iter(manifest["dependencies"])) / "package.json"
    version = json.loads(package.read_text(encoding="utf-8"))["version"]
    _expect_version(wanted, version)


def _venv_install(wanted: Reader, where: Path) -> None:
    _run(_python(wanted), "-m", "venv", str(where))
    python = str(where / "bin" / "python")
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    options = wanted.options
    if any(option.startswith("--platform") for option in options):
        purelib = "import sysconfig; print(sysconfig.get_path('purelib'))"
        options += ("--target", _run(python, "-c", purelib).strip())
    _run(*pip, *options, f"{wanted.name}=={wanted.version}", *wanted.beside)
    asked = f"import importlib.metadata as m; print(m.version({wanted.name!r}))"
    _expect_version(wanted, _run(python, "-c", asked).strip())


INSTALLERS = {
    "venv": _venv_install,
    "cargo": _cargo_install,
    "crate": _crate_install,
    "npm": _npm_install,
}


def _python(wanted: Reader) -> str:
    """This Python, or one on this machine that is new enough."""
    newer = [f"python3.{minor}" for minor in range(wanted.python[1], 20)]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates = [sys.executable, *newer, *map(str, sorted(pyenv.glob("*/bin/python")))]
    for candidate in candidates:
        asked = (candidate, "-c", "import sys; print(*sys.version_info[:2])")
        # pyenv leaves programs on PATH that only say the version is not chosen.
        with contextlib.suppress(OSError, InstallError, ValueError):
            major, minor = map(int, _run(*asked).split())
            if (major, minor) >= wanted.python:
                return candidate
    needed = ".".join(map(str, wanted.python))
    raise InstallError(
        f"{wanted.name} needs Python {needed} or newer\n"
        f"looked in: {sys.executable}; PATH; {pyenv}\n"
        "install one, or leave this reader out"
    )


def _expect_version(wanted: Reader, got: str) -> None:
    if got != wanted.version:
        raise InstallError(f"{wanted.name}: asked for {wanted.version}, got {got}")


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise InstallError(f"{' '.join(command)}: exit {done.returncode}\n{last}")
    return done.stdout


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Install the chat.db readers")
    parser.add_argument("names", nargs="*", help="readers to install (default: all)")
    names = parser.parse_args(arguments).names
    failures = 0
    try:
        wanted = [reader(name) for name in names] or list(READERS)
    except InstallError as error:
        parser.error(str(error))
    with _one_at_a_time():
        for each in wanted:
            try:
                print(each.name, each.version, install(each), flush=True)
            except InstallError as error:
                failures += 1
                print(f"{each.name} {each.version} failed: {error}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
