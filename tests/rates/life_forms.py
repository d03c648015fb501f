"""The row forms of a phone in use, and how each is counted in a file.

The numbers are those of docs/reference/SEMANTICS.md §26. The queries share nothing
with what writes the rows.
"""

from __future__ import annotations

from typing import NamedTuple

EVERYWHERE = ""
RELEASES = ("sonoma", "sequoia", "tahoe", "golden-gate")
WITH = {
    EVERYWHERE: RELEASES,
    "before 26": ("sonoma", "sequoia"),
    "since 15": ("sequoia", "tahoe", "golden-gate"),
    "since 26": ("tahoe", "golden-gate"),
    "before 27": ("sonoma", "sequoia", "tahoe"),
    "27": ("golden-gate",),
}


class Form(NamedTuple):
    """A row form: its number and name, what counts it, and where it must be.

    `in_default` says that more than one file in ten has it: a figure or several
    reports say so (§26). `on` is a key of `WITH`.
    """

    row: int
    name: str
    counted: str
    in_default: bool = False
    on: str = EVERYWHERE


def says(word: str) -> str:
    """Return the condition of bodies that hold a word."""
    return f"instr(m.attributedBody, CAST('{word}' AS BLOB)) > 0"


def properties(key: str) -> str:
    """Return what counts the chats whose properties have a key."""
    return f"chat WHERE instr(properties, CAST('{key}' AS BLOB)) > 0"


def balloon(bundle: str) -> str:
    """Return what counts the messages of an app."""
    return f"message WHERE balloon_bundle_id LIKE '%{bundle}'"


