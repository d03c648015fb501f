//! The bubbles of a message and what stands on their text.

use imessage_database::{
    message_types::text_effects::{detected::unit::Unit, style::Style, text_effect::TextEffect},
    tables::messages::{
        Message,
        models::{AttributedRange, BubbleComponent},
    },
};
use serde_json::{Map, Value, json};

pub fn tell(message: &Message, fields: &mut Map<String, Value>) {
    let text = message.text.as_deref().unwrap_or_default();
    let mut parts: Vec<_> = message.components.iter().map(part).collect();
    if message.is_fully_unsent() {
        // Nothing is left of the body then; the history counts its parts.
        let gone = message
            .edited_parts
            .as_ref()
            .map_or(0, |each| each.parts.len());
        parts = vec!["unsent"; gone];
    }
    let ranges: Vec<_> = message.components.iter().flat_map(runs).collect();
    let mut marks = Vec::new();
    let mut detected = Vec::new();
    let mut mentions = Vec::new();
    for range in &ranges {
        let marked = text.get(range.start..range.end);
        for effect in &range.effects {
            match effect {
                TextEffect::Default => (),
                TextEffect::Mention(who) => mentions.push(who),
                TextEffect::Link(url) => marks.push(json!(["link", marked, url])),
                TextEffect::Styles(styles) => marks.extend(
                    styles
                        .iter()
                        .map(|style| json!([styled(style), marked, null])),
                ),
                TextEffect::Animated(how) => {
                    marks.push(json!([format!("{how:?}").to_lowercase(), marked, null]))
                }
                found => detected.push(json!([kind(found), marked, null])),
            }
        }
    }
    let files = ranges.iter().filter_map(|range| range.attachment.as_ref());
    let spoken = files.clone().find_map(|file| file.transcription.as_ref());
    let guids: Vec<_> = files.clone().map(|file| &file.guid).collect();
    let facts = json!({
        "parts": parts,
        "marks": marks,
        "detected": detected,
        "mentions": mentions,
        "guids": guids,
        "transcript": spoken,
    });
    fields.extend(facts.as_object().expect("made above").clone());
}

fn part(component: &BubbleComponent) -> &'static str {
    match component {
        BubbleComponent::App => "app",
        BubbleComponent::Retracted => "unsent",
        BubbleComponent::Run(ranges) => {
            let plain = |range: &AttributedRange| !range.is_attachment();
            if ranges.iter().any(plain) {
                "text"
            } else {
                "file"
            }
        }
    }
}

fn runs(component: &BubbleComponent) -> &[AttributedRange] {
    match component {
        BubbleComponent::Run(ranges) => ranges,
        _ => &[],
    }
}

fn styled(style: &Style) -> &'static str {
    match style {
        Style::Bold => "bold",
        Style::Italic => "italic",
        Style::Strikethrough => "strikethrough",
        Style::Underline => "underline",
    }
}

fn kind(found: &TextEffect) -> &'static str {
    match found {
        TextEffect::OTP => "one-time-code",
        TextEffect::Address(_) => "address",
        TextEffect::Currency(_) => "money",
        // Its name for an event of a calendar.
        TextEffect::Conversion(Unit::Timezone) => "calendar",
        TextEffect::Conversion(_) => "unit",
        TextEffect::Tracking(_) => "shipment",
        TextEffect::Flight(_) => "flight",
        _ => "unknown",
    }
}
