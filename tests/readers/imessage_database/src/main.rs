//! Print what the crate `imessage-database` makes of each row of a chat.db.
//!
//! One JSON object a line: first the chats, then the messages. The adapter
//! `adapters/imessage_database.py` makes readings of them.

mod balloons;
mod bodies;
mod events;

use std::{collections::HashMap, error::Error, path::Path};

use imessage_database::{
    chrono::{DateTime, Utc},
    message_types::{
        edited::EditStatus,
        expressives::{Expressive, ScreenEffect},
        variants::{CustomBalloon, Tapback, TapbackAction, Variant},
    },
    rusqlite::Connection,
    tables::{
        attachment::Attachment,
        capabilities::Capabilities,
        chat::Chat,
        chat_handle::ChatToHandle,
        handle::Handle,
        messages::Message,
        messages::models::Service,
        table::{ME, get_connection},
    },
    util::query_context::QueryContext,
};
use serde_json::{Value, json};

type Failure = Box<dyn Error>;
type Handles = HashMap<i32, String>;

/// Seconds between 1970 and 2001.
const EPOCH: i64 = 978_307_200;

fn main() -> Result<(), Failure> {
    let path = std::env::args()
        .nth(1)
        .ok_or("the path of a chat.db is missing")?;
    let db = get_connection(Path::new(&path))?;
    let handles = Handle::ids_by_rowid(Handle::load(&db)?);
    chats(&db, &handles)?;
    let able = Capabilities::determine(&db)?;
    let every = QueryContext::default();
    let mut rows = Message::stream_rows(&db, &able, &every)?;
    for message in Message::rows(&mut rows, [])? {
        println!("{}", row(&message?, &db, &able, &handles)?);
    }
    Ok(())
}

fn chats(db: &Connection, handles: &Handles) -> Result<(), Failure> {
    let members = ChatToHandle::participants_by_chat(db)?;
    for (rowid, chat) in Chat::by_rowid(db)? {
        let people: Vec<_> = members.get(&rowid).into_iter().flatten().collect();
        let people: Vec<_> = people.iter().map(|who| handles.get(who)).collect();
        let told = json!({
            "chat_rowid": rowid,
            "name": chat.display_name(),
            "participants": people,
        });
        println!("{told}");
    }
    Ok(())
}

fn row(
    message: &Message,
    db: &Connection,
    able: &Capabilities,
    handles: &Handles,
) -> Result<Value, Failure> {
    let mut told = json!({
        "guid": message.guid,
        "chat": message.chat_rowid(),
        "sender": if message.is_from_me() { None } else { message.handle_id.and_then(|rowid| person(handles, rowid)) },
        "date": message.date()?.timestamp() - EPOCH,
        "service": service(message),
        "deleted": message.is_deleted(),
        "reaction": reaction(message),
    });
    let fields = told.as_object_mut().expect("made above");
    if fields["reaction"].is_null() {
        said(message, fields);
        bodies::tell(message, fields);
        fields.insert("event".into(), events::tell(message, handles));
        let files = Attachment::from_message(db, message, able)?;
        fields.insert("every_name".into(), json!(names(&files)));
        fields.insert("has_files".into(), json!(message.has_attachments()));
        let translation = message.get_translation(db).ok().flatten();
        let translated = translation.map(|each| each.translated_text);
        fields.insert("translation".into(), json!(translated));
        balloons::tell(message, db, able, fields)?;
    }
    Ok(told)
}

fn said(message: &Message, fields: &mut serde_json::Map<String, Value>) {
    let seconds = |date: Option<DateTime<Utc>>| {
        let seconds = date.map(|date| date.timestamp() - EPOCH);
        seconds.filter(|seconds| *seconds != 0)
    };
    let parts = message.edited_parts.iter().flat_map(|each| &each.parts);
    let edited = parts
        .clone()
        .enumerate()
        .filter(|(_, part)| part.status == EditStatus::Edited);
    let versions: Vec<_> = edited
        .flat_map(|(number, part)| {
            let history = part.edit_history.iter();
            history.map(move |each| json!([number, each.text]))
        })
        .collect();
    let whole = message.is_fully_unsent();
    let some = parts.clone().any(|part| part.status == EditStatus::Unsent);
    let facts = json!({
        "text": message.text,
        "subject": message.subject,
        "read": seconds(message.date_read().ok()),
        "delivered": seconds(message.date_delivered().ok()),
        "changed": seconds(message.date_edited().ok()),
        "is_reply": message.is_reply(),
        "reply_to": message.thread_originator_guid,
        "edits": versions,
        "unsent": whole,
        "partly_unsent": some && !whole,
        "effect": effect(message),
    });
    fields.extend(facts.as_object().expect("made above").clone());
}

fn service(message: &Message) -> Option<String> {
    match message.service() {
        Service::Unknown => None,
        Service::Satellite => Some("iMessageLite".into()),
        named => Some(named.to_string()),
    }
}

/// An address; None is the owner, whom the crate calls Me and finds under 0.
pub fn person(handles: &Handles, rowid: i32) -> Option<&String> {
    handles.get(&rowid).filter(|address| *address != ME)
}

/// A send effect by its name in kebab case.
fn effect(message: &Message) -> Option<String> {
    let name = match message.get_expressive() {
        Expressive::None => return None,
        Expressive::Bubble(effect) => format!("{effect:?}"),
        // CKSparklesEffect is what the menu of Messages calls Celebration.
        Expressive::Screen(ScreenEffect::Sparkles) => "Celebration".into(),
        Expressive::Screen(effect) => format!("{effect:?}"),
        Expressive::Unknown(name) => return Some(name.into()),
    };
    let hyphened = name.chars().enumerate().map(|(at, letter)| {
        let hyphen = if at > 0 && letter.is_uppercase() {
            "-"
        } else {
            ""
        };
        format!("{hyphen}{}", letter.to_ascii_lowercase())
    });
    Some(hyphened.collect())
}

/// (kind, target, part, removed) of a row that points at another.
fn reaction(message: &Message) -> Value {
    let Variant::Tapback(part, action, tapback) = message.variant() else {
        return Value::Null;
    };
    let target = message.clean_associated_guid().map(|(_, guid)| guid);
    let placed = message.associated_message_type == Some(1000);
    let kind = match tapback {
        Tapback::Sticker if placed => "placed".to_string(),
        Tapback::Emoji(emoji) => emoji.unwrap_or_default().to_string(),
        named => named.to_string().to_lowercase(),
    };
    json!([kind, target, part, action == TapbackAction::Removed])
}

fn names(files: &[Attachment]) -> Vec<Option<&str>> {
    let named = files.iter().map(Attachment::filename);
    named
        .map(|name| name.and_then(|path| path.rsplit('/').next()))
        .collect()
}

/// What a balloon is called by the crate, where it is one.
pub fn balloon(message: &Message) -> Option<CustomBalloon<'_>> {
    match message.variant() {
        Variant::App(custom) => Some(custom),
        _ => None,
    }
}
