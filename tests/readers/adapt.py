"""Print what a reader makes of a chat.db as readings: `python -m tests.readers.adapt`.

imessage-foundry conform -- python -m tests.readers.adapt imbridge {db}
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .adapters import (
    analyzer,
    chatdb,
    exporter_html,
    exporter_txt,
    imbridge,
    imessage_database,
    imessage_kit,
    imessage_reader,
    imessagedb,
    mvt,
    parse_smsdb,
    parseaple,
    pytypedstream,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .lines import Line

ADAPTERS: dict[str, Callable[[Path], Iterator[Line]]] = {
    "imessage-exporter txt": exporter_txt.readings,
    "imessage-exporter html": exporter_html.readings,
    "pytypedstream": pytypedstream.readings,
    "imbridge": imbridge.readings,
    "imessage-chatdb": chatdb.readings,
    "imessage-wrapped": wrapped.readings,
    "imessage-reader": imessage_reader.readings,
    "imessagedb": imessagedb.readings,
    "parse-smsdb": parse_smsdb.readings,
    "imessage-database": imessage_database.readings,
    "imessage-kit": imessage_kit.readings,
    "parseaple-typedstream": parseaple.readings,
    "imessage-conversation-analyzer": analyzer.readings,
    "mvt": mvt.readings,
}
