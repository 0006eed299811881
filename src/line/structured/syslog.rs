//! Syslog as it travels: a priority in front.
//!
//! RFC 5424, `<165>1 STAMP HOST APP PROCID MSGID [data] MESSAGE`, says app and
//! message; RFC 3164, `<13>STAMP HOST TAG: MESSAGE`, is an ordinary line once its
//! priority has become a level.

use super::Said;
use super::values::{moment_of, priority_level, write_moment};
use crate::line::stamp;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Notes what the head of a syslog line says; the message behind it.
pub(super) fn unwrap<'a>(line: &'a [u8], said: &mut Said) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(b"<")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=3).contains(&digits) || rest.get(digits) != Some(&b'>') {
        return None;
    }
    let priority = rest[..digits].iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    if priority > 191 {
        return None;
    }
    let rest = &rest[digits + 1..];
    let message = match rest.strip_prefix(b"1 ") {
        Some(head) => unwrap_5424(head, said)?,
        None => unwrap_3164(rest, said)?,
    };
    said.relay_level(priority_level(priority));
    Some(message)
}

fn unwrap_5424<'a>(head: &'a [u8], said: &mut Said) -> Option<&'a [u8]> {
    let (time, rest) = word(head)?;
    let (_host, rest) = word(rest)?;
    let (app, rest) = word(rest)?;
    let (_process, rest) = word(rest)?;
    let (_kind, rest) = word(rest)?;
    let message = behind_data(rest)?;
    let moment = moment_of(time);
    if moment.is_none() && time != b"-" {
        return None;
    }
    if let Some(moment) = moment {
        write_moment(time, moment, &mut said.time);
    }
    if app != b"-" {
        said.logger.extend_from_slice(app);
    }
    said.raw = true;
    said.whole = true;
    Some(message.strip_prefix(BYTE_ORDER_MARK).unwrap_or(message))
}

/// The next word and what stands behind its blank.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b' ', text)?;
    (end > 0).then(|| (&text[..end], &text[end + 1..]))
}

/// The message behind `-` or `[id key="value"][...]`.
fn behind_data(text: &[u8]) -> Option<&[u8]> {
    if let Some(rest) = text.strip_prefix(b"-") {
        return rest.strip_prefix(b" ").or_else(|| rest.is_empty().then_some(rest));
    }
    let mut rest = text;
    while let Some(element) = rest.strip_prefix(b"[") {
        rest = behind_element(element)?;
    }
    (rest.len() < text.len()).then(|| rest.strip_prefix(b" ").unwrap_or(rest))
}

fn behind_element(element: &[u8]) -> Option<&[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, &byte) in element.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return Some(&element[at + 1..]),
            _ => {}
        }
    }
    None
}

/// Stamp and host go to the front as they are: the reader of stamps knows both.
fn unwrap_3164<'a>(line: &'a [u8], said: &mut Said) -> Option<&'a [u8]> {
    let stamp = stamp::find(line).filter(|stamp| stamp.start == 0);
    let Some(stamp) = stamp else {
        // Some write no stamp; then a tag or a word must follow at once.
        return line.first().filter(|byte| byte.is_ascii_alphabetic()).map(|_| line);
    };
    let mut end = stamp.end;
    if stamp.host_follows {
        let (host, _) = word(&line[end..])?;
        if !host.ends_with(b":") && !host.contains(&b'[') {
            end += host.len() + 1;
        }
    }
    said.lead.extend_from_slice(&line[..end]);
    Some(&line[end..])
}
