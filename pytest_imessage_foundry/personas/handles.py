"""Addresses that belong to nobody: phone numbers, e-mail, short codes.

Every number comes from a range that its country's regulator keeps for films and
books. This table is the truth about that: `phonenumbers.is_valid_number` denies
the British, French and Irish mobile ranges, so it cannot be asked.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """`count` consecutive numbers: `prefix`, then `first` on `digits` digits."""

    prefix: str
    digits: int
    first: int
    count: int

    def number(self, index: int) -> str:
        # Neighbours in a list of people should not be neighbours on the dial.
        # 7919 is a prime that divides no count, so every number comes up once.
        place = self.first + index * 7919 % self.count
        return f"{self.prefix}{place:0{self.digits}}"

    def __contains__(self, address: object) -> bool:
        text = str(address)
        tail = text[len(self.prefix) :]
        return (
            text.startswith(self.prefix)
            and len(tail) == self.digits
            and tail.isascii()
            and tail.isdigit()
            and self.first <= int(tail) < self.first + self.count
        )


def _blocks(prefixes: str, digits: int, first: int, count: int) -> tuple[Block, ...]:
    return tuple(Block(each, digits, first, count) for each in prefixes.split())


def _singles(numbers: str) -> tuple[Block, ...]:
    return tuple(Block(each[:-1], 1, int(each[-1]), 1) for each in numbers.split())


# Mobiles come first: they are what has iMessage. The ranges were read in pages
# and public code that quote the regulators, not at the regulators themselves.
RANGES: dict[str, tuple[Block, ...]] = {
    # ACMA, "Numbers for use in radio, film and television": thirty single
    # mobiles, then ten thousand landlines in each of two ranges of four regions.
    "AU": (
        *_singles(
            "+61491570006 +61491570156 +61491570157 +61491570158 +61491570159"
            " +61491570110 +61491570313 +61491570737 +61491571266 +61491571491"
            " +61491571804 +61491572549 +61491572665 +61491572983 +61491573770"
            " +61491573087 +61491574118 +61491574632 +61491575254 +61491575789"
            " +61491576398 +61491576801 +61491577426 +61491577644 +61491578957"
            " +61491578148 +61491578888 +61491579212 +61491579760 +61491579455"
        ),
        *_blocks("+6125550 +6135550 +6175550 +6185550", 4, 0, 10_000),
        *_blocks("+6127010 +6137010 +6177010 +6187010", 4, 0, 10_000),
    ),
    # Bundesnetzagentur, Mitteilung 148/2021.
    "DE": (
        Block("+4917139200", 2, 0, 100),
        Block("+4917604069", 3, 0, 100),
        *_blocks("+493023125 +496990009 +494066969 +492214710 +498999998", 3, 0, 1000),
    ),
    # ARCEP's numbering plan: 06 39 98, then one range in each of five regions.
    "FR": (
        Block("+3363998", 4, 0, 10_000),
        *_blocks("+3319900 +3326191 +3335301 +3346571 +3353649", 4, 0, 10_000),
    ),
    # Ofcom, "Telephone numbers for drama use": mobiles, no area, the cities.
    "GB": (
        Block("+447700900", 3, 0, 1000),
        Block("+441632960", 3, 0, 1000),
        *_blocks("+442079460 +442896496 +442920180", 3, 0, 1000),
        *_blocks("+441134960 +441144960 +441154960 +441164960", 3, 0, 1000),
        *_blocks("+441174960 +441184960 +441214960 +441314960", 3, 0, 1000),
        *_blocks("+441414960 +441514960 +441614960 +441914980", 3, 0, 1000),
    ),
    # ComReg: all of 020 91.
    "IE": (Block("+3532091", 5, 0, 100_000),),
    # PTS, 2020: mobiles. Its four ranges of landlines could not be confirmed.
    "SE": (Block("+4670174", 4, 605, 95),),
}

# Geographic area codes of the North American plan, as phonenumbers 9.0.43 has
# them: 555-0100 is a valid number there that is neither toll-free nor personal.
# NANPA keeps 555-0100 to 555-0199 of each for fiction; other 555s are real.
_US = (
    "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 "
    "225 227 228 229 231 234 235 239 240 248 251 252 253 254 256 260 262 267 269 270 "
    "272 274 276 279 281 283 301 302 303 304 305 307 308 309 310 312 313 314 315 316 "
    "317 318 319 320 321 323 324 325 326 327 329 330 331 332 334 336 337 339 341 346 "
    "347 350 351 352 353 360 361 363 364 369 380 385 386 401 402 404 405 406 407 408 "
    "409 410 412 413 414 415 417 419 423 424 425 430 432 434 435 440 442 443 445 447 "
    "448 458 463 464 469 470 472 475 478 479 480 484 501 502 503 504 505 507 508 509 "
    "510 512 513 515 516 517 518 520 530 531 534 539 540 541 551 557 559 561 562 563 "
    "564 567 570 571 572 573 574 575 580 582 585 586 601 602 603 605 606 607 608 609 "
    "610 612 614 615 616 617 618 619 620 623 626 628 629 630 631 636 640 641 645 646 "
    "650 651 656 657 659 660 661 662 667 669 678 680 681 682 686 689 701 702 703 704 "
    "706 707 708 712 713 714 715 716 717 718 719 720 724 725 726 727 728 730 731 732 "
    "734 737 738 740 743 747 748 754 757 760 762 763 765 769 770 771 772 773 774 775 "
    "779 781 785 786 801 802 803 804 805 806 808 810 812 813 814 815 816 817 818 820 "
    "821 826 828 830 831 832 835 838 839 840 843 845 847 848 850 854 856 857 858 859 "
    "860 862 863 864 865 870 872 878 901 903 904 906 907 908 909 910 912 913 914 915 "
    "916 917 918 919 920 925 928 929 930 931 934 936 937 938 940 941 943 945 947 948 "
    "949 951 952 954 956 959 970 971 972 973 975 978 979 980 983 984 985 986 989"
)
_CA = (
    "204 226 236 249 250 257 263 273 289 306 343 354 365 367 368 382 403 416 418 428 "
    "431 437 438 450 468 474 506 514 519 548 579 581 584 587 604 613 639 647 672 683 "
    "705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 942"
)
AREA_CODES: dict[str, tuple[str, ...]] = {
    "CA": tuple(_CA.split()),
    "US": tuple(_US.split()),
}
LINES = 100  # that each area code keeps

# RFC 2606 keeps the three domains and the three top-level domains; RFC 6761 the
# same. Some validators refuse .test and .invalid, so none is handed out.
MAIL_DOMAINS = ("example.com", "example.org", "example.net")
_RESERVED_TOPS = ("example", "test", "invalid")
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe"}
)

# The US registry leases no short code that starts with 1 (its FAQ says so).
_SHORT_CODE = re.compile(r"1[0-9]{4,5}")
# Apple hands out UUIDs; a word that says it is an example is nobody's.
_BUSINESS = re.compile(r"urn:biz:(?:[0-9a-f-]{36}|example(?:-[a-z0-9]+)*)")


def countries() -> tuple[str, ...]:
    """Return the ISO codes of countries that reserve numbers for fiction."""
    return tuple(sorted({*RANGES, *AREA_CODES}))


def phone(country: str, index: int, *, fallback: bool = True) -> str:
    """Return the E.164 number `index` of a country, which belongs to nobody.

    Numbers of one country are all distinct. Where a country keeps none for
    fiction, or fewer than `index`, the number is an American one (area code,
    555-01xx); the first 25 of any two such countries differ, and from those of
    "US" below 17,950.

    Args:
        country: ISO 3166 code of two letters.
        index: 0 or more.
        fallback: whether the American numbers may stand in for missing ones.

    Raises:
        FoundryError: there is no such number, or the code is not one.
    """
    if not re.fullmatch("[A-Z]{2}", country) or index < 0:
        raise FoundryError(
            f"no phone number {index} of country {country!r}\n"
            "looked for an ISO code of two capital letters and an index from 0\n"
            "pass for instance phone('DE', 0)"
        )
    own = _size(country)
    if index < own:
        return _own(country, index)
    if not fallback or index - own >= LINES * len(AREA_CODES["US"]):
        raise FoundryError(
            f"country {country!r} has no phone number {index} reserved for fiction\n"
            f"looked in the table of ranges, which holds {own} of {country}\n"
            f"choose from {', '.join(countries())}, allow the fallback to American "
            "numbers, or give the persona an e-mail address"
        )
    return _stand_in(country, index - own)


def email(name: str, index: int) -> str:
    """Return an e-mail address for a person's name, under a domain of RFC 2606.

    Addresses of one name are distinct: `ana.diaz@example.com`, then
    `@example.org`, `@example.net`, `ana.diaz2@example.com` and so on.
    """
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    words = re.findall("[a-z0-9]+", "".join(c for c in plain if c.isascii()))
    local = ".".join(words)[:60].strip(".") or "someone"
    rounds, domain = divmod(index, len(MAIL_DOMAINS))
    # A hyphen keeps the second `r2` from being the twenty-second `r`.
    joint = "-" if local[-1].isdigit() else ""
    suffix = f"{joint}{rounds + 1}" if rounds else ""
    return f"{local}{suffix}@{MAIL_DOMAINS[domain]}"


def is_reserved(address: str) -> bool:
    """Return whether an address is reserved, by the table of this module."""
    if address.startswith("+"):
        return country_of(address) is not None
    local, at, domain = address.rpartition("@")
    if at:
        domain = domain.lower()
        reserved = domain in MAIL_DOMAINS or domain.endswith(
            tuple(f".{each}" for each in (*MAIL_DOMAINS, *_RESERVED_TOPS))
        )
        return bool(local) and reserved
    return bool(_SHORT_CODE.fullmatch(address) or _BUSINESS.fullmatch(address.lower()))


def country_of(address: str) -> str | None:
    """Return the ISO code of the country that reserves this number, else None.

    A number that stands in for a country without ranges is of "US".
    """
    code = address[2:5]
    for country, codes in AREA_CODES.items():
        if code in codes and address in _lines(code):
            return country
    for length, blocks in _by_prefix().items():
        for country, block in blocks.get(address[:length], ()):
            if address in block:
                return country
    return None


@cache
def _by_prefix() -> dict[int, dict[str, list[tuple[str, Block]]]]:
    """Return the blocks of all countries by the lengths of their prefixes, then by the
    prefixes. No number is in two of them."""
    found: dict[int, dict[str, list[tuple[str, Block]]]] = {}
    for country, blocks in RANGES.items():
        for block in blocks:
            alike = found.setdefault(len(block.prefix), {})
            alike.setdefault(block.prefix, []).append((country, block))
    return found


def parse(text: str, country: str) -> str:
    """Return the E.164 form of a number as people of `country` write it.

    Says nothing about whom the number belongs to; `is_reserved` does.

    Raises:
        FoundryError: no phone number can be made of it.
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise FoundryError(_unreadable(text, country, str(error))) from None
    if not phonenumbers.is_possible_number(number):
        raise FoundryError(_unreadable(text, country, "the length is wrong"))
    e164: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164


