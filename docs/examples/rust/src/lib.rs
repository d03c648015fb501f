//! Reads the messages and tapbacks of an Apple Messages chat.db.

mod body;

use rusqlite::{Connection, OpenFlags, Result, Row};
use std::path::Path;

const MESSAGES: &str = include_str!("../messages.sql");
const TAPBACKS: [&str; 8] = [
    "loved",
    "liked",
    "disliked",
    "laughed",
    "emphasized",
    "questioned",
    "emoji",
    "sticker",
];

/// What all rows have.
#[derive(Debug)]
pub struct Entry {
    pub guid: String,
    pub rowid: i64,
    /// ISO 8601 in UTC, to the second.
    pub date: String,
    /// Nanoseconds since 2001, as text.
    pub date_ns: String,
    pub from_me: bool,
    /// The address of who wrote it; `None` if the owner did, or nobody is named.
    pub sender: Option<String>,
    pub service: Option<String>,
    pub chat: Option<String>,
    pub chat_rowid: Option<i64>,
    pub what: What,
}

/// What a row says.
#[derive(Debug)]
pub enum What {
    Message {
        text: String,
    },
    Tapback {
        of: String,
        part: Option<i64>,
        tapback: &'static str,
        removed: bool,
    },
}

/// Reads a chat.db, oldest first, without writing to it.
pub fn read(path: &Path) -> Result<Vec<Entry>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = Connection::open_with_flags(path, flags)?;
    let mut statement = connection.prepare(MESSAGES)?;
    let rows = statement.query_map([], entry)?;
    rows.collect()
}

fn entry(row: &Row) -> Result<Entry> {
    let what = match row.get::<_, String>("kind")?.as_str() {
        "tapback" => tapback(row.get("type")?, &row.get::<_, String>("target")?),
        _ => What::Message { text: text(row)? },
    };
    Ok(Entry {
        guid: row.get("guid")?,
        rowid: row.get("rowid")?,
        date: row.get("date")?,
        date_ns: row.get("date_ns")?,
        from_me: row.get("from_me")?,
        sender: row.get("sender")?,
        service: row.get("service")?,
        chat: row.get("chat")?,
        chat_rowid: row.get("chat_rowid")?,
        what,
    })
}

/// The text, without the characters that stand for files and apps.
fn text(row: &Row) -> Result<String> {
    let body: Option<Vec<u8>> = row.get("body")?;
    let text = match body.as_deref().and_then(body::text_of) {
        Some(text) => text,
        None => row.get::<_, Option<String>>("text")?.unwrap_or_default(),
    };
    Ok(text.replace(['\u{fffc}', '\u{fffd}'], ""))
}

/// `target` is `p:0/GUID` for a part, `bp:GUID` for a balloon, or the GUID alone.
fn tapback(number: i64, target: &str) -> What {
    let part = target
        .strip_prefix("p:")
        .and_then(|rest| rest.split('/').next())
        .and_then(|part| part.parse().ok());
    let of = target.rsplit(['/', ':']).next().unwrap_or(target);
    What::Tapback {
        of: of.to_owned(),
        part,
        tapback: TAPBACKS[(number % 1000) as usize],
        removed: number >= 3000,
    }
}
