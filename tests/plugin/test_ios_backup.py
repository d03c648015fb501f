"""Fixture `ios_backup`, and where the mark puts chat_db."""

from __future__ import annotations

from pathlib import Path

import pytest

HEAD = """
    import plistlib, sqlite3
    from contextlib import closing
    from pathlib import Path
    import pytest
    pytestmark = pytest.mark.imessage(scenario="small", versions="tahoe")
    SMS = "3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28"

    def rows(path, query):
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(query).fetchall()
"""


def test_what_tools_find_in_it(plain_run, pytester):
    pytester.makepyfile(
        HEAD
        + """
    def test_messages(ios_backup, chat_db):
        query = "SELECT guid, text FROM message ORDER BY ROWID"
        assert rows(Path(ios_backup) / SMS, query) == rows(chat_db, query)
        assert ios_backup.chat_db.conversations == chat_db.conversations
        with ios_backup.chat_db.connect() as connection:
            assert connection.execute(query).fetchall() == rows(chat_db, query)

    def test_nobody_writes_to_it(ios_backup):
        with pytest.raises(Exception, match="a backup.s list"):
            with ios_backup.chat_db.live(): pass

    def test_files(ios_backup):
        sent = [f for m in ios_backup.chat_db.messages for f in m.attachments]
        for file in sent:
            path = f"Library/SMS/{file.folder}/{file.path}"
            there = ios_backup.place_of("MediaDomain", path).is_file()
            assert there is (file.state == "present")

    @pytest.mark.imessage(backup_password="secret")
    def test_encrypted(ios_backup):
        assert ios_backup.password == "secret"
        said = plistlib.loads((ios_backup.path / "Manifest.plist").read_bytes())
        assert said["IsEncrypted"]
        assert (ios_backup.path / SMS).read_bytes()[:6] != b"SQLite"
        assert ios_backup.chat_db.messages

    def test_fails(ios_backup):
        Path("failed").write_text(str(ios_backup))
        assert False
    """
    )

    result = plain_run()

    result.assert_outcomes(passed=4, failed=1)
    kept = Path((pytester.path / "failed").read_text())
    assert f"kept: {kept}" in result.stdout.str()
    assert (kept / "Manifest.db").is_file()
    assert len([*kept.parent.iterdir()]) == 1


def test_where_chat_db_stands(plain_run, pytester):
    pytester.makepyfile(
        HEAD
        + """
    @pytest.mark.imessage(layout="ios")
    def test_ios(chat_db):
        place = "private/var/mobile/Library/SMS/sms.db"
        assert chat_db.path.as_posix().endswith(place)
        with chat_db.live() as phone:
            phone.receive(chat_db.conversations[0], "On my way")
        assert chat_db.report().ok

    @pytest.mark.imessage(layout="home")
    def test_home(chat_db):
        assert chat_db.path.as_posix().endswith("/Library/Messages/chat.db")
        assert (chat_db.path.parents[1] / "Application Support/AddressBook").is_dir()

    @pytest.mark.imessage(layout="ios-backup")
    def test_backup(chat_db):
        assert chat_db.path.as_posix().endswith(SMS)
        assert (chat_db.path.parents[1] / "Manifest.db").is_file()
        assert chat_db.report().ok

    @pytest.mark.imessage(layout="migrated")
    def test_schema(chat_db):
        assert chat_db.spec.layout == "migrated"

    @pytest.mark.imessage(layout="ios")
    def test_alone(chat_db_readonly): pass
    """
    )

    result = plain_run()

    result.assert_outcomes(passed=4, errors=1)
    result.stdout.fnmatch_lines(["*chat_db_readonly is a file alone*"])


@pytest.mark.parametrize("password", ["''", "7"])
def test_no_word_is_no_password(plain_run, pytester, password):
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.imessage(backup_password={password})
        def test_it(ios_backup): pass
        """
    )

    result = plain_run()

    assert result.ret != 0
    result.stdout.fnmatch_lines(["imessage(backup_password=*) must be a word*"])


def test_a_backup_has_no_layout_of_a_home(plain_run, pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(layout="home", scenario="empty")
        def test_alone(ios_backup): pass

        @pytest.mark.imessage(layout="home", scenario="empty")
        def test_beside(ios_backup, chat_db): pass
        """
    )
    result = plain_run()
    result.assert_outcomes(errors=4, passed=4)  # on each release
    result.stdout.fnmatch_lines(
        ["*has no layout 'home'*", "*messages_home or chat_db*"]
    )
