"""Refuse people, chats and messages that contradict each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.authoring import coherence, storable
from pytest_imessage_foundry.conversations.authoring.words import ME
from pytest_imessage_foundry.errors import FoundryError, meant
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.models.apple_time import SECOND, to_datetime
from pytest_imessage_foundry.models.literals import GROUP_EVENTS
from pytest_imessage_foundry.personas import checks, handles, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_imessage_foundry.conversations.authoring.author import Author
    from pytest_imessage_foundry.conversations.authoring.opened_chat import OpenedChat
    from pytest_imessage_foundry.conversations.authoring.written_message import (
        WrittenMessage,
    )
    from pytest_imessage_foundry.models import (
        Attachment,
        EventKind,
        FormerChat,
        Message,
        Reply,
    )


def check_name(name: str, country: str) -> None:
    """Refuse a person without a name, and one of no country."""
    if not name.strip() or "\0" in name:
        raise FoundryError(
            "a person needs a name\n"
            f"looked at {name!r:.60}, which is nothing but blanks, or holds U+0000\n"
            "give one"
        )
    if country in ("", *handles.countries()):
        return
    if country not in places.countries():
        near = meant(country, places.countries())
        raise FoundryError(
            f"unknown country {country!r}{near}\n"
            "looked among the ISO codes of the countries that have telephones\n"
            "give one of them, such as DE, or '' for one that is not known"
        )


def check_reserved(
    name: str, address: str, country: str, *, real: str = "say real=True"
) -> None:
    """Refuse an address that may be somebody's. `real` is how to permit it."""
    if address in ("phone", "email"):
        return
    if what := checks.address_fault(address, country or "US"):
        raise FoundryError(
            f"{name} cannot have the address {address}\n"
            f"looked among those that are nobody's: {what}\n"
            f"leave it out for one that is nobody's, or {real}"
        )


def check_newcomer(chat: OpenedChat, who: Persona | str | None) -> None:
    """Refuse a new member's address that may be somebody's."""
    if who is None or who == ME or (isinstance(who, Persona) and who.is_self):
        return
    check_no_name(chat, who)
    country = "US" if isinstance(who, str) else who.country_code
    name = "a member" if isinstance(who, str) else who.name
    known = {each for person in chat.phone.people for each in person.addresses}
    roll = chat.attendance.roll(chat.phone.moment)
    for address in (who,) if isinstance(who, str) else who.addresses:
        if address not in known and not roll.knew(address):
            check_form(name, address)
            check_reserved(name, address, country)


def check_no_name(chat: OpenedChat, who: Persona | str | None) -> None:
    """Refuse a person's name in the place of a person, or of an address."""
    if not isinstance(who, str) or who == ME:
        return
    people = [chat.phone.owner, *chat.phone.people]
    if any(who in person.addresses for person in people):
        return
    if any(who == person.name for person in people):
        raise FoundryError(
            f"{who!r} is a name, and a name is no person and no address\n"
            "looked among the people of this phone, one of whom has it\n"
            f"pass what person() gave you, or {ME!r} for the owner"
        )


def check_strangers(phone: Author, people: Iterable[Persona]) -> None:
    """Refuse people made elsewhere whose addresses may be somebody's."""
    known = {each for person in phone.people for each in person.addresses}
    for person in people:
        for address in person.addresses:
            if address not in known:
                check_form(person.name, address)
                check_reserved(person.name, address, person.country_code)


def check_address(name: str, address: str, people: Iterable[Persona]) -> None:
    """Refuse an address that is none, or somebody's already."""
    check_form(name, address)
    for person in people:
        if address in person.addresses:
            raise FoundryError(
                f"{name} cannot have the address {address}\n"
                f"looked among the people of this phone: it is {person.name}'s\n"
                "give another one, or leave it out for one that belongs to nobody"
            )


def check_form(name: str, address: str) -> None:
    """Refuse what nobody can be reached at: nothing, blanks, and the word for the
    owner."""
    storable.check_text(f"an address of {name!r}", address)
    if address in ("", ME) or not address.isprintable() or " " in address:
        raise FoundryError(
            f"{name} cannot have the address {address!r}\n"
            "looked for a number, an e-mail address or a code, without blanks\n"
            "give one of these, or leave it out for one that belongs to nobody"
        )


