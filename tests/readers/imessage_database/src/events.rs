//! What happened in a chat, where a row says so.

use imessage_database::tables::messages::{
    Message,
    models::{GroupAction, SharedLocation},
};
use serde_json::{Value, json};

use crate::{Handles, person};

/// (kind, whom it happened to, new name).
pub fn tell(message: &Message, handles: &Handles) -> Value {
    if message.is_kept_audio_message() {
        return json!(["audio-kept", null, null]);
    }
    if message.is_shareplay() {
        return json!(["shareplay", null, null]);
    }
    match message.shared_location_kind() {
        Some(SharedLocation::Started) => return json!(["location-started", null, null]),
        Some(SharedLocation::Stopped) => return json!(["location-stopped", null, null]),
        None => (),
    }
    match message.group_action() {
        None => Value::Null,
        Some(GroupAction::ParticipantAdded(who)) => json!(["added", person(handles, who), null]),
        Some(GroupAction::ParticipantRemoved(who)) => {
            json!(["removed", person(handles, who), null])
        }
        Some(GroupAction::NameChange(name)) => json!(["renamed", null, name]),
        Some(GroupAction::ParticipantLeft) => json!(["left", null, null]),
        Some(GroupAction::GroupIconChanged) => json!(["photo-set", null, null]),
        Some(GroupAction::GroupIconRemoved) => json!(["photo-removed", null, null]),
        Some(GroupAction::ChatBackgroundChanged) => json!(["background-set", null, null]),
        Some(GroupAction::ChatBackgroundRemoved) => json!(["background-removed", null, null]),
        Some(GroupAction::PhoneNumberChanged(_)) => json!(["number-changed", null, null]),
    }
}
