//! The text of an attributedBody, which is an archive of NSArchiver (a typedstream).

/// Before the text stands the type of a string: a new type code `+` of one byte.
const STRING: &[u8] = &[0x84, 0x01, b'+'];

/// Returns the first string of the archive, which is the text; `None` if it is cut off.
pub fn text_of(body: &[u8]) -> Option<String> {
    let at = body
        .windows(STRING.len())
        .position(|bytes| bytes == STRING)?;
    let rest = &body[at + STRING.len()..];
    // One byte of length, or a tag and two or four bytes.
    let (length, start): (usize, usize) = match *rest.first()? {
        0x81 => (
            u16::from_le_bytes(rest.get(1..3)?.try_into().ok()?) as usize,
            3,
        ),
        0x82 => (
            u32::from_le_bytes(rest.get(1..5)?.try_into().ok()?) as usize,
            5,
        ),
        length => (length as usize, 1),
    };
    let text = rest.get(start..length.checked_add(start)?)?;
    Some(String::from_utf8_lossy(text).into_owned())
}

#[test]
fn a_body_that_is_cut_off_has_no_text() {
    for body in [
        &[0x84, 1, b'+'][..],
        &[0x84, 1, b'+', 0x81, 5],
        &[0x84, 1, b'+', 5, b'a'],
    ] {
        assert_eq!(text_of(body), None);
    }
}
