//! What the drivers share: the lines of a file, at the least cost there can be.

use std::fs::File;
use std::io::{BufRead, BufReader, Result};

const BUFFER_BYTES: usize = 256 * 1024;

/// Opens the file that is named first on the command line.
///
/// # Panics
/// If there is none, or it cannot be read: a driver has nothing better to do.
pub fn input() -> impl BufRead {
    let path = std::env::args_os().nth(1).expect("the first argument is a file");
    BufReader::with_capacity(BUFFER_BYTES, File::open(path).expect("the file can be read"))
}

/// Hands over each line that is text, without its end; says how many there were of all kinds.
///
/// One buffer holds all of them in turn. The miners take `&str`, so a line that is not UTF-8 is mended first.
///
/// # Errors
/// If the file cannot be read to its end.
pub fn for_each_line(mut input: impl BufRead, mut mine: impl FnMut(&str)) -> Result<u64> {
    let mut line = Vec::new();
    let mut lines = 0;
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        mine(&String::from_utf8_lossy(text));
        line.clear();
        lines += 1;
    }
    Ok(lines)
}
