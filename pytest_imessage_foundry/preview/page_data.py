"""What the page's script gets of a phone: plain data, short, and nothing empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_imessage_foundry.preview import phone as shape
from pytest_imessage_foundry.preview.local_times import LocalTimes
from pytest_imessage_foundry.preview.pictures import Pictures
from pytest_imessage_foundry.preview.safe_text import visible


def nonempty(**fields: Any) -> dict[str, Any]:
    """Return the fields that are not empty; most messages have few."""
    return {name: value for name, value in fields.items() if value}


class PageData:
    """Turns chats and messages into data, and collects their pictures."""

    def __init__(
        self, names: Mapping[str, str], times: LocalTimes, pictures: Pictures
    ) -> None:
        self._addresses = sorted(names, key=len, reverse=True)
        self._names = names
        self._stamp = times.stamp
        self._pictures = pictures

    def chat(
        self,
        chat: shape.ShownChat,
        count: int,
        unread: int,
        deleted: int,
        last: shape.ShownMessage | None,
    ) -> dict[str, Any]:
        """Return a chat without its messages: how many there are, how many
        are unread or in Recently Deleted, and the last one."""
        return nonempty(
            name=chat.name,
            guid=chat.guid,
            identifier=chat.identifier,
            people=chat.participants,
            service=chat.service,
            group=chat.is_group,
            marks=chat.marks,
            count=count,
            unread=unread,
            deleted=deleted,
            last=self._stamp(last.date) if last else "",
            glance=self._named(_glance(last)) if last else "",
        )

    def message(self, message: shape.ShownMessage) -> dict[str, Any]:
        """Return a message."""
        stamp = self._stamp
        fields: dict[str, Any] = {
            "id": message.id,
            "guid": message.guid,
            "time": stamp(message.date),
            "from": message.sender,
            "service": message.service,
        }
        if message.parts:
            fields["parts"] = [self._part(part) for part in message.parts]
        delivered = stamp(message.date_delivered) or message.is_delivered
        read = stamp(message.date_read) or message.is_read
        if delivered:
            fields["delivered"] = delivered
        if read:
            fields["read"] = read
        if message.is_unread:
            fields["unread"] = True
        return fields | self._rare(message) if message.is_rare else fields

    def _rare(self, message: shape.ShownMessage) -> dict[str, Any]:
        """Return what few messages have."""
        return nonempty(
            subject=message.subject,
            card=self._card(message.card) if message.card else "",
            poll=[{"text": c.text, "voters": c.voters} for c in message.poll],
            event=self._named(message.event),
            tapbacks=[self._tapback(tapback) for tapback in message.tapbacks],
            reply=self._quote(message.reply) if message.reply else "",
            effect=message.effect,
            audio=message.is_audio,
            unsent=message.is_unsent,
            schedule=message.schedule,
            deleted=self._stamp(message.deleted),
            translation=message.translation,
            marks=message.marks,
            troubles=message.troubles,
        )

    def _part(self, part: shape.ShownPart) -> dict[str, Any]:
        if part.file is None and not part.history and not part.is_unsent:
            runs = {"runs": [_run(run) for run in part.runs]}
            if not part.number and not part.deleted:
                return runs
            stamp = self._stamp(part.deleted)
            return runs | nonempty(number=part.number, deleted=stamp)
        return nonempty(
            number=part.number,
            runs=[_run(run) for run in part.runs],
            file=self._file(part.file) if part.file else "",
            history=[
                {"time": self._stamp(v.date), "runs": [_run(run) for run in v.runs]}
                for v in part.history
            ],
            unsent=part.is_unsent,
            deleted=self._stamp(part.deleted),
        )

    def _file(self, file: shape.ShownFile) -> dict[str, Any]:
        picture = self._pictures.number(file)
        return nonempty(
            name=visible(file.name),
            mime=visible(file.mime),
            size=file.size,
            absence=file.absence,
            sticker=file.is_sticker,
            transcript=file.transcript,
            description=file.description,
            # Counted from 1, because 0 says nothing.
            picture=0 if picture is None else picture + 1,
        )

    def _card(self, card: shape.ShownCard) -> dict[str, Any]:
        return nonempty(
            kind=card.kind,
            app=card.app,
            title=card.title,
            lines=card.lines,
            url=visible(card.url),
            image=self._file(card.image) if card.image else "",
        )

    def _tapback(self, tapback: shape.ShownTapback) -> dict[str, Any]:
        fields = nonempty(
            name=tapback.name,
            part=tapback.part,
            time=self._stamp(tapback.date),
            emoji=tapback.emoji,
            image=self._file(tapback.image) if tapback.image else "",
        )
        return fields | {"from": tapback.sender}

    def _quote(self, quote: shape.ShownQuote) -> dict[str, Any]:
        fields = nonempty(guid=quote.guid, found=quote.is_found, text=quote.text)
        return fields | {"from": quote.sender}

    def _named(self, sentence: str) -> str:
        for address in self._addresses if sentence else ():
            sentence = sentence.replace(address, self._names[address])
        return sentence


def _run(run: shape.ShownRun) -> dict[str, Any]:
    if run.is_plain:
        return {"text": run.text}
    return nonempty(
        text=run.text,
        styles=run.styles,
        effect=run.effect,
        mention=run.mention,
        link=visible(run.link),
        detected=run.detected,
    )


def _glance(message: shape.ShownMessage) -> str:
    """Return the line under a chat's name: a summary of its last message."""
    if message.event:
        return message.event
    if message.is_unsent:
        return "unsent a message"
    named = [file.name for file in message.files]
    card = message.card.title or message.card.app if message.card else ""
    words = message.text or card or ("Poll" if message.poll else "")
    return visible(words.replace("\n", " ") or next(iter(named), ""), 90)
