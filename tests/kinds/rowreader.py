"""A small reader of chat.db that knows nothing of the package.

SQL, pytypedstream, plistlib and json only: what it says of a message is held
against the reading that the catalogue states.
"""

from __future__ import annotations

import base64
import datetime
import json
import plistlib
import sqlite3
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import contents
import typedstream
from contents import url_of

MARK, BALLOON = "\ufffc", "\ufffd"
_K = "__kIM{}AttributeName".format
PART = _K("MessagePart")
FILE = _K("FileTransferGUID")
LINK = _K("Link")
MENTION = "__kIMMentionConfirmedMention"
TEXT_EFFECT = _K("TextEffect")
DATA_DETECTED = _K("DataDetected")
ONE_TIME_CODE = _K("OneTimeCode")
BREADCRUMB = "__kIMBreadcrumbTextMarkerAttributeName"
DIRECTION = _K("BaseWritingDirection")
PHOTO_SHARING = _K("PhotoSharing")
RICH_CARDS = _K("RichCards")
URL_TO_TRANSFER = _K("UrlToTransferMap")
TRANSCRIPTION = "IMAudioTranscription"
STYLES = {
    _K("TextBold"): "bold",
    _K("TextItalic"): "italic",
    _K("TextUnderline"): "underline",
    _K("TextStrikethrough"): "strikethrough",
}
TEXT_EFFECTS = {
    5: "big",
    11: "small",
    9: "shake",
    8: "nod",
    12: "explode",
    4: "ripple",
    6: "bloom",
    10: "jitter",
}
DETECTORS = (
    *(DATA_DETECTED, _K("CalendarEvent"), _K("PhoneNumber"), _K("Money")),
    _K("Address"),
)
ACTIONS = ("none", "allow", "junk", "promotion", "transaction")
SUB_ACTIONS = {
    0: "none",
    10001: "finance",
    10002: "orders",
    10003: "reminders",
    20001: "offers",
    20002: "coupons",
}
BUBBLE = "com.apple.MobileSMS.expressivesend."
SCREEN = "com.apple.messages.effect.CK"
EFFECTS = {
    BUBBLE + "impact": "slam",
    BUBBLE + "loud": "loud",
    BUBBLE + "gentle": "gentle",
    BUBBLE + "invisibleink": "invisible-ink",
    SCREEN + "ConfettiEffect": "confetti",
    SCREEN + "EchoEffect": "echo",
    SCREEN + "FireworksEffect": "fireworks",
    SCREEN + "HappyBirthdayEffect": "balloons",
    SCREEN + "HeartEffect": "heart",
    SCREEN + "LasersEffect": "lasers",
    SCREEN + "ShootingStarEffect": "shooting-star",
    SCREEN + "SparklesEffect": "celebration",
    SCREEN + "SpotlightEffect": "spotlight",
}
TAPBACKS = (
    *("loved", "liked", "disliked", "laughed", "emphasized", "questioned"),
    *("emoji", "sticker"),
)
EVENTS = {
    (1, 0): "added",
    (1, 1): "removed",
    (2, 0): "renamed",
    (3, 0): "left",
    (3, 1): "photo-set",
    (3, 2): "photo-removed",
    (3, 4): "background-set",
    (3, 6): "background-removed",
    (5, 0): "audio-kept",
    (6, 0): "shareplay",
}
DRAWN = {
    "com.apple.Handwriting.HandwritingProvider": "Handwriting",
    "com.apple.DigitalTouchBalloonProvider": "Digital Touch",
}
Row = dict[str, Any]
Runs = list[tuple[str, Row]]


# --- archives -------------------------------------------------------------------


def python(value: Any) -> Any:
    """A decoded Foundation value as Python's own."""
    name = type(value).__name__
    if name in ("NSString", "NSMutableString", "NSURL"):
        return value.value
    if name == "NSNumber":
        return value.value
    if name in ("NSData", "NSMutableData"):
        return bytes(value.data)
    if name in ("NSDictionary", "NSMutableDictionary"):
        return {python(k): python(v) for k, v in value.contents.items()}
    if name in ("NSArray", "NSMutableArray"):
        return [python(each) for each in value.elements]
    raise AssertionError(f"{name} in an attributed string")


