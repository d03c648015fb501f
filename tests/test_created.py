"""What is made on the way is taken back, and nothing else."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.atomic import removing_on_error


def test_what_was_made_goes_again(tmp_path):
    with pytest.raises(KeyboardInterrupt), removing_on_error() as made:  # noqa: PT012
        made.folder(tmp_path / "a" / "b")
        made.file(tmp_path / "a" / "b" / "file")
        (tmp_path / "a" / "b" / "file").touch()
        raise KeyboardInterrupt

    assert list(tmp_path.iterdir()) == []


def test_what_was_there_or_is_somebody_elses_stays(tmp_path):
    mine, theirs = tmp_path / "there" / "mine", tmp_path / "there" / "new" / "theirs"
    mine.parent.mkdir()
    mine.touch()
    with pytest.raises(OSError, match="full"), removing_on_error() as made:  # noqa: PT012
        made.file(mine)
        made.folder(theirs.parent)
        theirs.touch()
        raise OSError("full")

    assert mine.exists()
    assert theirs.exists()


def test_what_is_done_stays(tmp_path):
    with removing_on_error() as made:
        made.folder(tmp_path / "a" / "b")

    assert (tmp_path / "a" / "b").is_dir()
