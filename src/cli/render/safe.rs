//! Log text on its way to a screen: valid, visible, and never an instruction
//! to the terminal.

pub use logsurge::visible;
use std::io;

/// Prints lines to standard error; nobody listening there is no trouble.
pub fn to_stderr(text: &str) {
    let safe: Vec<String> = text.lines().map(|line| visible(line.as_bytes())).collect();
    let _ = io::Write::write_all(&mut io::stderr(), (safe.join("\n") + "\n").as_bytes());
}

/// At most `chars` characters of `text`, with an ellipsis where it was cut.
pub fn shortened(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    text.chars().take(chars.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_that_it_could_obey() {
        assert_eq!(visible(b"a\tb\x1b[31m\0\xff"), "a b\\x1B[31m\\x00\u{fffd}");
        assert_eq!(visible("x\u{202e}y".as_bytes()), "x\\u{202e}y");
        assert_eq!(shortened("abcdef", 4), "abc…");
        assert_eq!(shortened("abcd", 4), "abcd");
    }
}