def check_group(people: Sequence[Persona]) -> None:
    """Refuse a group that names its owner, or somebody twice."""
    for number, person in enumerate(people):
        if person.is_self:
            raise FoundryError(
                f"{person.name} is the owner of this phone\n"
                f"looked at the {len(people)} people of a new group\n"
                "leave them out: the owner is in every group"
            )
        if person in people[:number]:
            raise FoundryError(
                f"{person.name} cannot be in a group twice\n"
                f"looked at the {len(people)} people of a new group\n"
                "name everybody once"
            )


def check_guid(chat: OpenedChat, guid: str) -> None:
    """Refuse a second row of one guid: a chat's, or one that a chat left empty."""
    taken = [
        each
        for other in chat.phone.chats
        for each in (other.guid, *(row.guid for row in other.former))
    ]
    if guid in taken:
        raise FoundryError(
            f"there is a chat {guid}\n"
            f"looked among {len(taken)} chats of this phone\n"
            "name another service"
        )


def check_domain(
    chat: OpenedChat, domain: str | None, former: Iterable[FormerChat]
) -> None:
    """Refuse a second row of chat_lookup with one identifier and domain."""
    own = {"iMessageGroupID"} if chat.is_group else set()
    taken = own | {row.domain for row in former}
    if domain is not None and domain in taken:
        raise FoundryError(
            f"chat_lookup finds another row of this chat under {domain!r}\n"
            f"looked among what chat {chat.guid} was before\n"
            "name another domain, or none"
        )


def check_sender(
    chat: OpenedChat, sender: Persona | str | None, *, nameless: bool
) -> None:
    """Refuse a received message that is from nobody where it has a sender, the other
    way round, or from the owner."""
    names = ", ".join(person.name for person in chat.people)
    if isinstance(sender, str):
        raise FoundryError(
            f"{sender!r} is no person\nlooked at the sender of a message received\n"
            "pass what person() gave you"
        )
    is_note = not chat.is_group and chat.people[0].is_self
    if nameless and sender is not None:
        raise FoundryError(
            f"a message that names nobody is not from {sender.name}\n"
            f"looked at a message received in {chat.guid}\n"
            "leave nameless or the sender out"
        )
    if sender is not None and sender.is_self and not is_note:
        raise FoundryError(
            f"{sender.name} is the owner of this phone\n"
            "looked at the sender of a message received\nuse send()"
        )
    if sender is None and chat.is_group and not nameless:
        raise FoundryError(
            "a message received in a group needs its sender\n"
            f"the group has {names}\npass sender=..."
        )


def check_event(chat: OpenedChat, kind: EventKind) -> None:
    """Refuse an event of groups in a chat of two."""
    if kind in GROUP_EVENTS and not chat.is_group:
        raise FoundryError(
            f"only a group can announce {kind!r}\n"
            f"looked at chat {chat.guid}, which is with {chat.people[0].name} alone\n"
            "open one with group()"
        )


def check_new_number(chat: OpenedChat, old: str | None, new: str | None) -> None:
    """Refuse a change of number that changes nothing, or is the owner's."""
    if old is None:
        raise FoundryError(
            "a group is not told that the owner's own number changed\n"
            f"looked at whose number changed in {chat.guid}\n"
            "name another member"
        )
    check_form(chat.name_of(old), new or "")
    if old == new:
        raise FoundryError(
            f"the new number is the old one, {new}\n"
            f"looked at what {chat.name_of(old)} has in {chat.guid}\n"
            "give another one"
        )


def check_files_agree(draft: WrittenMessage, message: Message) -> None:
    """Refuse a file that another message holds in another state: it has one row."""
    own = {file.guid: file for file in message.attachments}
    if not own:
        return
    for chat in draft.chat.phone.chats:
        for other in chat.drafts:
            for file in other.message.attachments if other is not draft else ():
                if own.get(file.guid, file) != file:
                    raise FoundryError(
                        f"a file that stands in two messages cannot be "
                        f"{own[file.guid].state!r} in one of them alone\n"
                        f"looked at {file.name} of messages {message.guid} and "
                        f"{other.message.guid}\n"
                        "send each message a file of its own"
                    )


