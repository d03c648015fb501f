"""What attachments' paths begin with, on a Mac and on an iPhone.

Whoever copies a database that is built needs this, and nothing else of the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# What stands before an attachment's path in attachment.filename: `~` is the user's
# home on a Mac (SEMANTICS §5) and /var/mobile on an iPhone, whose backups hold the
# files under Library/SMS/Attachments of their MediaDomain (several public readers
# of backups, and rows quoted in a public analysis of an iOS 18 sms.db).
MAC_ROOT = "~/Library/Messages/Attachments/"
IOS_ROOT = "~/Library/SMS/Attachments/"
IOS_NAME = "sms.db"


def root_for(database: Path) -> str:
    """Return what attachment paths begin with in a database, by its name."""
    return IOS_ROOT if database.name == IOS_NAME else MAC_ROOT
