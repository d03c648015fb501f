//! What a balloon shows: link previews, cards of apps, drawings and polls.

use imessage_database::{
    message_types::{
        app::AppMessage,
        digital_touch::DigitalTouchMessage,
        handwriting::HandwrittenMessage,
        url::URLMessage,
        variants::{BalloonProvider, CustomBalloon, URLOverride},
    },
    rusqlite::Connection,
    tables::{capabilities::Capabilities, messages::Message},
    util::plist::parse_ns_keyed_archiver,
};
use serde_json::{Map, Value, json};

use crate::{Failure, balloon};

type Fields = Map<String, Value>;

pub fn tell(
    message: &Message,
    db: &Connection,
    able: &Capabilities,
    fields: &mut Fields,
) -> Result<(), Failure> {
    match balloon(message) {
        None => (),
        Some(CustomBalloon::URL) => link(message, db, fields)?,
        Some(CustomBalloon::Polls) => poll(message, db, able, fields)?,
        Some(CustomBalloon::Handwriting | CustomBalloon::DigitalTouch) => {
            let drawn = message.raw_payload_data(db).map(|bytes| drawing(&bytes));
            fields.insert("drawing".into(), json!(drawn));
        }
        Some(_) => card(message, db, fields)?,
    }
    Ok(())
}

fn link(message: &Message, db: &Connection, fields: &mut Fields) -> Result<(), Failure> {
    let Some(payload) = message.payload_data(db) else {
        return Ok(());
    };
    let payload = parse_ns_keyed_archiver(&payload)?;
    let shows = match URLMessage::get_url_message_override(&payload)? {
        URLOverride::Normal(page) => json!([page.url.or(page.original_url), page.title]),
        URLOverride::AppleMusic(song) => json!([song.url, song.track_name]),
        URLOverride::AppStore(app) => json!([app.get_url(), app.app_name]),
        URLOverride::Collaboration(work) => json!([work.get_url(), work.title]),
        URLOverride::SharedPlacemark(place) => {
            json!([place.get_url(), place.place_name, place.placemark.name])
        }
    };
    fields.insert("link".into(), shows);
    Ok(())
}

fn card(message: &Message, db: &Connection, fields: &mut Fields) -> Result<(), Failure> {
    let Some(payload) = message.payload_data(db) else {
        return Ok(());
    };
    let payload = parse_ns_keyed_archiver(&payload)?;
    let app = AppMessage::from_map(&payload)?;
    fields.insert("app".into(), json!([app.ldtext, app.caption, app.title]));
    fields.insert("app_name".into(), json!(app.app_name));
    let timed = app.check_in_kind();
    let timed = timed.map(|(kind, date)| (format!("{kind:?}"), date.timestamp() - crate::EPOCH));
    fields.insert("check_in".into(), json!(timed));
    Ok(())
}

fn drawing(bytes: &[u8]) -> String {
    if HandwrittenMessage::from_payload(bytes).is_ok() {
        return "handwriting".into();
    }
    let gesture = match DigitalTouchMessage::from_payload(bytes) {
        Ok(DigitalTouchMessage::Tap(_)) => "tap",
        Ok(DigitalTouchMessage::Sketch(_)) => "sketch",
        Ok(DigitalTouchMessage::Kiss(_)) => "kiss",
        Ok(DigitalTouchMessage::Heartbeat(_)) => "heartbeat",
        Ok(DigitalTouchMessage::Fireball(_)) => "fireball",
        Ok(DigitalTouchMessage::Media(_)) => "media",
        Err(_) => "unknown",
    };
    format!("digital touch {gesture}")
}

fn poll(
    message: &Message,
    db: &Connection,
    able: &Capabilities,
    fields: &mut Fields,
) -> Result<(), Failure> {
    let Some(poll) = message.as_poll(db, able)? else {
        return Ok(());
    };
    let options = poll.order.iter().filter_map(|id| poll.options.get(id));
    let shown = options.map(|option| {
        let voters: Vec<_> = option.votes.iter().map(|vote| &vote.voter).collect();
        json!([option.text, voters])
    });
    fields.insert("poll".into(), json!(shown.collect::<Vec<_>>()));
    Ok(())
}
