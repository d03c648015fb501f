"""Where packs are, and their bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry import whole_file
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.resources.abc import Traversable

SHIPPED = "shipped"
MAX_BYTES = 32 << 20
_FOLDER = "fixtures_cache"


def digest(paths: Iterable[Path] = ()) -> str:
    """Return a hash of all bytes of the packs in `paths` and of the shipped ones.

    It has 16 hexadecimal digits.
    """
    total = hashlib.sha256()
    for _, folder in roots(paths):
        for file in files(folder):
            total.update(contents(file))
    return total.hexdigest()[:16]


def roots(
    paths: Iterable[Path], *, shipped: bool = True
) -> Iterator[tuple[str, Path | Traversable]]:
    """Yield names and places: those of `paths` in their order, then the shipped one.

    Raises:
        FoundryError: a place is listed twice.
    """
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            raise FoundryError(
                f"the packs in {path} are listed twice\n"
                f"looked at: the list of pack folders and files\n"
                f"name each of them once"
            )
        seen.add(path.resolve())
        # Shipped packs skip the checks by this name, which a project's folder may have.
        yield str(path) if str(path) != SHIPPED else f"./{path}", path
    if shipped:
        yield SHIPPED, shipped_folder()


def project_folders() -> tuple[Path, ...]:
    """Return the pack folder in the current directory, if there is one."""
    folder = Path(_FOLDER)
    return (folder,) if folder.is_dir() else ()


def shipped_folder() -> Path | Traversable:
    """Return the folder of the packs that come with the package.

    A plain directory is tried first. Importing importlib.resources takes longer than
    reading the packs, and only a zipped install needs it.
    """
    package = Path(__file__).parents[2]
    if (inside := package / _FOLDER).is_dir():
        return inside
    # An editable install has no copy inside, so the repository's folder is used.
    repository = package.parent
    if (repository / "pyproject.toml").is_file() and (repository / _FOLDER).is_dir():
        return repository / _FOLDER
    from importlib import resources

    return resources.files("pytest_imessage_foundry") / _FOLDER


def shipped() -> list[Path | Traversable]:
    """Return the packs that come with the package."""
    return files(shipped_folder())


def files(root: Path | Traversable) -> list[Path | Traversable]:
    """Return the packs at a place: the file itself, or those in the folder."""
    if root.is_file():
        return [root]
    if not root.is_dir():
        if isinstance(root, Path) and root.exists():
            raise refusal(root, "is neither a file nor a folder")
        return []
    packs = [each for each in root.iterdir() if each.name.endswith(".json")]
    return sorted(packs, key=lambda each: each.name)


def contents(path: Path | Traversable) -> bytes:
    """Return the bytes of a pack.

    Raises:
        FoundryError: it cannot be read, or is too large.
    """
    try:
        if isinstance(path, Path):
            data = whole_file.read(path, MAX_BYTES)
        else:
            data = path.read_bytes()  # in a zipped install
    except OSError as error:
        raise refusal(path, f"cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise refusal(path, f"is larger than {MAX_BYTES >> 20} MiB")
    return data


def refusal(path: Path | Traversable, what: str) -> FoundryError:
    """Return the error for a pack that cannot be used."""
    return FoundryError(
        f"pack {path.name} is refused: {what}\n"
        f"looked in: {path}\n"
        f"mend the file or remove it; `imessage-foundry cache verify` checks all packs"
    )
