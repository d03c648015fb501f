"""Names for addresses, as imessage-exporter finds them in our AddressBook."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry import layouts
from pytest_imessage_foundry.by_hand import ChatDBBuilder

from .absent import needed
from .exporter import Export
from .exporter_html import imessage_exporter_html

pytestmark = pytest.mark.readers


@pytest.fixture(autouse=True)
def _installed():
    needed("imessage-exporter", "imessage-exporter")


@pytest.mark.parametrize("is_named", [False, True], ids=["by-itself", "named"])
@pytest.mark.parametrize("numbers", ["e164", "national", "international"])
def test_names(tmp_path, numbers, is_named):
    """By itself it looks into Sources under HOME; the file above can be named."""
    author = ChatDBBuilder("tahoe")
    uma = author.person("Uma Kent", country="GB")
    people = author.person("Alex Doe"), author.person("Kim Lee", email=True), uma
    for person in people:
        author.direct(person).receive(f"From {person.name}")
    (tmp_path / "scratch").mkdir()
    order = author.build(tmp_path / "scratch" / "chat.db")._order
    layouts.build(order, tmp_path, "home")
    top, _ = layouts.write_address_book(
        tmp_path,
        author.people,
        numbers=numbers,
        stores="top" if is_named else "sources",
    )

    how = Export(home=tmp_path, contacts=top if is_named else None)
    reading = imessage_exporter_html(layouts.database_in(tmp_path, "home"), how)

    # A fault of its own: "07700 900123" is not looked for under +44 7700 900123.
    unnamed = uma.identifier if numbers == "national" else "Uma Kent"
    assert {message.sender for message in reading.messages} == {
        "Alex Doe",
        "Kim Lee",
        unnamed,
    }
