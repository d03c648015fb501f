//! Prints what the reader says of a file as readings, one a line.
//!
//!     imessage-foundry conform -- target/debug/adapter {db}

use chat_reader::{read, Entry, What};
use serde_json::{json, Value};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::{env, error::Error};

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os().nth(1).ok_or("usage: adapter CHAT.DB")?;
    let mut out = BufWriter::new(io::stdout().lock());
    for entry in read(Path::new(&path))? {
        writeln!(out, "{}", reading(&entry))?;
    }
    Ok(out.flush()?)
}

fn reading(entry: &Entry) -> Value {
    let mut reading = json!({
        "guid": entry.guid,
        "rowid": entry.rowid,
        "date": entry.date,
        "date_ns": entry.date_ns,
        "from_me": entry.from_me,
        "sender": entry.sender,
        "service": entry.service,
        "chat": entry.chat,
        "chat_rowid": entry.chat_rowid,
    });
    match &entry.what {
        What::Message { text } => {
            reading["kind"] = json!("message");
            reading["text"] = json!(text);
        }
        What::Tapback {
            of,
            part,
            tapback,
            removed,
        } => {
            reading["kind"] = json!("tapback");
            reading["of"] = json!(of);
            reading["part"] = json!(part);
            reading["tapback"] = json!(tapback);
            reading["removed"] = json!(removed);
        }
    }
    reading
}
