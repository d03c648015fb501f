"""JSON of others is read in one way, or refused."""

from __future__ import annotations

import json

import pytest

from pytest_imessage_foundry import strict_json
from pytest_imessage_foundry.conversations import scenario_files
from pytest_imessage_foundry.db.schema import release_file
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.personas import records
from pytest_imessage_foundry.scorecard import known_faults
from pytest_imessage_foundry.strict_json import UnclearJSONError

PLAIN = '{"a": [1, -2.5, 1e300, 0.0, true, null, "\\u00e9"], "b": {"a": {}}}'
UNCLEAR = {
    '{"guid": "x", "guid": "y"}': "object with 'guid': 'x', 'guid': 'y': has "
    "the key 'guid' twice",
    '[{"a": {"b": 1, "c": 2, "b": 1}}]': "has the key 'b' twice",
    '{"a": NaN}': "NaN is not JSON",
    "[-Infinity]": "-Infinity is not JSON",
    "[1e999]": "1e999 is larger than any number",
    "[-1e999]": "-1e999 is larger than any number",
    '["NaN",\n "a \\" NaN",\n{"a": NaN}]': "line 3: NaN is not JSON",
    "\n[1e99,\n1e999]": "line 3: 1e999 is larger than any number",
}


@pytest.mark.parametrize("text", [PLAIN, PLAIN.encode(), PLAIN.encode("utf-16")])
def test_what_is_clear_is_read_as_usual(text):
    assert strict_json.loads(text) == json.loads(text)


@pytest.mark.parametrize(("text", "says"), UNCLEAR.items())
def test_what_is_not_clear_is_refused(text, says):
    with pytest.raises(UnclearJSONError) as refused:
        strict_json.loads(text)

    assert says in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "rubbish", "{'a': 1}", "[1,]", "[1] 2", "9" * 5000]
)
def test_what_is_no_json_is_a_value_error_as_usual(text):
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        strict_json.loads(text)

    assert not isinstance(refused.value, UnclearJSONError)


@pytest.mark.parametrize(
    "read",
    [
        lambda path: records.read(path),
        lambda path: scenario_files.read(path),
        lambda path: release_file.load(path),
        lambda path: known_faults.read(path),
    ],
    ids=["people", "scenario", "manifest", "known faults"],
)
@pytest.mark.parametrize(("text", "says"), UNCLEAR.items())
def test_every_file_of_others_is_read_so(tmp_path, read, text, says):
    path = tmp_path / "given.json"
    path.write_text(text)

    with pytest.raises(FoundryError) as refused:
        read(path)

    assert says in str(refused.value)
    assert str(path) in str(refused.value)
