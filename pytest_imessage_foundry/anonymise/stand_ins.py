"""Stand-ins for texts, names, GUIDs and tokens.

Each has the length of what it stands for, in UTF-8 and in UTF-16, so that every prefix
that states a length stays true. The same original has the same stand-in everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

from pytest_imessage_foundry.anonymise import characters, joined_texts, tokens
from pytest_imessage_foundry.anonymise.kept import kept, literals
from pytest_imessage_foundry.anonymise.secret import Secret
from pytest_imessage_foundry.anonymise.vocabulary import Vocabulary
from pytest_imessage_foundry.errors import FoundryError

_MOST_DRAWS = 400
_REMEMBERED = 20_000
_HEX = re.compile("(?=[0-9A-Fa-f]*[0-9])[0-9A-Fa-f]{8,}")
_EXTENSION = "com.apple.messages.MSMessageExtensionBalloonPlugin:"
_HOMES = ("Users", "home")
# Apple spreads attachments over folders of two digits (SEMANTICS §9).
_SHARDED = re.compile("[0-9a-f]{0,2}")
_STORES = frozenset(("Attachments", "StickerCache", "Stickers"))
_SIZE = re.compile(r"\{\d{1,4}, \d{1,4}\}")
_PREFIX = re.compile(r"p:\d{1,3}/|bp:|at_(?:\d{1,3}_)?")
_REFERENCE = re.compile(
    rf"(?:{_PREFIX.pattern})?(?:{tokens.GUID_FORM.pattern})"
    rf"\d?(?:_(?:{tokens.GUID_FORM.pattern}))?\d?"
)
_MARK = re.compile(r"[:@\d]")  # a text with a stand-in of its own has one of these
_PIECE = re.compile(
    r"(?P<url>[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s<>\"“”]+"
    r"|\b(?:mailto|tel|sms|data):[^\s<>\"“”]+)"
    rf"|(?P<mail>{tokens.MAIL_FORM.pattern})"
    rf"|(?P<guid>{tokens.GUID_FORM.pattern})"
    r"|(?P<hash>(?<![0-9A-Za-z])(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{16,}(?![0-9A-Za-z]))"
    r"|(?P<phone>\+\d{7,15}(?!\d))"
)


class StandIns:
    """What stands for each string of one file.

    Attributes:
        of_address, of_url: set by who knows addresses and URLs.
    """

    def __init__(self, secret: Secret, vocabulary: Vocabulary) -> None:
        self.secret = secret
        self._vocabulary = vocabulary
        self._texts: dict[str, str] = {}
        self.of_address: Callable[[str], str] = self.drawn
        self.of_url: Callable[[str], str] = self.drawn

    def text(self, text: str) -> str:
        """Return the stand-in of what somebody wrote."""
        found = self._texts.get(text)
        if found is None:
            found = self._text(text)
            if len(self._texts) >= _REMEMBERED:
                self._texts.clear()
            self._texts[text] = found
        return found

    def prepare(self, texts: Iterable[str]) -> None:
        """Draw the stand-ins of many texts at once, so that `text` knows them.

        Those with parts that have stand-ins of their own are left to `text`.
        """
        known = self._texts
        plain = [t for t in dict.fromkeys(texts) if t not in known and _is_plain(t)]
        if len(known) + len(plain) > _REMEMBERED:
            known.clear()
        streams = [self._stream(each, each) for each in plain]
        drawn = characters.all_drawn(plain, streams, self.picture)
        known.update(zip(plain, self._all_mended(drawn), strict=True))

    def _all_mended(self, texts: list[str]) -> list[str]:
        """Mend texts, of which few need it."""
        for _ in range(_MOST_DRAWS):
            bad = self._vocabulary.known(joined_texts.looked_at(texts))
            if not bad:
                return texts
            parts = [token[1:] for token in bad]
            folded = map(str.casefold, texts)
            held = [any(part in each for part in parts) for each in folded]
            # A number can have signs between its digits.
            every = not any(held)
            texts = [
                self._mended(text) if every or is_held else text
                for text, is_held in zip(texts, held, strict=True)
            ]
        raise _exhausted()

    def _text(self, text: str) -> str:
        if text in kept("sentences") or not text:
            return text
        reaction = _reaction().fullmatch(text)
        if reaction is not None:
            return self._reaction(text, reaction)
        sentence = next((s for s in kept("sentences") if text.startswith(s)), None)
        if sentence is not None:
            rest = text[len(sentence) :]
            same = rest.strip() in kept("sentences")
            return sentence + (rest if same else self.text(rest))
        return self.in_pieces(text)

    def _reaction(self, text: str, found: re.Match[str]) -> str:
        """Keep the phrase of a tapback that came as text; what it quotes is a text."""
        out = list(text)
        for group, stand_in in (("emoji", self.drawn), ("quoted", self.text)):
            if found[group]:
                start, end = found.span(group)
                out[start:end] = stand_in(found[group])
        return "".join(out)

    def in_pieces(self, text: str) -> str:
        """Return a text whose URLs, addresses and GUIDs have their own stand-ins."""
        if _MARK.search(text) is None:
            return self.drawn(text, text)
        out, end = [], 0
        for found in _PIECE.finditer(text):
            out.append(self.drawn(text[end : found.start()], text))
            out.append(self._piece(str(found.lastgroup), found[0]))
            end = found.end()
        out.append(self.drawn(text[end:], text))
        return "".join(out)

    def _piece(self, kind: str, piece: str) -> str:
        if kind == "guid":
            return self.one_guid(piece)
        if kind == "hash":
            return self._hash(piece)
        return self.of_url(piece) if kind == "url" else self.of_address(piece)

    def drawn(self, text: str, key: str = "") -> str:
        """Return other characters of the same classes, without the original's words."""
        if not text:
            return text
        stream = self._stream(text, key)
        return self._mended(characters.drawn(text, stream, self.picture))

    def _stream(self, text: str, key: str) -> bytes:
        raw = f"{text}\0{key}".encode("utf-8", "surrogatepass")
        return self.secret.stream("text", raw, 2 * len(text))

    def picture(self, character: str) -> str:
        """Return the stand-in of an emoji, which is the same everywhere."""
        pool = characters.pool_of(character)
        number = self.secret.below(len(pool), "emoji", character)
        if pool[number] == character:
            number = (number + 1) % len(pool)
        return pool[number]

    def _mended(self, text: str) -> str:
        """Draw again what happens to be a word or a name of the original."""
        for attempt in range(_MOST_DRAWS):
            bad = self.known(text)
            if not bad:
                return text
            for token in bad:
                text = self._redrawn(text, token[1:], attempt)
        raise _exhausted()

    def _redrawn(self, text: str, part: str, attempt: int) -> str:
        folded = text.casefold()
        at = folded.find(part) if len(folded) == len(text) else -1
        start, end = (at, at + len(part)) if at >= 0 else (0, len(text))
        raw = f"{attempt}\0{start}\0{text}".encode("utf-8", "surrogatepass")
        stream = self.secret.stream("again", raw, 2 * (end - start))
        new = characters.drawn(text[start:end], stream, self._other_picture)
        return text[:start] + new + text[end:]

    @staticmethod
    def _other_picture(character: str) -> str:
        return character

    def known(self, text: str) -> list[str]:
        """Return the tokens of a stand-in that the original has too."""
        return self._vocabulary.known(tokens.looked_at(text))

    def clean(self, draw: Callable[[int], str]) -> str:
        """Return the first draw that has nothing of the original."""
        for attempt in range(_MOST_DRAWS):
            text = draw(attempt)
            if not self.known(text):
                return text
        raise _exhausted()

    def guid(self, text: str) -> str:
        """Return the stand-in of a GUID with what stands before and after it."""
        prefix = _PREFIX.match(text)
        start = prefix.end() if prefix else 0
        found = tokens.GUID_FORM.search(text, start)
        if found is None:
            return text[:start] + self.token(text[start:])
        if found.span() == (0, len(text)):
            return self.one_guid(text)
        before, after = text[start : found.start()], text[found.end() :]
        if not (after.isdigit() and len(after) == 1):
            after = self.token(after)
        return text[:start] + self.token(before) + self.one_guid(found[0]) + after

    def one_guid(self, guid: str) -> str:
        """Return another GUID, of the same version and case."""
        plain = guid.replace("-", "").upper()
        # There are so many that none of the original is drawn.
        raw = self.secret.stream("guid", plain.encode(), 16)
        drawn = raw[:16].hex().upper()
        # The digits of its version and variant stay.
        new = drawn[:12] + plain[12] + drawn[13:16] + plain[16] + drawn[17:]
        if guid != guid.upper():
            new = new.lower()
        if len(guid) == 32:
            return new
        return f"{new[:8]}-{new[8:12]}-{new[12:16]}-{new[16:20]}-{new[20:]}"

    def token(self, text: str) -> str:
        """Return the stand-in of a hash, a record's name or a tag."""
        if tokens.GUID_FORM.search(text) and not _is_hash(text):
            return self.in_pieces(text)
        out, end = [], 0
        for found in _HEX.finditer(text):
            out.append(self.drawn(text[end : found.start()], text))
            out.append(self._hash(found[0]))
            end = found.end()
        out.append(self.drawn(text[end:], text))
        return "".join(out)

    def _hash(self, text: str) -> str:
        if len(text) == 32:
            return self.one_guid(text)

        def draw(attempt: int) -> str:
            key = f"{text.lower()}{attempt or ''}".encode()
            drawn = self.secret.stream("hash", key, len(text)).hex()[: len(text)]
            return drawn if text == text.lower() else drawn.upper()

        return self.clean(draw)

    def name(self, text: str) -> str:
        """Return the stand-in of a file's or a group's name; known endings stay."""
        stem, dot, ending = text.partition(".")
        if ending.lower() not in kept("endings"):
            stem, dot, ending = text.rpartition(".")
        if not stem or ending.lower() not in kept("endings"):
            stem, dot, ending = text, "", ""
        if stem in kept("file_names"):
            return text
        prefix = _PREFIX.match(stem)
        is_guid = prefix or tokens.GUID_FORM.fullmatch(stem)
        return (self.guid(stem) if is_guid else self.in_pieces(stem)) + dot + ending

    def path(self, text: str) -> str:
        """Return the stand-in of a path; folders that all phones have stay."""
        out: list[str] = []
        for part in text.split("/"):
            out.append(part if self._is_kept(part, out) else self.name(part))
        return "/".join(out)

    @staticmethod
    def _is_kept(part: str, above: list[str]) -> bool:
        """Tell whether a folder is one that all phones have. A person's home is not."""
        if above and above[-1] in _HOMES:
            return False
        if _SHARDED.fullmatch(part):
            return not part or not _STORES.isdisjoint(above)
        return part in kept("folders")

    def archived(self, text: str) -> str:
        """Return the stand-in of a string of an archive; the format's own stay."""
        if text in literals() or _SIZE.fullmatch(text):
            return text
        if _REFERENCE.fullmatch(text):
            return self.guid(text)
        if text.startswith("?") and "=" in text:  # the query of a URL
            return self.of_url(text)
        return self.bundle(text) if text.startswith(_EXTENSION) else self.text(text)

    def bundle(self, text: str) -> str:
        """Return the stand-in of an app's identifier; Apple's own stay."""
        if text in kept("bundles"):
            return text
        start = len(_EXTENSION) if text.startswith(_EXTENSION) else 0
        return text[:start] + self.drawn(text[start:])

    def one_of(self, text: str, group: str) -> str:
        """Return what is on a list as it is, and a stand-in of anything else."""
        return text if text in kept(group) else self.token(text)


def _is_plain(text: str) -> bool:
    """Tell whether a text has one stand-in as a whole."""
    if not text or text.startswith(_own_beginnings()):
        return False
    return _MARK.search(text) is None or _PIECE.search(text) is None


@cache
def _own_beginnings() -> tuple[str, ...]:
    return (*kept("sentences"), *kept("reactions"))


def _is_hash(text: str) -> bool:
    return bool(re.fullmatch("[0-9A-Fa-f]+", text)) and len(text) != 32


@cache
def _reaction() -> re.Pattern[str]:
    phrases = "|".join(sorted(map(re.escape, kept("reactions")), key=len, reverse=True))
    pictures = "|".join(map(re.escape, sorted(kept("pictures"))))
    return re.compile(
        rf"(?:{phrases})(?: (?P<emoji>[^\w\s]{{1,20}})(?: to| from))?"
        rf" (?:“(?P<quoted>.*)”|{pictures})",
        re.DOTALL,
    )


def _exhausted() -> FoundryError:
    return FoundryError(
        "no stand-in was found that has nothing of the original\n"
        f"looked at {_MOST_DRAWS} drawn ones\n"
        "keep fewer rows (--chat, --last), or report this"
    )