@cache
def root_of(data: bytes) -> Any:
    """What a typedstream holds, which all who ask share."""
    return typedstream.unarchive_from_data(data)


def number_codes(data: bytes, key: str) -> list[str]:
    """The Objective-C types of the numbers under a key, dictionary by dictionary."""
    root = root_of(data)
    return [
        value.type_encoding.decode()
        for group in root.contents
        for each in group.values
        for name, value in getattr(each, "contents", {}).items()
        if python(name) == key
    ]


@cache
def runs_of(data: bytes) -> Runs:
    """The runs of an archived attributed string with their attributes, which all who
    ask share."""
    root = root_of(data)
    (string,), *groups = (group.values for group in root.contents)
    units = string.value.encode("utf-16-le")
    known: list[Row] = []
    runs: Runs = []
    start = 0
    for values in groups:
        if len(values) == 1:
            known.append(python(values[0]))
            runs[-1] = (runs[-1][0], known[-1])
            continue
        number, length = values
        text = units[2 * start : 2 * (start + length)].decode("utf-16-le")
        start += length
        runs.append((text, known[number - 1] if number <= len(known) else {}))
    assert 2 * start == len(units)
    return runs


def unarchive(data: bytes, key: str = "root") -> Any:
    """A keyed archive's root; every UID in it must lead somewhere."""
    archive = plistlib.loads(data)
    assert archive["$archiver"] == "NSKeyedArchiver"
    assert archive["$version"] == 100_000
    objects = archive["$objects"]
    assert objects[0] == "$null"

    def follow(value: Any) -> Any:
        if isinstance(value, plistlib.UID):
            return follow(objects[value.data]) if value.data else None
        if isinstance(value, list):
            return [follow(each) for each in value]
        if not isinstance(value, dict):
            return value
        if "$class" in value:
            described = objects[value["$class"].data]
            assert described["$classes"][0] == described["$classname"]
        if "NS.keys" in value:
            return dict(
                zip(follow(value["NS.keys"]), follow(value["NS.objects"]), strict=True)
            )
        if "NS.objects" in value:
            return follow(value["NS.objects"])
        return {k: follow(v) for k, v in value.items() if k != "$class"}

    for each in objects:
        if isinstance(each, dict) and "$classname" not in each:
            follow(each)
    return follow(archive["$top"][key])


def listed(folder: Path | None) -> list[str]:
    """What is in a folder, if it is one."""
    if folder is None or not folder.is_dir():
        return []
    return sorted(each.name for each in folder.iterdir())


# --- the file -------------------------------------------------------------------


