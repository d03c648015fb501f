"""The rows on which a fault of a reader shows: predicates for `faults`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.addressbook import has_name
from pytest_imessage_foundry.models import Poll, Sticker, Tapback, TextPart
from pytest_imessage_foundry.models.message_files import own_files

from .expected import ATTACHED, plain

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Persona, Run

    from .worlds import Fact

When = Callable[["Fact"], bool]
SECOND = 10**9


def is_row(fact: Fact, *names: str) -> bool:
    return fact.own_name in names


def own_receipts(fact: Fact) -> bool:
    message = fact.message
    if fact.drawn or not fact.is_mine or message.event or message.is_unsent:
        return False
    if message.traits.delivered_flag_only:
        return False
    sent = message.date // SECOND
    said, true = (
        (date // SECOND - sent or None) if date else None
        for date in (message.date_delivered, message.date_read)
    )
    return said != true


def ends_in_line_break(fact: Fact) -> bool:
    return fact.message.text.endswith("\n")


def has_carriage_return(fact: Fact) -> bool:
    return "\r" in fact.message.text


def kept_its_added_row(fact: Fact) -> bool:
    removed = [each.removed for each in fact.message.tapbacks]
    kept = any(each is not None and each.keeps_added for each in removed)
    return kept and fact.drawn is None


def vote_taken_back(fact: Fact) -> bool:
    poll = fact.message.balloon
    if not isinstance(poll, Poll) or fact.drawn is not None:
        return False
    last = {vote.voter: vote.options for vote in poll.votes}
    return any(not options for options in last.values())


def voted_after_a_choice_was_added(fact: Fact) -> bool:
    poll = fact.message.balloon
    if not isinstance(poll, Poll) or fact.drawn is not None or not poll.added:
        return False
    first = min(choice.date for choice in poll.added)
    return any(vote.date > first and vote.options for vote in poll.votes)


def name_taken_away(fact: Fact) -> bool:
    event = fact.message.event
    return event is not None and event.kind == "renamed" and not event.title


def white_at_an_end(fact: Fact) -> bool:
    text = fact.message.text
    return fact.drawn is None and text != text.strip()


def partly_unsent(fact: Fact) -> bool:
    message = fact.message
    gone = any(part.kind == "unsent" for part in message.parts)
    return fact.drawn is None and gone and not message.is_unsent


def event(*kinds: str) -> When:
    return lambda fact: fact.happened in kinds


def unsent_file(fact: Fact) -> bool:
    """A part of length 1 that was taken back; in these scenarios it was a file."""
    message = fact.message
    gone = [part for part in message.parts if part.kind == "unsent"]
    lost = any(part.length == 1 for part in gone)
    return fact.drawn is None and lost and not message.attachments


def only_in_archive(fact: Fact) -> bool:
    message = fact.message
    if fact.drawn or message.storage != "archive" or message.is_unsent:
        return False
    return bool(plain(message.text))


def beyond_wrapped(fact: Fact) -> bool:
    """It strips a length of up to 32, which is no character that shows, and those
    from 127 on: that is none either, and longer ones take several bytes."""
    length = len(fact.message.text.encode())
    is_stripped = length <= ord(" ") or length >= 127
    return only_in_archive(fact) and not (fact.message.immutable and is_stripped)


def modern_tapback(fact: Fact) -> bool:
    """An emoji, a sticker as a tapback, or a sticker on a bubble."""
    standing = [each for each in fact.message.tapbacks if each.removed is None]
    modern = any(each.name in ("emoji", "sticker") for each in standing)
    return fact.drawn is None and (modern or bool(fact.message.stickers))


def modern_row(fact: Fact) -> bool:
    tapback = fact.tapback or fact.drawn
    if isinstance(tapback, Tapback):
        return tapback.name in ("emoji", "sticker")
    return isinstance(tapback, Sticker)


def file_beside_text(fact: Fact) -> bool:
    message = fact.message
    if fact.drawn or not plain(message.text):
        return False
    return any(own_files(message)) or unsent_file(fact)


def sms_of_other_device(fact: Fact) -> bool:
    message = fact.message
    return message.service != "iMessage" and message.traits.from_other_device


def is_lost(fact: Fact, guid: str) -> bool:
    """Whether the chat of a row does not hold the message of that GUID."""
    target = fact.world.messages.get(guid)
    if target is None or target.traits.chatless:
        return True
    deleted = target.traits.deleted
    return deleted is not None and not deleted.parts


def without_handle(fact: Fact) -> bool:
    """handle_id 0: the owner, in a group or as the one who did something."""
    acted = fact.message.event is not None
    elsewhere = fact.message.traits.from_other_device
    return fact.sender == "" or (
        fact.is_mine and (fact.chat.is_group or acted or elsewhere)
    )


def long(fact: Fact, least: int) -> bool:
    message = fact.message
    if fact.drawn or message.storage != "archive":
        return False
    return len(message.text.encode()) >= least


def with_no_person(fact: Fact) -> bool:
    """The other one is a short code, a business, put aside by a filter, or unknown."""
    if len(fact.chat.participants) != 1:
        return False
    (who,) = fact.chat.participants
    is_unknown = not any(who in each.addresses for each in _contacts(fact))
    return is_unknown or who.isdigit() or who.startswith("urn:") or who.endswith(")")


def _contacts(fact: Fact) -> Iterable[Persona]:
    return filter(has_name, fact.world.people)


def link_on_text(fact: Fact) -> bool:
    """A link on the runs of a body that is in the archive."""
    message = fact.message
    if fact.drawn or message.balloon is not None or message.storage == "text":
        return False
    linked = ("phone", "email")
    return any(
        run.link or (run.detected and run.detected.kind in linked)
        for run in _runs(fact)
    )


def held_by_apple(fact: Fact) -> bool:
    schedule = fact.message.traits.schedule
    return fact.drawn is None and schedule is not None and schedule.state == 2


def detected(fact: Fact, *kinds: str) -> bool:
    """Text that Messages found something in, by the kinds of what it found."""
    if fact.drawn is not None or fact.message.balloon is not None:
        return False
    return any(run.detected and run.detected.kind in kinds for run in _runs(fact))


def _runs(fact: Fact) -> list[Run]:
    parts = [part for part in fact.message.parts if isinstance(part, TextPart)]
    return [run for part in parts for run in part.runs]


def in_seconds(fact: Fact, column: str) -> bool:
    return fact.drawn is None and column in fact.message.traits.in_seconds


def marked_otherwise(fact: Fact) -> bool:
    """A file whose run is not one U+FFFC."""
    files = fact.message.attachments if fact.drawn is None else ()
    return any(file.mark != ATTACHED for file in files)


def spoken_in_body_alone(fact: Fact) -> bool:
    """A transcript that no attachment row has."""
    files = fact.message.attachments if fact.drawn is None else ()
    return any(file.transcript and "user_info" in file.blank for file in files)


def has_balloon(fact: Fact, *kinds: str) -> bool:
    balloon = fact.message.balloon
    return fact.drawn is None and balloon is not None and balloon.kind in kinds


def has_small_letters(fact: Fact) -> bool:
    """An e-mail address or a business; a filter's suffix does not count."""
    sender = fact.sender or ""
    named = "@" in sender or sender.startswith("urn:")
    return named and sender.title() != sender


def folder(fact: Fact) -> bool:
    files = fact.message.attachments if fact.drawn is None else ()
    return any(file.uti == "public.folder" for file in files)
