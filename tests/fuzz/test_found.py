"""What the fuzz found, a script each: its last line is refused with the reason, or
makes a sound file."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass

import pytest

from .playing import Outside, Play, by_hand, live

pytestmark = pytest.mark.sweep

HEAD = "phone, wal = ChatDBBuilder({!r}), 'open'"
# Each script by hand begins with these; live ones with the phone of `playing.live`.
PEOPLE = (
    "alex = phone.person('Alex Doe')",
    "kim = phone.person('Kim Lee', addresses=['email', 'phone'])",
    "chat = phone.direct(alex)",
    "sms = phone.direct(kim, service='SMS')",
    "group = phone.group(alex, kim, name='Trip')",
)


@dataclass(frozen=True)
class Found:
    """The lines that showed a fault; what is said of the last, '' if it is sound."""

    says: str
    lines: tuple[str, ...]
    release: str = "tahoe"
    is_live: bool = False


def hand(says, *lines, release="tahoe"):
    return Found(says, lines, release)


def alive(says, *lines, release="tahoe"):
    return Found(says, lines, release, is_live=True)


FOUND = {
    # --- values that no row can hold ---
    "half a character in a name": hand(
        "half of a surrogate pair", "phone.person('\\ud800')"
    ),
    "half a character in a text": hand(
        "half of a surrogate pair", "chat.send('\\udfff')"
    ),
    "half a character in a group's name": hand(
        "half of a surrogate pair", "group.rename('\\ud800')"
    ),
    "half a character in an emoji": hand(
        "half of a surrogate pair", "chat.send('Hi').tapback('\\ud800')"
    ),
    "an unknown service of a chat": hand(
        "unknown service 'fax'", "phone.direct(alex, service='fax')"
    ),
    "an unknown service of a message": hand(
        "unknown service 'fax'", "chat.send('Hi', service='fax')"
    ),
    "an unknown storage": hand(
        "unknown storage 'none'", "chat.send('Hi', storage='none')"
    ),
    "an unknown type of part numbers": hand(
        "unknown part code 'z'", "chat.send('Hi', part_code='z')"
    ),
    "a number beyond 64 bits": hand(
        "does not fit into 64 bits", "chat.send('Hi', error=10**20)"
    ),
    "a number that is none": hand("is not finite", "chat.send('Hi').sticker(x=nan)"),
    "a date before 2001": hand("is no time", "chat.send('Hi', at='1970-01-01')"),
    "a date after 2039": hand("is no time", "chat.send('Hi', at='2099-01-01')"),
    "a receipt at no date": hand(
        "a date is between", "chat.send('Hi', date_delivered=-1)"
    ),
    "a deletion at no date": hand(
        "a date is between", "chat.send('Hi', deleted=Deletion(date=0))"
    ),
    "a column in seconds that is none": hand(
        "unknown in seconds 'date_played'",
        "chat.send('Hi').trait(in_seconds=('date_played',))",
    ),
    "an arrival as a text": hand("", "chat.send('Hi').trait(arrived='2025-12-01')"),
    "a name of 300 characters": hand("", "phone.direct(phone.person('N' * 300))"),
    "a file's name of 300 characters": hand(
        "cannot have a name of 300 bytes", "phone.file('photo', name='n' * 300)"
    ),
    "a file's name that leads elsewhere": hand(
        "cannot be part of an attachment's path",
        "phone.file('photo', name='../../x')",
    ),
    "an address of blanks": hand(
        "cannot have the address", "phone.person('Al', address='a b')"
    ),
    "the owner's word as an address": hand(
        "cannot have the address", "phone.person('Al', address='me')"
    ),
    "a stroke beyond two bytes": hand(
        "a stroke cannot go through",
        "chat.send(balloon=Handwriting(id='A', strokes=(((0, 70_000),),)))",
    ),
    # --- parts ---
    "nothing at all": hand("without any content", "chat.send()"),
    "an empty text beside others": hand(
        "no part of a message is empty", "chat.send('Hi', '', 'there')"
    ),
    "an empty run": hand(
        "no part of a message is empty", "chat.send(['Hi', Run('', bold=True)])"
    ),
    "a tapback on an empty text": hand(
        "there is no part 0", "chat.send('').tapback('loved')"
    ),
    "a reply to an empty text": hand(
        "there is no part 0", "m = chat.send('')", "chat.send('Hi', reply_to=m)"
    ),
    "an edit that leaves nothing": hand(
        "there is no part 0 for", "chat.send('Hi').tapback('loved').edit('')"
    ),
    "a part of another number is deleted": hand(
        "there is no part -1 for a deletion", "chat.send('Hi').delete(parts=(-1,))"
    ),
    "a part of an event is deleted": hand(
        "there is no part 0 for a deletion", "group.left(kim).delete(parts=(0,))"
    ),
    "a mark by hand": hand("", "chat.send('a\\ufffcb').tapback('loved')"),
    "a poll without options": hand(
        "a poll has options", "chat.send(balloon=Poll(options=()))"
    ),
    "a poll whose options are one": hand(
        "a poll has options",
        "chat.send(balloon=Poll(options=(PollOption(id='1', text='a'),) * 2))",
    ),
    "a reaction to what is no GUID": hand(
        "names no message", "chat.send('Hi', dangling='A')"
    ),
    # --- what a service carries, and what contradicts itself ---
    "an effect over SMS": hand(
        "SMS cannot carry a send effect", "sms.send('Hi', effect='slam')"
    ),
    "a reply over SMS": hand(
        "SMS cannot carry an inline reply",
        "m = sms.send('Hi')",
        "sms.send('Yes', reply_to=m)",
    ),
    "an edit over SMS": hand("SMS cannot carry an edit", "sms.send('Hi').edit('Ho')"),
    "an SMS is unsent": hand(
        "SMS cannot carry a part that is unsent", "sms.send('Hi').unsend()"
    ),
    "an error on what was delivered": hand("", "chat.send('Hi').trait(error=22)"),
    "a reply in another group of the same people": hand(
        "a reply is in the chat of what it answers",
        "m = group.send('Hi')",
        "phone.group(alex, kim).send('Yes', reply_to=m)",
    ),
    "a reply to a group in a chat of two": hand(
        "a reply is in the chat of what it answers",
        "one = phone.group(alex)",
        "m = one.send('Hi')",
        "chat.send('Yes', reply_to=m)",
    ),
    "deleted twice": hand(
        "can only be deleted once", "chat.send('Hi').delete().delete()"
    ),
    "a photo that no event brought": hand(
        "nobody gave the group the photo",
        "group.set(group_photo=phone.file('group-photo'))",
    ),
    "the group's photo is deleted": hand(
        "the group has the photo that this event brought",
        "group.set_photo().delete(permanent=True)",
    ),
    "a former chat's guid again": hand(
        "there is a chat SMS;-;",
        "chat.formerly('SMS')",
        "phone.direct(alex, service='SMS')",
        release="sequoia",
    ),
    "two former chats under one domain": hand(
        "chat_lookup finds another row",
        "group.formerly('SMS', domain='x')",
        "group.formerly('RCS', domain='x')",
    ),
    "in a chat that is not there": hand(
        "there is no chat 'x'", "chat.send('Hi').trait(also_in='x')"
    ),
    "a number that changed to none": hand(
        "nobody is named who was number-changed",
        "group.event('number-changed', by=alex)",
    ),
    "a sender by name": hand("cannot take", "group.receive('Hi', sender='Alex Doe')"),
    "the file of a note that came back": hand(
        "a file that stands in two messages",
        "m = phone.note_to_self().send(phone.file('photo'))",
        "m.awaits_files()",
        release="sonoma",
    ),
    "a file twice in a message": hand(
        "a message holds a file once",
        "f = phone.file('photo')",
        "chat.receive(f, 'and again', f)",
    ),
    "a file that comes in one of two messages": hand(
        "a file that stands in two messages",
        "f = phone.file('photo')",
        "chat.receive(f).awaits_files()",
        "chat.receive(f)",
    ),
    # --- live ---
    "a reply is resent as SMS": alive(
        "SMS cannot carry an inline reply",
        "m = phone.send(c0, 'Yes', reply_to=m0)",
        "phone.resent_as_sms(m)",
        release="sonoma",
    ),
    "a step that is refused moves no clock": alive(
        "",
        "phone.receive(c0, 'Hi', effect='boom', at='2035-01-01')",
        "late = phone.receive(c0, 'Hi').date > 10**18",
        "assert not late",
    ),
    "a message goes from one second chat to another": alive(
        "",
        "c2 = phone.direct(p1)",
        "m = phone.send(c0, 'Hi', also_in=c2)",
        "m = phone.resent_as_sms(m)",
        "m = phone.trait(m, also_in=None)",
        release="sequoia",
    ),
    "what is deleted joins no second chat": alive(
        "",
        "m = phone.delete(m0)",
        "m = phone.also_in(m, phone.note_to_self(service='SMS'))",
        release="sonoma",
    ),
    "what is in its chat does not leave it": alive(
        "does not leave it and stay", "phone.trait(m0, chatless=True)"
    ),
}


@pytest.fixture(scope="module")
def outside():
    with closing(Outside()) as process:
        yield process


@pytest.mark.parametrize("name", FOUND)
def test_found(name, outside):
    found = FOUND[name]
    play = Play(HEAD.format(found.release), found.is_live)
    if found.is_live:
        live(play, found.lines, outside)
    else:
        by_hand(play, (*PEOPLE, *found.lines))
    if found.says:
        assert re.search(found.says, play.refusals[-1])
    else:
        assert not [each for each in play.refusals if "'boom'" not in each]
    assert play.lines[-1] == found.lines[-1]
