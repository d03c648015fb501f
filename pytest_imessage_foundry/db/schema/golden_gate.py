"""macOS 27 Golden Gate, in part: eleven of its tables were seen, nothing else.

The columns of those tables are from a genuine partial dump of 27.0 and agree with a
second one. The other tables, all indexes and all triggers of 27 are unknown; those of
26.5.2 stand in for them. Two tables that strings of its framework name (chat_part,
chat_part_message_join) are in neither dump and left out.
"""

from __future__ import annotations

from pytest_imessage_foundry.db.schema.tahoe import TAHOE

_RELEASE = TAHOE.evolve(
    name="golden-gate",
    title="macOS 27 Golden Gate",
    macos="27.0",
    experimental=True,
    features="filter_actions",
    add_columns={
        "message": """
            filter_action INTEGER DEFAULT 0
            filter_sub_action INTEGER DEFAULT 0
            is_preview_sent INTEGER DEFAULT 0
            is_preview_delivered INTEGER DEFAULT 0
            date_preview_sent INTEGER
            date_preview_delivered INTEGER
            date_updated INTEGER
            retry_count INTEGER
        """,
        "chat_message_join": """
            filter_action INTEGER NOT NULL DEFAULT 0
            filter_sub_action INTEGER NOT NULL DEFAULT 0
        """,
        "attachment": """
            preflight_info BLOB DEFAULT NULL
            sensitivity_analysis INTEGER DEFAULT 0
        """,
    },
)

GOLDEN_GATE = _RELEASE.laid_out(
    note="experimental: columns of 11 tables are from a file of 27.0 that was born on "
    "15.0 to 15.3; all indexes, triggers and other tables are those of 26.5.2",
    change_columns={
        "message": "after sent_or_received_off_grid: date_recovered INTEGER DEFAULT 0",
        "chat": "is_filtered INTEGER DEFAULT 0",
    },
)