M = "message AS m WHERE"
NO_CHAT = "m.ROWID NOT IN (SELECT message_id FROM chat_message_join)"
SAID = "m.item_type = 0 AND m.associated_message_type = 0"
SECONDS = "BETWEEN 1 AND 100000000000"
URLS = "m.balloon_bundle_id = 'com.apple.messages.URLBalloonProvider'"
IN_DIRECT = (
    "EXISTS (SELECT 1 FROM chat_message_join j JOIN chat c ON c.ROWID = j.chat_id "
    "WHERE j.message_id = m.ROWID AND c.style = 45)"
)
NEIGHBOUR = (
    "(SELECT date, max(date) OVER (ORDER BY ROWID) AS newest FROM message) "
    "WHERE date < newest - 6 * 3600 * 1000000000"
)
GAPS = (
    "(SELECT ROWID - lag(ROWID) OVER (ORDER BY ROWID) AS step FROM message) "
    "WHERE step > 1"
)
TWINS = (
    f"{M} m.is_from_me = 0 AND EXISTS (SELECT 1 FROM message t WHERE t.date = m.date "
    "AND t.ROWID < m.ROWID AND t.handle_id = m.handle_id "
    "AND t.attributedBody IS m.attributedBody AND t.text IS m.text)"
)
NOTES = (
    "chat c JOIN chat_message_join j ON j.chat_id = c.ROWID "
    "JOIN message m ON m.ROWID = j.message_id WHERE c.style = 45 AND c.chat_identifier "
    "IN (SELECT last_addressed_handle FROM chat)"
)
CHANGED = (
    f"{M} m.item_type = 1 AND m.group_action_type = 0 AND m.handle_id = m.other_handle"
)
LEFT = (
    "message m JOIN chat_message_join j ON j.message_id = m.ROWID "
    "WHERE (m.item_type, m.group_action_type) IN ((3, 0), (1, 1)) "
    "AND CASE m.item_type WHEN 3 THEN m.handle_id ELSE m.other_handle END > 0 AND "
    "CASE m.item_type WHEN 3 THEN m.handle_id ELSE m.other_handle END NOT IN "
    "(SELECT handle_id FROM chat_handle_join h WHERE h.chat_id = j.chat_id)"
)
CAME = (
    "message m JOIN chat_message_join j ON j.message_id = m.ROWID "
    "JOIN chat_handle_join h ON h.chat_id = j.chat_id AND h.handle_id = m.other_handle "
    "WHERE m.item_type = 1 AND m.group_action_type = 0"
)
SAME_PEOPLE = (
    "(SELECT group_concat(handle_id) AS who FROM (SELECT j.chat_id, j.handle_id FROM "
    "chat_handle_join j JOIN chat c ON c.ROWID = j.chat_id WHERE c.style = 43 AND "
    "c.ROWID IN (SELECT chat_id FROM chat_message_join) ORDER BY 1, 2) "
    "GROUP BY chat_id) GROUP BY who HAVING count(*) > 1"
)
PERSON = (
    "handle WHERE person_centric_id IN (SELECT person_centric_id FROM handle "
    "GROUP BY 1 HAVING count(*) > 1)"
)
FORMS = (
    # 1: filters
    Form(1, "unknown sender", "chat WHERE is_filtered = 1", in_default=True),
    Form(1, "junk", "chat WHERE is_filtered = 2", in_default=True),
    Form(1, "offers", "chat WHERE is_filtered = 3", in_default=True, on="before 27"),
    Form(1, "transactions", "chat WHERE is_filtered = 4", True, "before 27"),
    *(
        Form(1, f"tier {tier}", f"chat WHERE is_filtered = {tier}", on="before 27")
        for tier in (36, 52, 68)
    ),
    *(
        Form(1, suffix, f"handle WHERE id GLOB '*{suffix}'", shown, "before 27")
        for suffix, shown in (
            *(("(filtered)", True), ("(smsfp)", True), ("(smsft)", True)),
            *(
                ("(smsft_fi)", False),
                ("(smsft_or)", False),
                ("(smsft_rm)", False),
            ),
        )
    ),
    Form(
        1,
        "bare code of a suffixed handle",
        "handle WHERE id LIKE uncanonicalized_id || '(%'",
        in_default=True,
        on="before 27",
    ),
    Form(1, "category of a message", "message WHERE filter_action > 1", True, "27"),
    Form(1, "blocked", "chat WHERE is_blackholed = 1"),
    Form(1, "waits for a review", "chat WHERE is_pending_review = 1", on="since 26"),
    # 2 to 4: two chats, numbers, members
    Form(
        2,
        "in two chats",
        "(SELECT message_id FROM chat_message_join GROUP BY 1 HAVING count(*) > 1)",
        in_default=True,
        on="before 26",
    ),
    Form(3, "changed number", CHANGED),
    Form(
        3,
        "changed number, three times",
        f"(SELECT m.date FROM {CHANGED} GROUP BY m.date HAVING count(*) = 3)",
    ),
    Form(4, "who left is out", LEFT, in_default=True),
    Form(4, "who was added is in", CAME),
    # 5, 6: several addresses, several rows
    Form(5, "handles of one person", PERSON, in_default=True),
    Form(
        5,
        "one group_id of two addresses",
        "chat c WHERE style = 45 AND EXISTS (SELECT 1 FROM chat o WHERE o.group_id = "
        "c.group_id AND o.chat_identifier <> c.chat_identifier)",
        in_default=True,
    ),
    Form(
        5,
        "doubled handles",
        "handle WHERE id IN (SELECT id FROM handle GROUP BY id HAVING count(*) > 1)",
        in_default=True,
    ),
    Form(
        6,
        "several chats of one identifier",
        "(SELECT 1 FROM chat GROUP BY chat_identifier HAVING count(*) > 1)",
        in_default=True,
    ),
    Form(
        6,
        "empty chat",
        "chat WHERE ROWID NOT IN (SELECT chat_id FROM chat_message_join)",
        in_default=True,
    ),
    Form(6, "chat_lookup", "chat_lookup", in_default=True, on="since 26"),
    # 7 to 9: devices, no chat, order
    Form(
        7,
        "of another device",
        f"{M} m.is_from_me = 1 AND m.handle_id = 0 AND {IN_DIRECT}",
        in_default=True,
    ),
    Form(8, "in no chat", f"{M} {NO_CHAT}", in_default=True),
    Form(
        8,
        "in no chat, without a handle",
        f"{M} {NO_CHAT} AND m.handle_id = 0 AND m.is_from_me = 0",
        in_default=True,
    ),
    Form(
        8,
        "ghost of a failed send",
        f"{M} {NO_CHAT} AND m.error <> 0 AND {SAID} "
        "AND coalesce(m.text, m.attributedBody) IS NULL",
        on="since 26",
    ),
    Form(9, "old date under a high ROWID", NEIGHBOUR, in_default=True),
    Form(
        9,
        "above the newest",
        "message WHERE ROWID > (SELECT ROWID FROM message ORDER BY date DESC LIMIT 1)",
        in_default=True,
    ),
    Form(9, "gap", GAPS, in_default=True),
    Form(9, "twin", TWINS),
    # 10: files
    Form(10, "no path", "attachment WHERE filename IS NULL", in_default=True),
    Form(10, "not loaded", "attachment WHERE transfer_state = 0", in_default=True),
    Form(10, "placeholder", "attachment WHERE total_bytes = 1048576", in_default=True),
    Form(10, "other device", "attachment WHERE filename GLOB '/var/*'", True),
    Form(10, "former home", "attachment WHERE filename GLOB '/Users/*'"),
    Form(
        10,
        "film of a Live Photo",
        "attachment WHERE transfer_name GLOB 'IMG_*.MOV'",
        in_default=True,
    ),
    Form(10, "folder", "attachment WHERE uti = 'public.folder'"),
    # 12 to 14: notes, links, reactions
    Form(12, "note to self", f"{NOTES} AND m.is_from_me = 1"),
    Form(12, "note that came back", f"{NOTES} AND m.is_from_me = 0"),
    Form(
        13,
        "link as a second row",
        f"{M} {URLS} AND EXISTS (SELECT 1 FROM message t WHERE t.guid = "
        "m.reply_to_guid AND m.date - t.date BETWEEN 799000000 AND 2000000000)",
        in_default=True,
    ),
    *(
        Form(14, word, f"{M} {SAID} AND {says(said)}")
        for word, said in (
            *(("liked", "Liked “"), ("of an image", " an image")),
            *(("by any emoji", "Reacted "), ("taken back", "Removed a ")),
        )
    ),
    Form(
        14,
        "reaction as text",
        f"{M} {SAID} AND ({says('Loved “')} OR {says('Liked “')} OR "
        f"{says('Laughed at “')} OR {says('Emphasized “')} OR {says('Reacted ')} "
        f"OR {says('Removed a ')})",
        in_default=True,
    ),
    # 15 to 18: NULLs, seconds, bodies
    Form(15, "country", "handle WHERE country IS NULL", in_default=True),
    Form(15, "transfer_name", "attachment WHERE transfer_name IS NULL"),
    Form(15, "service", "message WHERE service IS NULL", on="before 26"),
    Form(15, "part_count", "message WHERE part_count IS NULL"),
    Form(15, "account E:", "message WHERE account = 'E:'"),
    Form(15, "account e:", "message WHERE account = 'e:'"),
    Form(16, "date in seconds", f"message WHERE date {SECONDS}"),
    Form(
        16,
        "date_read in seconds",
        f"message WHERE date_read {SECONDS} AND NOT date {SECONDS}",
    ),
    Form(17, "immutable", f"{M} NOT {says('NSMutableAttributedString')}", True),
    Form(
        18,
        "text NULL",
        "message WHERE text IS NULL AND attributedBody IS NOT NULL",
        in_default=True,
    ),
    # 19 to 22: what is in bodies
    *(
        Form(19, what, f"{M} {says(f'__kIM{name}AttributeName')}", in_default=shown)
        for what, name, shown in (
            ("detected", "DataDetected", True),
            ("day or time", "CalendarEvent", True),
            ("code", "OneTimeCode", True),
            ("money", "Money", True),
            ("phone number", "PhoneNumber", False),
            ("address", "Address", False),
        )
    ),
    *(
        Form(19, what, f"{M} {says(name)}")
        for what, name in (
            ("flight", "FlightInformation"),
            ("parcel", "TrackingNumber"),
            ("amount with a unit", "PhysicalAmount"),
        )
    ),
    Form(20, "breadcrumb", f"{M} {says('__kIMBreadcrumbTextMarkerAttributeName')}"),
    Form(20, "photo sharing", f"{M} {says('__kIMPhotoSharingAttributeName')}"),
    Form(20, "cards", f"{M} {says('__kIMRichCardsAttributeName')}", on="since 15"),
    Form(
        20,
        "URLs to files",
        f"{M} {says('__kIMUrlToTransferMapAttributeName')}",
        on="since 15",
    ),
    Form(20, "file on two marks", f"{M} {says(chr(0xFFFC) * 2)}"),
    *(
        Form(21, what, f"attachment WHERE instr(sticker_user_info, '{app}') > 0")
        for what, app in (
            ("of an app", "MSMessageExtensionBalloonPlugin"),
            ("genmoji", "com.apple.messages.genmoji"),
            ("cut out of a photo", "com.apple.Stickers.UserGenerated"),
        )
    ),
    Form(21, "in StickerCache", "attachment WHERE filename LIKE '%/StickerCache/%'"),
    Form(
        21,
        "called after its content",
        "attachment WHERE guid GLOB 'at_*' AND length(guid) > 70 "
        "AND original_guid <> guid",
    ),
    Form(
        21,
        "as a tapback",
        "message WHERE associated_message_type = 2007",
        on="since 15",
    ),
    Form(21, "drawing", "attachment WHERE transfer_name = 'Drawing.png'"),
    *(
        Form(
            22,
            f"pointer {form}",
            "message WHERE associated_message_type BETWEEN 2000 AND 2999 "
            f"AND associated_message_guid GLOB '{form}'",
            in_default=shown,
        )
        for form, shown in (("p:*", True), ("bp:*", True), ("????????-*", False))
    ),
    # 23 to 25: taken back, properties
    Form(
        23,
        "tapback whose row is gone",
        f"{M} m.associated_message_type BETWEEN 3000 AND 3999 AND m.reply_to_guid "
        "NOT IN (SELECT guid FROM message)",
    ),
    *(
        Form(24, key, properties(key), in_default=shown)
        for key, shown in (
            ("CKChatWatermarkMessageID", True),
            ("CKChatWatermarkTime", True),
            ("CKChatPreviousAccountsDictionaryKey", True),
            ("chatSummaryDictionary", True),
            ("hasBeenAutoSpamReported", False),
            ("LSMD", True),
            ("messageHandshakeState", True),
            ("EnableReadReceiptForChatVersionID", False),
            ("com.apple.iChat.LastArchivedMessageID", True),
            ("numberOfTimesRespondedtoThread", True),
        )
    ),
    Form(24, "background", properties("trabar"), on="since 26"),
    Form(
        24,
        "what is left of a background",
        f"{properties('trabav')} AND instr(properties, CAST('trabar' AS BLOB)) = 0",
        on="since 26",
    ),
    Form(25, "historical", "chat_lookup WHERE priority = 0", on="since 26"),
    Form(25, "current", "chat_lookup WHERE priority = 1", True, "since 26"),
    # 26: balloons
    *(
        Form(26, bundle, balloon(bundle), on=on)
        for bundle, on in (
            ("com.apple.messages.chatbot", "since 15"),
            ("business.extension", EVERYWHERE),
            ("com.apple.Passbook.PeerPaymentMessagesExtension", EVERYWHERE),
            ("PassbookUIService.PeerPaymentMessagesExtension", EVERYWHERE),
            ("findmy.FindMyMessagesApp", EVERYWHERE),
            ("SafetyMonitorMessages", EVERYWHERE),
            ("gamepigeon.ext", EVERYWHERE),
            ("com.example.puzzle.MessagesExtension", EVERYWHERE),
            ("HandwritingProvider", EVERYWHERE),
            ("DigitalTouchBalloonProvider", EVERYWHERE),
        )
    ),
    Form(26, "song with its lines", f"{M} instr(payload_data, 'lyricExcerpt') > 0"),
    Form(
        26,
        "line of Fitness",
        f"{M} m.associated_message_type = 3 AND {says('completed a workout')}",
    ),
    Form(26, "link without payload", f"{M} {URLS} AND m.payload_data IS NULL"),
    # 27 to 29: states, groups, the tail
    Form(27, "unread", f"{M} {SAID} AND m.is_read = 0 AND m.is_from_me = 0", True),
    Form(
        27,
        "unread announcement",
        f"{M} m.item_type <> 0 AND m.is_read = 0 AND m.is_from_me = 0",
        in_default=True,
    ),
    Form(27, "failed", "message WHERE error <> 0", in_default=True),
    Form(27, "fell back to SMS", "message WHERE was_downgraded = 1", in_default=True),
    Form(27, "quiet", "message WHERE was_delivered_quietly = 1", in_default=True),
    Form(27, "muted", properties("ignoreAlertsFlag"), in_default=True),
    Form(27, "archived", "chat WHERE is_archived = 1"),
    Form(28, "unnamed group", "chat WHERE style = 43 AND display_name = ''", True),
    Form(28, "owner removed", "chat WHERE style = 43 AND state = 0"),
    Form(28, "the same people twice", f"(SELECT 1 FROM {SAME_PEOPLE})"),
    Form(
        28,
        "group of since 26",
        "chat WHERE style = 43 AND length(chat_identifier) = 32 "
        "AND chat_identifier NOT GLOB '*[^0-9a-f]*'",
        in_default=True,
        on="since 26",
    ),
    Form(
        29,
        "chats of one to three messages",
        "(SELECT 1 FROM chat_message_join GROUP BY chat_id HAVING count(*) <= 3)",
        in_default=True,
    ),
)
