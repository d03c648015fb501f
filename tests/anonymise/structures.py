"""What is left of a reader's output without its words: its structure.

Values that a copy replaced one for one (addresses, GUIDs, names) are followed by the
copy's own mapping, dates by its offset. Of all other words their length and the class
of each character are left, except for those that the reader itself says.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta

from originals import query

# Columns whose values a reader prints as they are.
FOLLOWED = {
    "handle": ("id", "uncanonicalized_id"),
    "chat": ("guid", "chat_identifier", "display_name", "room_name", "group_id"),
    "message": (
        *("guid", "account", "group_title", "destination_caller_id"),
        *("reply_to_guid", "thread_originator_guid", "associated_message_guid"),
    ),
    "attachment": ("guid", "filename", "transfer_name"),
}
GUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
STAMP = re.compile(r"[A-Z][a-z]{2} \d\d, \d{4} [ \d]\d:\d\d:\d\d [AP]M")
DAY, TIME = "%b %d, %Y", "%I:%M:%S %p"
ISO = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")
WEEKDAY = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b")
NUMBER = re.compile(r"(?<![\w.+-])-?[1-9]\d{7,18}(?![\w-])")
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:[^\s<>\"“”\\]{3,}")
MAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}")
HASH = re.compile(r"(?<![\w-])(?=[a-f]*\d)[0-9a-f]{8,}(?![\w])")
CODED = re.compile(r"[A-Za-z0-9+/=\n]{20,}")
WORD = re.compile(r"[^\W\d_]{4,}")
KEPT = re.compile(f"{GUID.pattern}|{WORD.pattern}")
# Drawings, whose points are gone, and how long something took.
ALONE = re.compile(r"[ *]*|\w+ \w+ +\|.*\[.*\].*|.*\r.*")
UNITS = {range(8, 11): 1, range(12, 14): 1000, range(17, 20): 10**9}


def pairs(original, copy):
    """Each value of the columns above, and what stands for it in the copy."""
    known = {}
    for table, columns in FOLLOWED.items():
        for column in columns:
            select = (
                f"SELECT rowid, {column} FROM {table} WHERE typeof({column})='text'"
            )
            new = dict(query(copy, select))
            for rowid, value in query(original, select):
                known.setdefault(value, new[rowid])
                for old, now in zip(
                    GUID.findall(value), GUID.findall(new[rowid]), strict=True
                ):
                    known.setdefault(old, now)
    known |= {k.title(): v.title() for k, v in known.items() if "@" in k}
    return {k: v for k, v in known.items() if len(k) > 3}


def offset(original, copy):
    """By how many weeks the copy's dates are later."""
    newest = "SELECT max(date) FROM message"
    ((old,),), ((new,),) = query(original, newest), query(copy, newest)
    weeks, rest = divmod(new - old, 7 * 86400 * 10**9)
    assert rest == 0
    return weeks


def followed(text, known):
    """The original's output with the copy's values."""
    longest = sorted(known, key=len, reverse=True)
    # Short codes are digits of other numbers too.
    form = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    return form.sub(lambda found: known[found[0]], text)


def moved(text, weeks):
    """An output whose dates are moved by some weeks."""
    delta = timedelta(weeks=weeks)

    def stamped(found):
        usual = re.sub(r" +", " ", found[0])
        date = datetime.strptime(usual, f"{DAY} {TIME}").replace(tzinfo=UTC) + delta
        return f"{date.strftime(DAY)} {date.strftime(TIME).lstrip('0'):>11}"

    def iso(found):
        return str(datetime.fromisoformat(f"{found[0]}") + delta)

    def counted(found):
        digits = len(found[0].lstrip("-"))
        unit = next((u for sizes, u in UNITS.items() if digits in sizes), 0)
        return str(int(found[0]) + int(delta.total_seconds()) * unit)

    text = ISO.sub(iso, STAMP.sub(stamped, text))
    return NUMBER.sub(counted, text)


def structures(original, copy):
    """The structures of two outputs, as sorted lines."""
    one, other = (Counter(WORD.findall(each)) for each in (original, copy))
    own = {word for word, count in one.items() if other[word] == count}
    own |= set(GUID.findall(original)) & set(GUID.findall(copy))
    return tuple(sorted(lines(each, own)) for each in (original, copy))


def lines(text, own):
    """Each line, or each object of JSON, without its words."""
    try:
        return [json.dumps(bare(each, own)) for each in json.loads(text)]
    except ValueError:
        return [
            line_of(line, own) for line in text.split("\n") if not ALONE.fullmatch(line)
        ]


def line_of(line, own):
    if line[:1] in "{[":
        try:
            return json.dumps(bare(json.loads(line), own))
        except ValueError:
            pass
    return reduced(line, own)


def bare(value, own):
    """JSON whose texts are reduced; numbers and names of fields stay."""
    if isinstance(value, dict):
        return {key: bare(each, own) for key, each in value.items()}
    if isinstance(value, list):
        return [bare(each, own) for each in value]
    if isinstance(value, float):
        return round(value, 3)
    return reduced(value, own) if isinstance(value, str) else value


def reduced(text, own):
    text = GUID.sub(lambda found: found[0] if found[0] in own else "°" * 36, text)
    for form in (CODED, URL, MAIL, HOST, HASH):
        text = form.sub(lambda found: "°" * len(found[0]), text)
    out, end = [], 0
    for found in KEPT.finditer(text):
        out.append(classes(text[end : found.start()]))
        out.append(found[0] if found[0] in own else classes(found[0]))
        end = found.end()
    return "".join((*out, classes(text[end:])))


def classes(text):
    return "".join(map(class_of, text))


def class_of(character):
    category = unicodedata.category(character)
    if category in ("Lu", "Ll", "Nd"):
        return {"Lu": "A", "Ll": "a", "Nd": "0"}[category]
    if category[0] in "LMN" or category in ("Co", "Cn"):
        return "x"
    return "e" if category in ("So", "Sk") else character
