"""A process of its own that reads messages of databases as it is asked to.

A line of JSON, [path, guid], is answered by one: what the file says of the message.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    from read_back import found

    for line in sys.stdin:
        path, guid = json.loads(line)
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            print(json.dumps(found(connection, guid)), flush=True)


if __name__ == "__main__":
    main()
