"""The dictionary that every Messages app's payload is.

Keys as in the 18 cards among the samples of imessage-database 4.3.0: userInfo has
six keys whether they are used or not, and liveLayoutInfo is always there. Payloads are
NSMutableDictionary with NSMutableData, or NSDictionary with NSData.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from pytest_imessage_foundry.db.blobs.keyed_archives import MutableDict, keyed_archive
from pytest_imessage_foundry.db.blobs.values import MutableData, Url, Uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_imessage_foundry.models import AppCard

__all__ = ["app_card", "payload", "templated"]

_LIVE = {"layoutClass": "MSMessageLiveLayout", "userInfo": {}}
_LIVE_LAYOUTS = {
    True: MutableData(keyed_archive(MutableDict(_LIVE))),
    False: keyed_archive(_LIVE),
}
_SAID = (
    "caption",
    "subcaption",
    "secondary-subcaption",
    "tertiary-subcaption",
    "image-title",
    "image-subtitle",
)


def app_card(card: AppCard) -> bytes:
    """Return the payload of an app's card."""
    seed = f"{card.team}:{card.bundle_id}:{card.url}"
    session = card.session_id or str(uuid5(NAMESPACE_URL, seed))
    said: dict[str, Any] = {
        name: getattr(card, name.replace("-", "_")) for name in _SAID
    }
    if card.tap_action is not None:
        said["tap-action"] = card.tap_action
    pairs = {
        "an": card.app_name or None,
        "appid": card.app_id,
        "ldtext": card.ldtext,
        "URL": Url(card.url),
        "sessionIdentifier": Uuid(session),
        "AccessibilityLabel": card.accessibility,
        "data": card.data.encode() if card.data is not None else None,
    }
    return payload(templated(pairs, said, mutable=card.mutable), mutable=card.mutable)


def templated(
    pairs: Mapping[str, Any], said: Mapping[str, Any], *, mutable: bool = True
) -> dict[str, Any]:
    """Return the keys of a card that is laid out by the usual template."""
    unused = dict.fromkeys(_SAID, "")
    given = {name: value for name, value in said.items() if value is not None}
    return {
        **pairs,
        "layoutClass": "MSMessageTemplateLayout",
        "liveLayoutInfo": _LIVE_LAYOUTS[mutable],
        "userInfo": unused | given,
    }


def payload(pairs: Mapping[str, Any], *, mutable: bool = True) -> bytes:
    """Return the archive of a payload; keys without a value are left out."""
    given = {name: value for name, value in pairs.items() if value is not None}
    return keyed_archive(MutableDict(given) if mutable else given)
