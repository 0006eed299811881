//! What a raw line says of itself in pairs: `key=value`, `"key":"value"`, `"key":7`.
//!
//! Crude on purpose, for it reads lines of any format and cut ones too, and a wrong pair does
//! no harm: it is only compared with the same pair of other lines.

// limits
const KEY_BYTES_MAX: usize = 32;
const VALUE_BYTES_MAX: usize = 80;

/// The pairs of a line, at most `max` of them, from left to right.
pub(super) fn pairs(line: &[u8], max: usize) -> Vec<(&[u8], &[u8])> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(sign) = memchr::memchr2(b'=', b':', &line[at..]) {
        let sign = at + sign;
        at = sign + 1;
        let Some(key) = key_before(line, sign) else { continue };
        let from = sign + 1 + line[sign + 1..].iter().take_while(|byte| **byte == b' ').count();
        if line[sign] == b'=' && from > sign + 1 {
            continue;
        }
        let Some((value, end)) = value_at(line, from) else { continue };
        at = end;
        if !value.is_empty() && value.len() <= VALUE_BYTES_MAX {
            found.push((key, value));
        }
        if found.len() >= max {
            break;
        }
    }
    found
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// The key that ends before the sign; a colon asks for one in quotes.
fn key_before(line: &[u8], sign: usize) -> Option<&[u8]> {
    let quoted = sign > 0 && line[sign - 1] == b'"';
    if line[sign] == b':' && !quoted {
        return None;
    }
    let end = sign - usize::from(quoted);
    let start = end - line[..end].iter().rev().take_while(|byte| is_key_byte(**byte)).count();
    let key = &line[start..end];
    let named = key.len() <= KEY_BYTES_MAX && key.first().is_some_and(u8::is_ascii_alphabetic);
    (named && (!quoted || start > 0 && line[start - 1] == b'"')).then_some(key)
}

/// The value that begins here and where it ends; none if it is a list, an object or cut.
fn value_at(line: &[u8], from: usize) -> Option<(&[u8], usize)> {
    let rest = line.get(from..)?;
    match rest.first()? {
        b'"' => {
            let end = 1 + memchr::memchr(b'"', &rest[1..])?;
            Some((&rest[1..end], from + end + 1))
        }
        b'{' | b'[' | b'=' => None,
        _ => {
            let ends = |byte: &u8| byte.is_ascii_whitespace() || b",;&\"'()[]{}<>".contains(byte);
            let end = rest.iter().position(ends).unwrap_or(rest.len());
            Some((&rest[..end], from + end))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_found_in_any_format() {
        for (line, expected) in [
            ("GET path=/cart user=\"anna b\" ok", &["path:/cart", "user:anna b"][..]),
            (
                r#"{"level":"info", "status": 200,"at":{"host":"a-1"},"x":[1]}"#,
                &["level:info", "status:200", "host:a-1"],
            ),
            ("time 12:30:01 a==b c= d", &[]),
            ("GET /a?id=5&n=7 HTTP", &["id:5", "n:7"]),
            ("=x", &[]),
            ("key=", &[]),
            ("key=\"cut", &[]),
        ] {
            let found: Vec<String> = pairs(line.as_bytes(), 9)
                .iter()
                .map(|(key, value)| {
                    format!("{}:{}", String::from_utf8_lossy(key), String::from_utf8_lossy(value))
                })
                .collect();
            assert_eq!(found, expected, "{line}");
        }
        assert_eq!(pairs(b"a=1 b=2 c=3", 2).len(), 2);
    }
}
