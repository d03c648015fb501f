"""The bubbles of a message row: its body, edits and unsent parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.preview.body_pieces import MARK, Piece, pieces
from pytest_imessage_foundry.preview.database import Row, blob, date, whole, words
from pytest_imessage_foundry.preview.phone import (
    ShownFile,
    ShownPart,
    ShownRun,
    ShownVersion,
)
from pytest_imessage_foundry.preview.plist_reader import (
    integers,
    keyed_archive,
    seconds,
    text,
)
from pytest_imessage_foundry.reading.typedstreams import Damaged

if TYPE_CHECKING:
    from pytest_imessage_foundry.reading.body_reader import BodyReader

_BALLOON = "\N{REPLACEMENT CHARACTER}"
_MOST_PARTS = 10_000
# A limit, because lists that contain one another repeatedly grow exponentially.
_DEEPEST, _MOST_TRANSLATIONS = 4, 10


def body(
    archive: Any,
    text: Any,
    attached: list[ShownFile],
    summary: dict[str, Any],
    *,
    is_app: bool,
    reader: BodyReader | None = None,
) -> tuple[tuple[ShownPart, ...], tuple[str, ...]]:
    """Return the parts of a message, and what could not be read of them.

    `archive` and `text` are its columns attributedBody and text; `reader` reads the
    former.
    """
    found, troubles = _read_pieces(archive, text, reader)
    if is_app:
        marks = {_BALLOON, MARK, " "}
        found = tuple(piece for piece in found if piece.run.text not in marks)
    ordinary = [file for file in attached if not _is_payload(file)]
    parts = _parts(found, ordinary)
    if "ec" not in summary and "rp" not in summary:
        if len(parts) > 1:
            parts.sort(key=lambda part: part.number)
        return tuple(parts), troubles
    changed = _with_history(parts, summary)
    return tuple(sorted(changed, key=lambda part: part.number)), troubles


def deleted_part(row: Row) -> ShownPart:
    """Return a part in Recently Deleted, from its recoverable_message_part row."""
    try:
        runs = tuple(piece.run for piece in pieces(blob(row["part_text"])))
    except Damaged as error:
        runs = (ShownRun(text=f"[deleted part that could not be read: {error}]"),)
    return ShownPart(
        number=whole(row["part_index"]), runs=runs, deleted=date(row["delete_date"])
    )


def translation(summary: dict[str, Any]) -> str:
    """Return the translated texts in a summary, each with its language.

    They are in a keyed archive inside the plist. No source says under which key, so
    every value is searched.
    """
    values = [value for value in summary.values() if isinstance(value, bytes)]
    archives = (keyed_archive(value) for value in values)
    found = [*_translations(summary, 0)]
    for archive in archives:
        found.extend(_translations(archive, 0))
    return "\n".join(found)


def _translations(found: Any, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(found, dict):
        language = text(found, "translationLanguage")
        said = text(found, "translatedText")
        said = said or text(found, "translatedText", "NSString")
        if said:
            yield f"{said} ({language})" if language else said
            return
        found = list(found.values())
    if isinstance(found, list):
        for item in found[:_MOST_TRANSLATIONS]:
            yield from _translations(item, depth + 1)


def _read_pieces(
    archive: Any, text: Any, reader: BodyReader | None
) -> tuple[tuple[Piece, ...], tuple[str, ...]]:
    plain = words(text)
    if archive is None:
        return tuple(_plain_pieces(plain)), ()
    try:
        found = pieces(blob(archive), reader)
    except Damaged as error:
        trouble = f"attributedBody could not be read: {error}"
        return tuple(_plain_pieces(plain)), (trouble,)
    return found or tuple(_plain_pieces(plain)), ()


def _plain_pieces(plain: str) -> Iterator[Piece]:
    """Yield the pieces of a text without attributes; each file mark is a part."""
    number = 0
    for index, stretch in enumerate(plain.split(MARK)):
        if index:
            yield Piece(number, ShownRun(text=MARK))
            number += 1
        if stretch:
            yield Piece(number, ShownRun(text=stretch))
            number += 1


def _is_payload(file: ShownFile) -> bool:
    return file.name.endswith(".pluginPayloadAttachment")


def _parts(found: tuple[Piece, ...], attached: list[ShownFile]) -> list[ShownPart]:
    """Group runs by part number and put each file in its place."""
    left = {file.guid: file for file in attached}
    # A file that a run names is not used for a mark that names none.
    named = {piece.file for piece in found}
    unnamed = [file for file in attached if file.guid not in named]
    parts: list[ShownPart] = []
    for piece in found:
        if piece.file or piece.run.text == MARK:
            file = _file_of(piece, left, unnamed)
            left.pop(file.guid, None)
            parts.append(ShownPart(number=piece.part, file=file))
        elif parts and parts[-1].number == piece.part and parts[-1].file is None:
            parts[-1].runs += (piece.run,)
        else:
            parts.append(ShownPart(number=piece.part, runs=(piece.run,)))
    last = max((part.number for part in parts), default=-1)
    for number, file in enumerate(left.values(), last + 1):
        if not file.is_hidden:
            parts.append(ShownPart(number=number, file=file))
    return parts


def _file_of(
    piece: Piece, left: dict[str, ShownFile], unnamed: list[ShownFile]
) -> ShownFile:
    found = left.get(piece.file)
    if found is None and not piece.file and unnamed:
        found = unnamed.pop(0)
    if found is None:
        name = piece.file or "attachment"
        found = ShownFile(guid=piece.file, name=name, absence="no attachment row")
    if piece.transcript and not found.transcript:
        return ShownFile(
            guid=found.guid,
            name=found.name,
            mime=found.mime,
            size=found.size,
            path=found.path,
            absence=found.absence,
            transcript=piece.transcript,
        )
    return found


def _with_history(parts: list[ShownPart], summary: dict[str, Any]) -> list[ShownPart]:
    """Add the earlier versions of edited parts, and the unsent parts."""
    edits = summary.get("ec")
    edits = edits if isinstance(edits, dict) else {}
    present = {part.number for part in parts}
    taken = dict.fromkeys(integers(summary.get("rp")))
    changed = [
        ShownPart(
            number=part.number,
            runs=part.runs,
            file=part.file,
            history=_history(edits.get(str(part.number))),
        )
        for part in parts
    ]
    for number in list(taken)[:_MOST_PARTS]:
        if number not in present:
            changed.append(
                ShownPart(
                    number=number,
                    is_unsent=True,
                    history=_history(edits.get(str(number))),
                )
            )
    return changed


def _history(entries: Any) -> tuple[ShownVersion, ...]:
    """Return the versions of a part before its last edit, the original first."""
    if not isinstance(entries, list):
        return ()
    return tuple(_version(entry) for entry in entries[:-1] if isinstance(entry, dict))


def _version(entry: dict[str, Any]) -> ShownVersion:
    try:
        runs = tuple(piece.run for piece in pieces(blob(entry.get("t"))))
    except Damaged as error:
        runs = (ShownRun(text=f"[version that could not be read: {error}]"),)
    return ShownVersion(date=seconds(entry.get("d")), runs=runs)
