"""What the page's script gets of a phone: plain data, short, and nothing empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_imessage_foundry.preview import phone as shape
from pytest_imessage_foundry.preview.local_times import LocalTimes
from pytest_imessage_foundry.preview.message_index import STRAY
from pytest_imessage_foundry.preview.pictures import Pictures
from pytest_imessage_foundry.preview.safe_text import visible
from pytest_imessage_foundry.preview.script_json import encode, quoted


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
        self._origins: dict[tuple[str | None, str], str] = {}

    def chat(
        self,
        chat: shape.ShownChat,
        count: int,
        unread: int,
        deleted: int,
        last: shape.Drawable | None,
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
            astray=chat.id == STRAY,
            count=count,
            unread=unread,
            deleted=deleted,
            last=self._stamp(last.date) if last else "",
            glance=self._named(_glance(last)) if last else "",
        )

    def messages(self, messages: Iterable[shape.Drawable]) -> str:
        """Return messages as JSON, with commas between them."""
        return ",".join([self._message(message) for message in messages])

    def _message(self, message: shape.Drawable) -> str:
        """Return a message as JSON, without a dictionary on the way."""
        stamp = self._stamp
        told = (
            f'{{"id":{message.id},"guid":{quoted(message.guid)},'
            f'"time":"{stamp(message.date)}",{self._origin(message)}'
        )
        if isinstance(message, shape.PlainMessage):
            told += f',"parts":[{{"runs":[{{"text":{quoted(message.text)}}}]}}]'
        elif message.parts:
            told += f',"parts":{encode([self._part(part) for part in message.parts])}'
        if delivered := stamp(message.date_delivered):
            told += f',"delivered":"{delivered}"'
        elif message.is_delivered:
            told += ',"delivered":true'
        if read := stamp(message.date_read):
            told += f',"read":"{read}"'
        elif message.is_read:
            told += ',"read":true'
        if message.is_unread:
            told += ',"unread":true'
        if isinstance(message, shape.PlainMessage) or not message.is_rare:
            return told + "}"
        rare = self._rare(message)
        return f"{told},{encode(rare)[1:-1]}}}" if rare else told + "}"

    def _origin(self, message: shape.Drawable) -> str:
        """Return who sent a message, and how; a phone has few such pairs."""
        pair = message.sender, message.service
        if pair not in self._origins:
            fields = {"from": message.sender, "service": message.service}
            self._origins[pair] = encode(fields)[1:-1]
        return self._origins[pair]

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


def _glance(message: shape.Drawable) -> str:
    """Return the line under a chat's name: a summary of its last message."""
    if isinstance(message, shape.PlainMessage):
        message = message.shown()
    if message.event:
        return message.event
    if message.is_unsent:
        return "unsent a message"
    named = [file.name for file in message.files]
    card = message.card.title or message.card.app if message.card else ""
    words = message.text or card or ("Poll" if message.poll else "")
    return visible(words.replace("\n", " ") or next(iter(named), ""), 90)
