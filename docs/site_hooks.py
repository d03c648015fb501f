"""What the site needs beside the pages: links that lead out of docs/."""

from __future__ import annotations

import posixpath
import re
from typing import Any

_LINK = re.compile(r"\]\((?!https?:|#)([^)\s#]+)(#[^)]*)?\)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """Let links to files outside docs/ lead into the repository, as on its site."""
    folder = posixpath.dirname(page.file.src_uri)

    def led(link: re.Match[str]) -> str:
        place = posixpath.normpath(posixpath.join("docs", folder, link[1]))
        if place.startswith("docs/"):
            return link[0]
        return f"]({config['repo_url']}/blob/main/{place}{link[2] or ''})"

    return _LINK.sub(led, markdown)
