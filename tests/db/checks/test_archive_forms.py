"""What is of the form of a right archive is right, as the parser has it."""

from __future__ import annotations

import plistlib
import sqlite3
from contextlib import closing
from plistlib import UID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.db.checks import plists
from pytest_imessage_foundry.db.checks.archive_forms import ArchiveForm
from pytest_imessage_foundry.reading.attributed_strings import parsed


def as_parsed(data):
    """What is wrong with an archive, by the slow way."""
    try:
        return plists.archive_fault(plists.loads(data))
    except ValueError as error:
        return str(error)


@pytest.fixture(scope="module")
def archives(whole):
    """The archives of the catalogue: payloads of apps, and what detectors found."""
    with closing(sqlite3.connect(f"{whole.as_uri()}?immutable=1", uri=True)) as rows:
        found = [*rows.execute("SELECT payload_data, attributedBody FROM message")]
    bodies = [parsed(body) for _, body in found if body]
    values = [payload for payload, _ in found]
    values += [v for body in bodies for _, run in body.runs for v in run.values()]
    lists = [v for v in values if isinstance(v, bytes) and v.startswith(b"bplist")]
    return [data for data in lists if as_parsed(data) == ""]


@pytest.fixture(scope="module")
def one_of_each_form(archives):
    known = {}
    for data in archives:
        if not any(form.fits(data) for form in known):
            known[ArchiveForm.of(data)] = data
    known.pop(None, None)
    return known


def test_archives_are_of_fewer_forms(archives, one_of_each_form):
    assert 10 < len(one_of_each_form) < len(archives)
    assert all(form.fits(data) for form, data in one_of_each_form.items())


@pytest.mark.parametrize("by", [1, 0x80])
@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.sweep)])
def test_a_spoilt_archive_that_is_of_a_form_is_right(one_of_each_form, step, by):
    fitting = 0
    for number, (form, data) in enumerate(one_of_each_form.items()):
        for place in range(number % step, len(data), step):
            byte = data[place]
            spoilt = data[:place] + bytes([(byte + by) & 0xFF]) + data[place + 1 :]
            if form.fits(spoilt):
                fitting += 1
                assert as_parsed(spoilt) == ""
    assert fitting > 0


@pytest.mark.parametrize("examples", [100, pytest.param(500, marks=pytest.mark.sweep)])
def test_cut_and_crossed_archives_that_are_of_a_form_are_right(
    one_of_each_form, examples
):
    @settings(derandomize=True, deadline=None, max_examples=examples)
    @given(data=st.data())
    def check(data):
        form, one = data.draw(st.sampled_from([*one_of_each_form.items()]))
        other = data.draw(st.sampled_from([*one_of_each_form.values()]))
        cut = data.draw(st.integers(0, len(one)))
        for made in (one[:cut], one[:cut] + other[cut:], one + other[cut:]):
            assert not form.fits(made) or as_parsed(made) == ""

    check()


TEXTS = st.text(st.sampled_from("ab é🙂\ud800"), max_size=400)
NUMBERS = st.integers(0, 2**62) | st.floats(allow_nan=False)


def archive(text, other, data, number, key="Key"):
    """Write an archive of a text that is a key too, two others, data, a number."""
    named = {"$classname": "NSData", "$classes": ["NSData", "NSObject"]}
    held = {"$class": UID(6), key: UID(2), "NS.data": UID(4), "Number": number}
    objects = ["$null", held, text, other, data, key, named]
    content = {
        "$archiver": "NSKeyedArchiver",
        "$objects": objects,
        "$top": {"root": UID(1)},
        "$version": 100_000,
    }
    return plistlib.dumps(content, fmt=plistlib.FMT_BINARY, sort_keys=False)


@pytest.mark.parametrize("examples", [100, pytest.param(300, marks=pytest.mark.sweep)])
def test_other_values_leave_the_form_as_it_is(examples):
    forms = [ArchiveForm.of(archive("x" * n, "y" * n, b"z" * n, 7)) for n in (9, 300)]

    @settings(derandomize=True, deadline=None, max_examples=examples)
    @given(texts=st.tuples(TEXTS, TEXTS), data=st.binary(max_size=300), number=NUMBERS)
    def check(texts, data, number):
        texts = [each.encode("utf-16", "surrogatepass") for each in texts]
        one, other = (each.decode("utf-16", "replace") for each in texts)
        # Equal objects are written once, and then the archive is of another form.
        assume(one != other and number != 100_000)
        assume(not {one, other} & {"", "Key", "Number", "NSData"})
        made = archive(one, other, data or b"-", number)
        assert as_parsed(made) == ""
        assert any(form.fits(made) for form in forms)

    check()


def test_a_text_that_is_also_a_key_stays():
    form = ArchiveForm.of(archive("one", "other", b"data", 7, key="Key"))

    assert form.fits(archive("two", "third", b"more", 8, key="Key"))
    assert not form.fits(archive("two", "third", b"more", 8, key="Yek"))


@pytest.mark.parametrize("examples", [40, pytest.param(200, marks=pytest.mark.sweep)])
def test_objects_that_share_bytes_make_no_wrong_form(examples):
    """A table may let an object begin within a text, or reach into it."""

    @settings(derandomize=True, deadline=None, max_examples=examples)
    @given(data=st.data())
    def check(data):
        whole = archive(
            "text\xd1\x00\x00", "\xa1\x01 and \x80\x7f", b"\xd1\x01\x02..", 7
        )
        start = int.from_bytes(whole[-8:])
        place = data.draw(st.integers(start, len(whole) - 33))
        odd = (
            whole[:place] + bytes([data.draw(st.integers(8, 255))]) + whole[place + 1 :]
        )
        assume(as_parsed(odd) == "")
        form = ArchiveForm.of(odd)
        for at in range(8, len(odd)) if form else ():
            spoilt = odd[:at] + bytes([(odd[at] + 1) & 0xFF]) + odd[at + 1 :]
            assert not form.fits(spoilt) or as_parsed(spoilt) == ""

    check()


@pytest.mark.parametrize("text", [b"\xd8\x00\x00a", b"\x00a\xdc\x00", b"\xd8\x00"])
def test_half_a_character_is_of_no_form(text):
    good = "é" * (len(text) // 2)
    whole = archive(good, "other", b"data", 7)
    form = ArchiveForm.of(whole)
    spoilt = whole.replace(good.encode("utf-16-be"), text)

    assert spoilt != whole
    assert as_parsed(spoilt)
    assert not form.fits(spoilt)