class RowReader:
    """What a chat.db says.

    `names` maps addresses to people, the owner's among them; `own` are those.
    """

    def __init__(
        self,
        path: Path,
        names: dict[str, str],
        attachments: Path,
        own: tuple[str, ...] = (),
    ) -> None:
        self.names = names
        self.own = own
        self.attachments = attachments
        self._known: dict[str, Row] = {}
        self.db = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
        self.db.row_factory = sqlite3.Row

    def rows(self, query: str, *values: Any) -> list[Row]:
        return [dict(row) for row in self.db.execute(query, values)]

    @cached_property
    def messages(self) -> dict[str, Row]:
        return {row["guid"]: row for row in self.rows("SELECT * FROM message")}

    @cached_property
    def handles(self) -> dict[int, str]:
        return {row["ROWID"]: row["id"] for row in self.rows("SELECT * FROM handle")}

    @cached_property
    def pointing(self) -> dict[str, list[Row]]:
        """GUID → the rows that point at it, oldest first."""
        found: dict[str, list[Row]] = {}
        for row in sorted(self.messages.values(), key=lambda each: each["date"]):
            target = row["associated_message_guid"]
            if target is not None:
                found.setdefault(bare(target), []).append(row)
        return found

    def person(self, handle: int) -> str:
        address = self.handles[handle]
        if address not in self.names:  # a filtered sender: what was dialled
            found = "SELECT uncanonicalized_id FROM handle WHERE ROWID = ?"
            address = self.rows(found, handle)[0]["uncanonicalized_id"]
        return self.names[address]

    def sender(self, row: Row) -> str | None:
        if row["is_from_me"]:
            return "me"
        return self.person(row["handle_id"]) if row["handle_id"] else None

    def runs(self, row: Row) -> Runs:
        body = row["attributedBody"]
        if body is not None:
            return runs_of(body)
        return [(row["text"], {PART: 0})] if row["text"] else []

    def text(self, row: Row) -> str:
        text = "".join(text for text, _ in self.runs(row))
        if row["text"] is not None and row["attributedBody"] is not None:
            assert row["text"] == text
        return text.replace(BALLOON, "") if row["balloon_bundle_id"] else text

    def files(self, row: Row) -> list[Row]:
        """The attachments in a body, in its order."""
        joined = {each["guid"]: each for each in self.joined(row)}
        named = [a[FILE] for _, a in self.runs(row) if FILE in a]
        return [joined[each] for each in named if each in joined]

    def joined(self, row: Row) -> list[Row]:
        return self.rows(
            "SELECT a.* FROM attachment a JOIN message_attachment_join j "
            "ON j.attachment_id = a.ROWID WHERE j.message_id = ?",
            row["ROWID"],
        )

    def is_joined(self, row: Row, table: str) -> bool:
        query = f"SELECT 1 FROM {table} WHERE message_id = ?"
        return bool(self.rows(query, row["ROWID"]))

    def read(self, guid: str) -> Row:
        """Everything that can be said of a message, which all who ask share."""
        if guid not in self._known:
            self._known[guid] = self._read(guid)
        return self._known[guid]

    def _read(self, guid: str) -> Row:
        row = self.messages.get(guid)
        if row is None:
            gone = self.rows("SELECT 1 FROM deleted_messages WHERE guid = ?", guid)
            return {"deleted_for_good": bool(gone)}
        return {
            "sender": self.sender(row),
            "text": self.text(row),
            "parts": row["part_count"],
            "subject": row["subject"],
            **self._state(row),
            **self._marks(row),
            **self._files(row),
            **self._reactions(guid),
            **self._history(row),
            **self._balloon(row),
            **self._event(row),
            **self._who(row),
            **self._places(row),
        }

    def _state(self, row: Row) -> Row:
        return {
            "service": row["service"],
            "is_read": bool(row["is_read"]),
            "is_sent": bool(row["is_sent"]),
            "is_delivered": bool(row["is_delivered"]),
            "failed": bool(row["error"]),
            "is_played": bool(row["is_played"] and row["date_played"]),
            "quiet": bool(row["was_delivered_quietly"]),
            "account": row["account"],
            "sent": moment_of(row["date"]),
            "read": moment_of(row["date_read"]),
            "downgraded": bool(row["was_downgraded"]),
            "names_other": bool(row["handle_id"]),
            "scheduled": row.get("schedule_type") == 2 and row["schedule_state"] < 3,
            "effect": EFFECTS.get(row["expressive_send_style_id"]),
            "reaction": row["associated_message_type"] or None,
            "category": self._category(row),
            "plugin_type": row["associated_message_type"],
        }

    def _category(self, row: Row) -> list[str] | None:
        """What a filter made of it: the same in the message and in its join."""
        if not row.get("filter_action"):
            return None
        columns = "filter_action, filter_sub_action"
        query = f"SELECT {columns} FROM chat_message_join WHERE message_id = ?"
        (joined,) = self.rows(query, row["ROWID"])
        assert joined == {name: row[name] for name in columns.split(", ")}
        sub_action = SUB_ACTIONS[row["filter_sub_action"]]
        return [ACTIONS[row["filter_action"]], sub_action]

    def _marks(self, row: Row) -> Row:
        """What stands on runs; the first that has something is the marked one."""
        said: Row = {}
        for text, attributes in self.runs(row):
            styles = sorted(STYLES[name] for name in attributes if name in STYLES)
            effect = TEXT_EFFECTS.get(attributes.get(TEXT_EFFECT))
            mention = attributes.get(MENTION)
            if (styles or effect or mention) and "marked" not in said:
                said |= {"marked": text, "styles": styles}
                said |= {"effect": effect} if effect else {}
                said |= {"mention": self.names[mention]} if mention else {}
            if LINK in attributes:
                said["link"] = attributes[LINK]
            for name in DETECTORS:
                if name in attributes:
                    said |= self._detection(attributes, attributes[name])
            if PHOTO_SHARING in attributes:
                said["shares_photos"] = attributes[PHOTO_SHARING] == {}
            if BREADCRUMB in attributes:
                assert PART not in attributes
                said["breadcrumb"] = attributes[BREADCRUMB]
            if TRANSCRIPTION in attributes:
                said["body_transcript"] = attributes[TRANSCRIPTION]
            if RICH_CARDS in attributes:
                said["cards"] = self._cards(row, attributes)
        return said | self._forms(row)

    def _detection(self, attributes: Row, archive: bytes) -> Row:
        found = unarchive(archive, "dd-result")
        kind = contents.DETECTED.get(found["T"])
        if kind is None:
            assert found["T"] == "HttpURL"
            return {}
        code = attributes.get(ONE_TIME_CODE)
        value = code["code"] if kind == "one-time-code" else found["MS"]
        made_of = dict(contents.pieces(found))
        return {"detected": kind, "value": value, "pieces": made_of}

    def _cards(self, row: Row, attributes: Row) -> list[Any]:
        """Cards over RCS: title, text, and whether their picture is there."""
        joined = {each["guid"] for each in self.joined(row)}
        told = []
        for card in attributes[RICH_CARDS]:
            url = card.get("media", {}).get("mediaUrl")
            guid = attributes[URL_TO_TRANSFER].get(url)
            assert (guid is None) == (url is None)
            assert guid is None or guid in joined
            told.append([card["title"], card["cardDescription"], guid is not None])
        return told

    def _forms(self, row: Row) -> Row:
        """Which number types and directions the body has."""
        body = row["attributedBody"]
        if body is None:
            return {}
        runs = self.runs(row)
        directions = [each[DIRECTION] for _, each in runs if DIRECTION in each]
        return {"part_codes": number_codes(body, PART), "directions": directions}

    def _files(self, row: Row) -> Row:
        files = self.files(row)
        said: Row = {"attachments": [each["transfer_name"] for each in files]}
        named = sum(FILE in attributes for _, attributes in self.runs(row))
        said["awaited"] = named - len(files)
        for each in files:
            said["transfer_state"] = each["transfer_state"]
            name = each["filename"] or ""
            said["path"] = "~" if name.startswith("~/Library/Messages/") else name
            said["mime_type"] = each["mime_type"]
            place = self.on_disk(each)
            said["missing"] = not place
            said["inside"] = listed(place)
            said["beside"] = listed(place and place.with_suffix(".pvt"))
            said["genmoji"] = each.get("emoji_image_short_description")
            if each["user_info"] is not None:
                info = plistlib.loads(each["user_info"])
                said["transcript"] = info.get("audio-transcription")
            if each["attribution_info"] is not None:
                info = plistlib.loads(each["attribution_info"])
                said["made_by"] = info.get("name")
                if "pgensw" in info:
                    said["preview_size"] = [info["pgensw"], info["pgensh"]]
        return said

    def on_disk(self, attachment: Row) -> Path | None:
        name = attachment["filename"]
        if name is None:
            return None
        path = self.attachments.parent / name.removeprefix("~/Library/Messages/")
        return path if path.exists() else None

    def _reactions(self, guid: str) -> Row:
        current: dict[tuple[str, str], Row] = {}
        stickers = []
        for row in self.pointing.get(guid, ()):
            kind, who = row["associated_message_type"], self.sender(row)
            if kind == 1000:
                stickers.append(who)
            elif 2000 <= kind <= 2007:
                current[who, TAPBACKS[kind - 2000]] = row
            elif 3000 <= kind <= 3007:
                current.pop((who, TAPBACKS[kind - 3000]), None)
        said: Row = {
            "tapbacks": [
                [who, row["associated_message_emoji"] if name == "emoji" else name]
                for (who, name), row in current.items()
            ],
            "stickers": stickers,
        }
        said["pointers"] = []
        for row in self.pointing.get(guid, ()):
            for file in self.joined(row) if row["guid"] != guid else ():
                said["sticker_from"] = contents.sticker_source(file)
                if row["associated_message_type"] == 2007:
                    # After what it says, its picture: a part of its own.
                    (_, first), (mark, last) = self.runs(row)
                    assert (mark, last[FILE]) == (MARK, file["guid"])
                    assert (first[PART], last[PART], row["part_count"]) == (0, 1, 2)
        for row in current.values():
            target = row["associated_message_guid"]
            said["pointers"].append(target.removesuffix(guid))
            if target.startswith("p:"):
                said["tapback_part"] = int(target[2:].partition("/")[0])
        return said

    def _history(self, row: Row) -> Row:
        if not row["date_edited"]:
            return self._translation(row)
        info = plistlib.loads(row["message_summary_info"])
        history = []
        for part in sorted(info.get("ec", {}), key=int):
            texts = [
                "".join(text for text, _ in runs_of(version["t"]))
                for version in info["ec"][part]
            ]
            history += texts[:-1]
        said: Row = {"history": history}
        if "rp" in info:
            said["unsent"] = info["rp"]
            assert (row["is_empty"] == 1) == (len(info["rp"]) == len(info["otr"]))
        return said

    def _translation(self, row: Row) -> Row:
        blob = row["message_summary_info"]
        info = plistlib.loads(blob) if blob is not None else {}
        if "tmp" not in info:
            return {}
        ((entry,),) = unarchive(info["tmp"]).values()
        return {"translation": entry["translatedText"]["NSString"]}

    def _balloon(self, row: Row) -> Row:
        bundle = row["balloon_bundle_id"]
        if bundle is None:
            return {}
        if bundle in DRAWN:
            return {"app": DRAWN[bundle]}
        if row["payload_data"] is None:
            return {"has_payload": False}
        root = unarchive(row["payload_data"])
        if "richLinkMetadata" in root:
            metadata = root["richLinkMetadata"]
            special = metadata.get("specialization") or metadata.get("specialization2")
            return {
                "link": url_of(metadata.get("URL", metadata["originalURL"])),
                "title": (special or {}).get("name") or metadata.get("title"),
                **contents.preview_pictures(metadata),
                **contents.song(special or {}),
            }
        if bundle.endswith(":com.apple.messages.Polls"):
            return {"poll": self._poll(row), "noted_votes": self._noted(row)}
        assert len(root["userInfo"]) >= 6
        live = unarchive(contents.data_of(root["liveLayoutInfo"]))
        assert live["layoutClass"] == "MSMessageLiveLayout"
        return {
            "app": root.get("an"),
            "says": root.get("ldtext") or root["userInfo"]["image-title"],
            "spoken": root.get("AccessibilityLabel"),
            **contents.check_in(url_of(root["URL"]), row["date"]),
            **(contents.business(json.loads(root["data"])) if "data" in root else {}),
        }

    def _noted(self, root: Row) -> int:
        """How many votes state when Apple's server got them."""
        noted = 0
        for row in self._poll_rows(root["guid"]):
            if row["associated_message_type"] == 4000:
                payload = unarchive(row["payload_data"])
                assert payload.keys() == {"an", "URL", "sessionIdentifier"}
                picks = poll_item(row)["votes"]
                noted += sum("serverVoteTime" in pick for pick in picks)
        return noted

    def _poll(self, root: Row) -> Row:
        """The newest list of options, each with the last votes for it."""
        updates = [
            row
            for row in self._poll_rows(root["guid"])
            if row["associated_message_type"] == 2
        ]
        newest = poll_item([root, *updates][-1])
        votes: dict[str, list[str]] = {}
        for state in (root["guid"], *(row["guid"] for row in updates)):
            for row in self._poll_rows(state):
                if row["associated_message_type"] != 4000:
                    continue
                picks = poll_item(row)["votes"]
                votes[self.sender(row)] = [p["voteOptionIdentifier"] for p in picks]
                for pick in picks:
                    voter = pick["participantHandle"]
                    assert (voter in self.own) == bool(row["is_from_me"])
                    assert voter in self.own or self.names[voter] == self.sender(row)
        return {
            option["text"]: [
                who
                for who, picks in votes.items()
                if option["optionIdentifier"] in picks
            ]
            for option in newest["orderedPollOptions"]
        }

    def _poll_rows(self, guid: str) -> list[Row]:
        return [row for row in self.pointing.get(guid, ()) if row["guid"] != guid]

    def _event(self, row: Row) -> Row:
        if row["item_type"] == 0:
            return {}
        other = row["other_handle"]
        action = row["item_type"], row["group_action_type"]
        said: Row = {"was": None, "title": row["group_title"]}
        if action == (4, 0):
            kind = "location-stopped" if row["share_status"] else "location-started"
        elif action == (1, 0) and row["handle_id"] == other != 0:
            kind = "number-changed"
        elif action == (1, 1) and self._paired(row):
            kind, said["was"] = "number-changed", self.handles[other]
            other = self._paired(row)[0]["other_handle"]
        else:
            kind = EVENTS[action]
        who = self.person(other) if other else None
        if kind in ("added", "removed") and not other:
            who = "me"
        return said | {"event": kind, "who": who, "copies": self._copies(row)}

    def _paired(self, row: Row) -> list[Row]:
        """Rows of the same moment that bring a new number in."""
        return self.rows(
            "SELECT * FROM message WHERE date = ? AND item_type = 1 "
            "AND group_action_type = 0 AND handle_id = other_handle ORDER BY ROWID",
            row["date"],
        )

    def _copies(self, row: Row) -> int:
        """How many further rows announce the very same."""
        same = ("date", "item_type", "group_action_type", "other_handle", "group_title")
        condition = " AND ".join(f"{column} IS ?" for column in same)
        values = [row[column] for column in same]
        return len(self.rows(f"SELECT 1 FROM message WHERE {condition}", *values)) - 1

    def _who(self, row: Row) -> Row:
        """What a file knows of the sender's handle, and which others are theirs."""
        found = self.rows("SELECT * FROM handle WHERE ROWID = ?", row["handle_id"])
        if not found:
            return {}
        (handle,) = found
        same = self.rows(
            "SELECT id FROM handle WHERE person_centric_id = ?",
            handle["person_centric_id"],
        )
        return {
            "country": handle["country"],
            "dialled": handle["uncanonicalized_id"] or handle["id"],
            "suffix": handle["id"].removeprefix(
                handle["uncanonicalized_id"] or handle["id"]
            ),
            "also": sorted({each["id"] for each in same} - {handle["id"]}),
        }

    def _places(self, row: Row) -> Row:
        """Its thread, its chat, and where it stands among the others."""
        said: Row = {"dangling": False}
        for column in ("associated_message_guid", "thread_originator_guid"):
            target = row[column]
            if target is not None and bare(target) not in self.messages:
                said["dangling"] = True
        origin = self.messages.get(row["thread_originator_guid"])
        if origin is not None:
            part = int(row["thread_originator_part"].split(":")[0])
            said["reply_part"] = part
            said["reply_to"] = "".join(
                text
                for text, attributes in self.runs(origin)
                if attributes[PART] == part
            )
        said |= self._chat(row)
        follows = self.messages.get(row["reply_to_guid"])
        said["follows"] = self.text(follows) if follows else None
        in_chat = self.is_joined(row, "chat_message_join")
        said["deleted"] = self.is_joined(row, "chat_recoverable_message_join")
        assert not (in_chat and said["deleted"])
        said["chatless"] = not in_chat and not said["deleted"]
        said["deleted_parts"] = [
            each["part_index"]
            for each in self.rows(
                "SELECT part_index FROM recoverable_message_part WHERE message_id = ?",
                row["ROWID"],
            )
        ]
        before = self.rows(
            "SELECT * FROM message WHERE ROWID < ? AND date > ? "
            "ORDER BY ROWID DESC LIMIT 1",
            row["ROWID"],
            row["date"],
        )
        said["arrives_after"] = self.text(before[0]) if before else None
        said["gap"] = row["ROWID"] - 1 not in self.rowids
        said["twins"] = sum(
            self.text(each) == self.text(row)
            for each in self.simultaneous[row["date"], row["handle_id"]]
            if each["item_type"] == 0
        )
        said["twins"] -= 1
        return said

    @cached_property
    def simultaneous(self) -> dict[tuple[int, int], list[Row]]:
        """Date and handle → the rows that have both."""
        found: dict[tuple[int, int], list[Row]] = {}
        for row in self.messages.values():
            found.setdefault((row["date"], row["handle_id"]), []).append(row)
        return found

    @cached_property
    def rowids(self) -> set[int]:
        return {row["ROWID"] for row in self.messages.values()}

    def _received_twin(self, row: Row) -> list[Row]:
        """The received rows of what was sent in the ten seconds before."""
        return self.rows(
            "SELECT * FROM message WHERE is_from_me = 0 AND handle_id = ? "
            "AND date BETWEEN ? AND ?",
            row["handle_id"],
            row["date"],
            row["date"] + 10 * 10**9,
        )

    def _lookups(self, chats: list[int]) -> Row:
        """Domain → service of the chat that it leads to, and its priority."""
        if not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'chat_lookup'"):
            return {}
        marks = ", ".join("?" * len(chats))
        return {
            each["domain"]: [each["service_name"], each["priority"]]
            for each in self.rows(
                "SELECT l.domain, l.priority, c.service_name FROM chat_lookup l "
                f"JOIN chat c ON c.ROWID = l.chat WHERE l.chat IN ({marks})",
                *chats,
            )
        }

    def _chat(self, row: Row) -> Row:
        """What can be said of the chat that a message is in."""
        found = self.rows(
            "SELECT c.* FROM chat c JOIN chat_message_join j ON j.chat_id = c.ROWID "
            "WHERE j.message_id = ? ORDER BY c.ROWID",
            row["ROWID"],
        )
        if not found:
            return {"in_chats": []}
        chat = found[0]
        rows = self.rows(
            "SELECT * FROM chat WHERE chat_identifier = ? AND style = ?",
            chat["chat_identifier"],
            chat["style"],
        )
        to_self = chat["chat_identifier"] in self.own and chat["style"] == 45
        members = self.rows(
            "SELECT handle_id FROM chat_handle_join WHERE chat_id = ?",
            found[0]["ROWID"],
        )
        same_group = self.rows(
            "SELECT 1 FROM chat WHERE group_id = ?", found[0]["group_id"]
        )
        return {
            "tier": chat["is_filtered"],
            "room": "digits" if (chat["room_name"] or "").startswith("chat") else "hex",
            "blocked": bool(chat["is_blackholed"]),
            "screened": bool(chat.get("is_pending_review")),
            "in_chats": sorted(each["service_name"] for each in found),
            "chat_rows": sorted(each["service_name"] for each in rows),
            "lookups": self._lookups([each["ROWID"] for each in rows]),
            "to_self": to_self,
            "comes_back": to_self and bool(self._received_twin(row)),
            "chats": len(same_group),
            "members": sorted(self.person(each["handle_id"]) for each in members),
            "in_chat": found[0]["state"] == 3,
            **contents.chat_properties(found[0]["properties"]),
        }


def moment_of(date: int) -> str:
    """A date in whole seconds; small numbers count those since 2001."""
    seconds = date // 10**9 if date > 10**11 else date
    moment = datetime.datetime(2001, 1, 1) + datetime.timedelta(seconds=seconds)
    return moment.isoformat()


def bare(target: str) -> str:
    """The GUID in an associated_message_guid."""
    return target.rpartition("/")[2].removeprefix("bp:")


def poll_item(row: Row) -> Row:
    url = url_of(unarchive(row["payload_data"])["URL"])
    encoded = url.removeprefix("data:,").partition("?")[0]
    document = json.loads(base64.urlsafe_b64decode(encoded))
    assert document["version"] == 1
    item: Row = document["item"]
    return item