def _unreadable(text: str, country: str, why: str) -> str:
    return (
        f"{text!r} is no phone number: {why}\n"
        f"looked at it as dialled in {country!r}\n"
        "write it with its country's prefix, as in +12125550142"
    )


def _lines(code: str) -> Block:
    return Block(f"+1{code}55501", 2, 0, LINES)


@cache
def _size(country: str) -> int:
    """Return how many numbers of its own a country has."""
    ranges = sum(block.count for block in RANGES.get(country, ()))
    return ranges + LINES * len(AREA_CODES.get(country, ()))


def _own(country: str, index: int) -> str:
    if country in AREA_CODES:
        return _north_american(AREA_CODES[country], index)
    blocks = iter(RANGES[country])
    block = next(blocks)
    while index >= block.count:
        index -= block.count
        block = next(blocks)
    return block.number(index)


def _north_american(codes: tuple[str, ...], index: int) -> str:
    """Return number `index` of North America: every area code once, then again."""
    line, place = divmod(index, len(codes))
    code = place * 7919 % len(codes)
    return _lines(codes[code]).number(line + code)


def _stand_in(country: str, index: int) -> str:
    """Return an American number for a country without its own."""
    first, second = (ord(letter) - ord("A") for letter in country)
    total = LINES * len(AREA_CODES["US"])
    place = ((first * 26 + second) * 25 + index) % total
    return _north_american(AREA_CODES["US"], total - 1 - place)