def check_photo(chat: OpenedChat, photo: Attachment) -> None:
    """Refuse a group photo that no event brought."""
    events = (draft.message.event for draft in chat.drafts)
    if not any(event is not None and event.photo == photo for event in events):
        raise FoundryError(
            f"nobody gave the group the photo {photo.name}\n"
            f"looked among the events of chat {chat.guid}\n"
            "call set_photo(), which announces it and sets it"
        )


def check_photo_stays(chat: OpenedChat, message: Message) -> None:
    """Refuse to delete the event that brought the photo which a group has."""
    photo = chat.photo
    if photo is None or message.event is None or message.event.photo != photo:
        return
    if message.traits.deleted is not None and message.traits.deleted.permanent:
        raise FoundryError(
            "the group has the photo that this event brought\n"
            f"looked at message {message.guid}, which is to be deleted for good\n"
            "give the group another photo before, or none: set(group_photo=None)"
        )


def check_reply(chat: OpenedChat, target: OpenedChat) -> None:
    """Refuse a reply in another group, or with another person, than what it answers."""
    is_one_person = not chat.is_group and not target.is_group
    if chat.guid != target.guid and not (
        is_one_person and chat.people == target.people
    ):
        raise FoundryError(
            "a reply is in the chat of what it answers\n"
            f"looked at {chat.guid}, and the message is in {target.guid}\n"
            "send it there, or leave reply_to out"
        )


def check_answered(chat: OpenedChat, reply: Reply, moment: int) -> None:
    """Refuse a reply before the message that it names, if that is in the chat."""
    for draft in reversed(chat.drafts):
        if draft.message.guid == reply.guid:
            check_order(draft.message, moment, "answered")
            return


def check_order(message: Message, moment: int, what: str) -> None:
    """Refuse what would happen to a message before it was there."""
    if moment < message.date:
        early = (message.date - moment) / SECOND
        raise FoundryError(
            f"a message cannot be {what} before it was sent\n"
            f"message {message.guid} is of {to_datetime(message.date):%Y-%m-%d %H:%M}, "
            f"and this would be {early:,.0f} s earlier\n"
            "give a later `at`"
        )


def check_can_be_unsent(message: Message, numbers: Iterable[int]) -> None:
    """Refuse to unsend parts that are not there any more, or were deleted here."""
    deleted = message.traits.deleted
    numbers = [*numbers]
    left = [n for n in numbers if n not in coherence.unsent(message)]
    if numbers and not left:
        raise FoundryError(
            "a message can only be unsent once\n"
            f"looked at message {message.guid}, which was unsent before\n"
            "leave the call out"
        )
    if deleted is not None and (not deleted.parts or set(left) & {*deleted.parts}):
        raise FoundryError(
            "what was deleted cannot be unsent\n"
            f"looked at message {message.guid}, which was deleted on this phone\n"
            "unsend it before"
        )


def check_not_deleted(message: Message, *, permanent: bool) -> None:
    """Refuse to delete what was deleted before, and as far."""
    before = message.traits.deleted
    is_whole = before is not None and not before.parts
    is_gone = before is not None and before.permanent
    if is_gone or (is_whole and not permanent):
        raise FoundryError(
            "a message can only be deleted once\n"
            f"message {message.guid} was\n"
            "pass permanent=True to take it out of Recently Deleted"
        )


def check_resent(chat: OpenedChat, message: Message) -> None:
    """Refuse to resend what is no iMessage of the owner's to one person."""
    reasons = {
        "it is in a group": chat.is_group,
        "it was received": message.sender is not None,
        f"it went over {message.service}": message.service != "iMessage",
        "from macOS 26 on SMS and iMessage share a chat": "any_guids"
        in chat.phone.schema.features,
    }
    for reason, holds in reasons.items():
        if holds:
            raise FoundryError(
                "only an own iMessage to one person is resent as SMS, into a second "
                f"chat\nlooked at message {message.guid}: {reason}\n"
                "send it with service='SMS' instead"
            )
    coherence.check_carried(replace(message, service="SMS"))
