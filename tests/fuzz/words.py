"""What random lines are made of: values right, borderline and wrong, as Python text.

Right ones come first in each table: `drawn` takes those more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

PEOPLE = (
    "'Alex Doe'",
    "'Zoë Ångström'",
    "''",
    "'N' * 300",
    "'\\ud800'",
    "'a\\0b'",
    "'me'",
)
ADDRESSES = (
    *("email=True", "country='DE'", "country=''", "country='XX'", "country='usa'"),
    *("address='+12025550123'", "address='ana@example.com'", "address='12345'"),
    *("address=''", "address='me'", "address='a b'", "address='\\ud800'"),
    *("addresses=['phone', 'email']", "addresses=['email', 'phone', 'phone']"),
    *("addresses=['+12025550188', 'ana@example.com']", "addresses=['5', '5']"),
    *("address='5', addresses=['6']", "address=owner.identifier"),
    "address='+12025550123(smsft)'",
)
TEXTS = (
    *("'Hi'", "'Dinner at 7?'", "'😀 é\\n\\t\\u202e'", "'x' * 200", "'y' * 40_000"),
    *("''", "' '", "'\\ufffc'", "'a\\ufffcb'", "'\\ufffd'", "'\\ud800'", "'a\\0b'"),
    *("'https://example.com/1'", "['so ', Run('loud', bold=True)]", "[]", "['']"),
    *("[Run('big', effect='big')]", "[Run('@Al', mention='+12025550123')]"),
    *("[Run('', italic=True)]", "[Run('\\ufffc', link='x')]", "TextPart('')"),
    *("[Run('x', effect='huge')]", "Unsent(date=0, length=1)", "TextPart('\\ufffc')"),
)
FILES = (
    *("phone.file('photo')", "phone.file('video', state='missing')"),
    *("phone.file('voice', transcript='Hello')", "phone.file('foto')"),
    *("phone.file('sticker')", "phone.file('genmoji', genmoji='a corgi')"),
    *("phone.file('photo', state='not-downloaded')", "phone.file('link-image')"),
    *("phone.file('photo', state='awaited')", "phone.file('photo', mark='ab')"),
    *("phone.file('photo', name='')", "phone.file('photo', name='../' * 9)"),
    *("phone.file('photo', name='n' * 300)", "phone.file('photo', name='\\ud800')"),
    *("phone.file('photo', name='a/b\\0')", "phone.file('photo', total_bytes=-1)"),
    *("phone.file('photo', blank=('filename', 'preview'))",),
    "phone.file('photo', device_path='/var/mobile/x.jpg')",
    "phone.file('group-photo')",
)
BALLOONS = (
    "Link(url='https://example.com/1', title='One')",
    "Link(url='https://example.com/1', image=phone.file('link-image'))",
    "Link(url='\\ud800', title='')",
    "Poll(options=(PollOption(id='1', text='Tea'), PollOption(id='2', text='No')))",
    "Poll(options=())",
    "Poll(options=(PollOption(id='1', text=''), PollOption(id='1', text='')))",
    "Handwriting(id='A')",
    "Handwriting(id='A', strokes=(((0, 0), (70_000, -5)),))",
    "DigitalTouch(id='A', gesture='tap')",
    "DigitalTouch(id='A', gesture='wave')",
    "AppCard(bundle_id='com.example.app', app_name='App', url='https://example.com')",
    "AppCard(bundle_id='', app_name='', url='', body='file')",
    "Chatbot(cards=(RichCard(title='A', description='B'),))",
    "Chatbot(cards=())",
    "Music(url='https://example.com/1', name='A', artist='B', album='C')",
)
TIMES = (
    *("'2025-10-06T15:00:00Z'", "'2025-10-07'", "'2016-05-01'", "'2025-12-01'"),
    *("'2039-12-30'", "'2099-01-01'", "'2001-01-01'", "'1970-01-01'"),
    *("'0001-01-01'", "'9999-12-31'", "0", "-1", "10**18", "10**30", "'soon'", "''"),
)
SOON = "781_200_000_000_000_000 + {}"
SERVICES = ("'iMessage'", "'SMS'", "'RCS'", "'iMessageLite'", "'fax'", "''")
EFFECTS = ("'slam'", "'confetti'", "'boom'")
BOOLS = ("True", "False")
NUMBERS = ("0", "1", "2", "-1", "10**20")
REACTIONS = (
    *("'loved'", "'liked'", "'questioned'", "'🎉'", "'sticker'", "'hated'", "''"),
    *("'emoji'", "'\\ud800'", "'👩‍👩‍👧‍👦'", "'é'"),
)
TRAITS = {
    "error": ("22", "0", "-1", "10**20"),
    "is_sending": BOOLS,
    "downgraded": BOOLS,
    "spam": BOOLS,
    "delivered_quietly": BOOLS,
    "notified": BOOLS,
    "off_grid": BOOLS,
    "critical": BOOLS,
    "unseen_mention": BOOLS,
    "delivered_flag_only": BOOLS,
    "legacy_date_retracted": ("0", "1", "781_200_000_000_000_000", "10**20"),
    "date_effect_played": ("0", "1", "781_200_000_000_000_000", "10**20"),
    "audio": ("Audio()", "Audio(date_played=1)", "Audio(expire_state=9)"),
    "schedule": ("Schedule()", "Schedule(state=3)", "Schedule(state=7)"),
    "also_in": ("None", "'x'"),
    "deleted": ("None", "Deletion(date=0)", "Deletion(date=1, parts=(7,))"),
    "cloud": ("CloudRecord(record_id='a', change_tag='')",),
    "translation": ("Translation(language='de_DE', text='Ja')",),
    "filtered": (
        *("FilterCategory(action='junk')", "FilterCategory(action='spam')"),
        "FilterCategory(action='transaction', sub_action='finance')",
        "FilterCategory(action='junk', sub_action='finance')",
    ),
    "dangling": (
        "'p:0/00000000-0000-0000-0000-000000000000'",
        *("'bp:00000000-0000-0000-0000-000000000000'", "'A'", "''"),
    ),
    "chatless": BOOLS,
    "from_other_device": BOOLS,
    "blank": ("('service',)", "('body',)", "('part_count', 'E:')", "('date',)"),
    "in_seconds": ("('date',)", "('date_read',)", "('date_played',)"),
    "part_code": ("'q'", "'z'"),
    "direction_text": ("'0'", "'\\ud800'"),
    "plugin_type": ("2", "3", "9"),
    "arrived": ("'2025-12-01'", "0", "-1", "'soon'", "10**30"),
}
FIELDS = {
    "service": SERVICES,
    "effect": EFFECTS,
    "subject": ("'Re'", "''", "'\\ud800'", "'s' * 300"),
    "storage": ("'both'", "'archive'", "'text'", "'none'"),
    "immutable": BOOLS,
    "writing_direction": BOOLS,
    "balloon": BALLOONS,
    "date_delivered": ("0", "1", "-1", "10**20", "781_200_000_000_000_000"),
    "date_read": ("0", "1", "-1", "10**20", "781_200_000_000_000_000"),
}
PROPERTIES = {
    "filtered": ("'known'", "'junk'", "'finance'", "'spam'"),
    "version": ("0", "2", "9"),
    "read_receipts": BOOLS,
    "mutes": BOOLS,
    "is_archived": BOOLS,
    "is_blocked": BOOLS,
    "is_pending_review": BOOLS,
    "group_photo": ("None", "phone.file('group-photo')", "phone.file('photo')"),
    "background": ("None", "Background(url='x', channel='y')", "Background()"),
    "history": (
        "ChatHistory(responses=5, lsmd=781_200_000_000_000_000)",
        "ChatHistory(responses=-1, lsmd=10**20)",
        "ChatHistory(summary=('A', True), watermark=(1, 10**20))",
        "ChatHistory(previous_accounts=(('iMessage', 'A'),))",
    ),
}
NAMES = ("'Trip'", "None", "''", "'T' * 300", "'\\ud800'", "'a\\0b'", "' '")
KINDS = (
    *("'renamed'", "'added'", "'removed'", "'left'", "'photo-set'", "'photo-removed'"),
    *("'number-changed'", "'location-started'", "'location-stopped'", "'audio-kept'"),
    *("'shareplay'", "'background-set'", "'background-removed'", "'party'"),
)
SUFFIXES = ("''", "'(filtered)'", "'(smsft_fi)'", "'(smsfp)'", "'(spam)'")
TIERS = ("'known'", "'unknown'", "'junk'", "'finance'", "'spam'")
PARTS = ("0", "0", "1", "2", "-1", "99")


def drawn(random: Random, choice: Sequence[str]) -> str:
    """Draw a value: one in three of the first fifth, which is right."""
    return choice[int(len(choice) * random.random() ** 1.5)]


def moment(random: Random) -> str:
    """Draw a time: mostly one of the days of the phone."""
    if random.random() < 0.8:
        return SOON.format(f"{random.randrange(10**6)} * 10**9")
    return drawn(random, TIMES)


def some(random: Random, table: dict[str, tuple[str, ...]], chance: float) -> list[str]:
    """Draw keywords from a table: mostly none, seldom several."""
    found: list[str] = []
    while random.random() < chance:
        name = random.choice([*table])
        if not any(each.startswith(f"{name}=") for each in found):
            found.append(f"{name}={drawn(random, table[name])}")
    return found
