"""Polls of macOS 26: JSON in a `data:` URL in an app's payload.

Shape of the JSON: BBS measured on 26.5.2, IB independently (SEMANTICS §10); of the
payload: four samples of imessage-database 4.3.0.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from pytest_imessage_foundry.db.blobs.app_payloads import payload, templated
from pytest_imessage_foundry.db.blobs.keyed_archives import keyed_archive
from pytest_imessage_foundry.db.blobs.values import MutableData, Url, Uuid
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.models import Poll, PollChoice, PollOption, PollVote

_NAMESPACE = UUID("6f0d1b5e-2f1c-5d0a-9f5e-70006c6c7321")
# Some readers take only URL-safe base64, others only the standard alphabet.
_DISPUTED = re.compile("[+/]")
_CAPABILITIES = MutableData(keyed_archive(["supports-polls"]))


def poll_payload(poll: Poll, creator: str | None, *, owner: str = "") -> bytes:
    """Return a poll as it was sent."""
    return _options_payload(poll.options, creator, owner=owner)


def choice_payload(
    poll: Poll, choice: PollChoice, creator: str | None, *, owner: str = ""
) -> bytes:
    """Return the whole list again, after somebody added `choice`."""
    position = poll.added.index(choice) + 1
    options = (*poll.options, *(each.option for each in poll.added[:position]))
    return _options_payload(options, creator, owner=owner)


def _options_payload(
    options: Sequence[PollOption], creator: str | None, *, owner: str = ""
) -> bytes:
    """A poll with these options; `owner` is the address that `None` stands for."""
    item = {
        "title": "",  # the question is a message of its own
        "creatorHandle": creator or owner,
        "orderedPollOptions": [
            {
                "optionIdentifier": option.id,
                "text": option.text,
                "attributedText": option.text,
                "canBeEdited": False,
                "creatorHandle": option.creator or owner,
            }
            for option in options
        ],
    }
    url = f"data:,{encoded(item)}?src=p&c={len(options)}"
    line = "Sent a poll"
    pairs = {
        **_ties(url, session_of(options)),
        "ldtext": line,
        "sendAsText": True,
        "requiredCapabilities": _CAPABILITIES,
    }
    return payload(templated(pairs, {"caption": line}))


def vote_payload(vote: PollVote, voter: str, *, session: str | None = None) -> bytes:
    """A voter's complete choice. `session` is that of the poll (`session_of`)."""
    noted = {"serverVoteTime": vote.server_date / SECOND} if vote.server_date else {}
    votes = [
        {"voteOptionIdentifier": option, "participantHandle": voter, **noted}
        for option in vote.options
    ]
    # Three keys and no layout: 3 of 3 samples.
    return payload(_ties(f"data:,{encoded({'votes': votes})}", session))


def _ties(url: str, session: str | None) -> dict[str, Any]:
    """Return what every payload of a poll has."""
    ties: dict[str, Any] = {"an": "Polls", "URL": Url(url)}
    return ties | ({"sessionIdentifier": Uuid(session)} if session else {})


def session_of(options: Sequence[PollOption]) -> str | None:
    """Return the session that ties a poll, its updates and its votes together."""
    return str(uuid5(_NAMESPACE, options[0].id)).upper() if options else None


def encoded(item: dict[str, Any]) -> str:
    """Base64 of the JSON without a character that only one alphabet has.

    Spaces before the JSON move the six-bit groups until that is so. Where no
    shift helps, the letters are escaped: of ASCII only `>`, `?`, `~` and DEL
    can give `+` or `/`, and those are escaped too.
    """
    body = {"version": 1, "item": item}
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    for spaces in range(3):
        text = _base64(b" " * spaces + raw)
        if not _DISPUTED.search(text):
            return text
    ascii_only = json.dumps(body, separators=(",", ":"))
    escaped = re.sub("[>?~\x7f]", lambda match: f"\\u{ord(match[0]):04x}", ascii_only)
    return _base64(escaped.encode())


def _base64(raw: bytes) -> str:
    """Base64 that needs no `=`: a JSON text may end with spaces."""
    return base64.b64encode(raw + b" " * (-len(raw) % 3)).decode()
