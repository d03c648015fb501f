//! Holds the reader against databases whose truth is known.
//!
//!     imessage-foundry export fixtures --scenario kinds,small && cargo test

use chat_reader::{read, What};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{collections::HashMap, env, fs};

fn fixtures() -> PathBuf {
    env::var_os("IMESSAGE_FIXTURES")
        .unwrap_or("fixtures".into())
        .into()
}

fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; run `imessage-foundry export fixtures`",
            path.display()
        )
    });
    serde_json::from_str(&text).expect("JSON")
}

/// Whether a field is as the truth says, or as one of its `or_else`.
fn is_true(truth: &Value, field: &str, said: &Value) -> bool {
    let others = truth["or_else"][field].as_array();
    truth[field] == *said || others.is_some_and(|others| others.contains(said))
}

#[test]
fn reads_every_message() {
    let folder = fixtures();
    let manifest = json(&folder.join("manifest.json"));
    for database in manifest["databases"].as_array().unwrap() {
        let name = database["database"].as_str().unwrap();
        let entries = read(&folder.join(name)).unwrap();
        let by_guid: HashMap<_, _> = entries.iter().map(|e| (e.guid.as_str(), e)).collect();
        let truth = json(&folder.join(database["truth"].as_str().unwrap()));
        let readings = truth["readings"].as_array().unwrap();
        let messages: Vec<_> = readings.iter().filter(|r| r["kind"] == "message").collect();
        assert!(!messages.is_empty(), "{name}");
        for reading in messages {
            let guid = reading["guid"].as_str().unwrap();
            let entry = by_guid
                .get(guid)
                .unwrap_or_else(|| panic!("{name}: no {guid}"));
            let What::Message { text } = &entry.what else {
                panic!("{name}: {guid} is no message")
            };
            // A text of "" is left out of the truth, as every default is.
            assert_eq!(
                text,
                reading["text"].as_str().unwrap_or(""),
                "{name}: {guid}"
            );
            assert_eq!(entry.date_ns, reading["date_ns"], "{name}: {guid}");
            assert!(
                is_true(reading, "sender", &entry.sender.clone().into()),
                "{name}: {guid}"
            );
            assert!(
                is_true(reading, "chat", &entry.chat.clone().into()),
                "{name}: {guid}"
            );
        }
    }
}
