from __future__ import annotations

from random import Random
from uuid import RFC_4122, UUID

from pytest_imessage_foundry.models.guids import guid_of


def test_a_guid_is_the_random_uuid_of_its_bits() -> None:
    bits = Random(0)
    for number in (0, (1 << 128) - 1, *(bits.getrandbits(128) for _ in range(200))):
        assert guid_of(number) == str(UUID(int=number, version=4)).upper()


def test_a_guid_says_that_it_is_random() -> None:
    guid = UUID(guid_of((1 << 128) - 1))
    assert (guid.version, guid.variant) == (4, RFC_4122)
