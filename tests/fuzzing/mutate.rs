//! Ways to spoil an input.

use crate::random::Random;

/// What logs are made of, and what has broken programs that read them.
const WORDS: &[&[u8]] = &[
    b"2026-03-02T14:02:31Z ",
    b"2026-03-02 14:02:31,123 ",
    b"2026-03-02T14:02:31.123456789+02:00 ",
    b"Mar  2 14:02:31 host prog[12]: ",
    b"<34>1 2026-03-02T14:02:31Z host app 12 ID47 [x@1 a=\"b\"] ",
    b"<13>Feb 29 23:59:60 ",
    b"[02/Mar/2026:14:02:31 +0000] ",
    b"081109 203615 ",
    b"2005-06-03-15.42.50.363779 ",
    b"03-17 16:13:38.811 ",
    b"I0302 14:02:31.000000 ",
    b"[Sun Dec 04 04:47:44 2005] ",
    b"20171223-22:15:29:606|",
    b"[10.30 16:49:06] ",
    b"1772460151 ",
    b"1772460151123 ",
    b"1772460151.123 ",
    b"1772460151123456789 ",
    b"2026-03-02T14:02:31.5Z stdout P ",
    b"2026-03-02T14:02:31.5Z stderr F ",
    b"0000-00-00T00:00:00Z ",
    b"9999-12-31T23:59:59Z ",
    b"-0001-01-01 ",
    b"99999999999999999999",
    b"18446744073709551616",
    b"0x",
    b"deadbeef",
    b"550e8400-e29b-41d4-a716-446655440000",
    b"10.0.0.1:443",
    b"[::1]:80",
    b"user@host.example",
    b"password=hunter2",
    b"Bearer abcdefghijklmnop",
    b"/var/log/app.log",
    b"https://u:p@host/path?a=1&b=2",
    b"ERROR ",
    b"INFO ",
    b"level=warn ",
    b"FATAL",
    b"failed",
    b"panic: ",
    b"Traceback (most recent call last):\n",
    b"Caused by: java.lang.Error: x\n",
    b"\tat a.b.C(D.java:1)\n",
    b"  File \"x.py\", line 3\n",
    b"... 12 more\n",
    b"thread 'main' panicked at src/a.rs:1:2:\n",
    b"{\"time\":\"2026-03-02T14:02:31Z\",\"level\":\"error\",\"msg\":\"",
    b"{\"log\":\"",
    b"\\n\",\"stream\":\"stderr\",\"time\":\"2026-03-02T14:02:31Z\"}",
    b"\"MESSAGE\":[104,105]",
    b"\"PRIORITY\":\"3\"",
    b"\\u0000",
    b"\\ud83d\\ude00",
    b"\\ud800",
    b"\\\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b"{{{{{{{{{{{{{{{{",
    b"[[[[[[[[[[[[[[[[",
    b"\"",
    b"'",
    b"=",
    b"a=b ",
    b"msg=\"",
    b": ",
    b", ",
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\x01",
    b"\x02",
    b"\x03",
    b"\x03!",
    b"\x1b[31m",
    b"\x1b]0;t\x07",
    b"\x7f",
    b"\xc3\xa9",
    b"\xe2\x80\xa8",
    b"\xf0\x9f\x98\x80",
    b"\xff\xfe",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"#",
    b"<*>",
    b"%",
    b"%Y-%m-%d %H:%M:%S%.f %z",
    b"%b %e %T",
    b"(?i)",
    b"(a|b)*",
    b"[a-z]+",
    b"\\d+",
    b"$",
    b"^",
    b".gz",
    b".1",
    b"-20260302",
    b"\x1f\x8b\x08\x00",
    b"\x28\xb5\x2f\xfd",
    b"\x50\x2a\x4d\x18\x04\x00\x00\x00",
];

/// Repeated bytes at most; what is quadratic shows well before.
const REPEATS_MAX: u64 = 1 << 14;

/// Mutates inputs up to a length.
pub struct Mutator {
    bytes_max: usize,
}

impl Mutator {
    pub fn new(bytes_max: usize) -> Mutator {
        Mutator { bytes_max }
    }

    /// One of `inputs`, spoiled a few times.
    pub fn mutated(&mut self, inputs: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
        let mut input = one_of(inputs, random).clone();
        for _ in 0..=random.below(3) + random.below(3) * random.below(3) {
            self.step(&mut input, inputs, random);
            input.truncate(self.bytes_max);
        }
        input
    }

    fn step(&self, input: &mut Vec<u8>, inputs: &[Vec<u8>], random: &mut Random) {
        let (from, to) = span(input.len(), random);
        match random.below(16) {
            0 => flip(input, random),
            1 => set_byte(input, random),
            2 => drop(input.drain(from..to)),
            3 => input.truncate(from),
            4..8 => {
                let word = WORDS[random.below(WORDS.len() as u64) as usize];
                let end = if random.below(2) == 0 { from } else { to.min(from + word.len()) };
                input.splice(from..end, word.iter().copied());
            }
            8 => digits(input, from, random),
            9 => {
                let piece = input[from..to].to_vec();
                input.splice(from..from, piece);
            }
            10 => {
                let other = one_of(inputs, random);
                let (a, b) = span(other.len(), random);
                input.splice(from..to, other[a..b].iter().copied());
            }
            11 => swap_lines(input, random),
            12 => repeat(input, from, to, random),
            13 => {
                let byte = random.below(256) as u8;
                input.insert(from, byte);
            }
            14 => number(input, from, random),
            _ => {
                // A stretch moves elsewhere.
                let piece: Vec<u8> = input.drain(from..to).collect();
                let at = random.below(input.len() as u64 + 1) as usize;
                input.splice(at..at, piece);
            }
        }
    }
}

fn one_of<'a>(inputs: &'a [Vec<u8>], random: &mut Random) -> &'a Vec<u8> {
    &inputs[random.below(inputs.len() as u64) as usize]
}

/// A stretch, most often a short one.
fn span(length: usize, random: &mut Random) -> (usize, usize) {
    let from = random.below(length as u64 + 1) as usize;
    let most = [1, 4, 16, 64, length as u64][random.below(5) as usize];
    (from, (from + random.below(most + 1) as usize).min(length))
}

fn flip(input: &mut [u8], random: &mut Random) {
    if !input.is_empty() {
        let at = random.below(input.len() as u64) as usize;
        input[at] ^= 1 << random.below(8);
    }
}

fn set_byte(input: &mut [u8], random: &mut Random) {
    if !input.is_empty() {
        let at = random.below(input.len() as u64) as usize;
        input[at] = [0, 1, 0x7f, 0x80, 0xff, b'\n', b' ', b'"', b'0', random.below(256) as u8]
            [random.below(10) as usize];
    }
}

/// A run of digits becomes another, of any length.
fn digits(input: &mut Vec<u8>, from: usize, random: &mut Random) {
    let start = input[from..].iter().position(u8::is_ascii_digit).map_or(from, |at| from + at);
    let end = start + input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let length = [1, 2, 3, 4, 9, 10, 13, 19, 20, 40][random.below(10) as usize];
    let run: Vec<u8> = (0..length).map(|_| b'0' + random.below(10) as u8).collect();
    input.splice(start..end, run);
}

fn swap_lines(input: &mut Vec<u8>, random: &mut Random) {
    let mut lines: Vec<Vec<u8>> = input.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.len() > 1 {
        let (a, b) = (random.below(lines.len() as u64) as usize, random.below(lines.len() as u64) as usize);
        lines.swap(a, b);
        *input = lines.concat();
    }
}

/// A stretch comes again and again, most often a few times.
fn repeat(input: &mut Vec<u8>, from: usize, to: usize, random: &mut Random) {
    let piece = if to > from { input[from..to].to_vec() } else { vec![b' '] };
    let most = [64, 512, 2_048, REPEATS_MAX][random.below(4) as usize];
    let most = if random.below(8) == 0 { most } else { 8 };
    let times = random.below(most) as usize;
    let times = times.min((1 << 16) / piece.len());
    input.splice(from..from, piece.repeat(times));
}

/// A small number, as formats write lengths.
fn number(input: &mut [u8], from: usize, random: &mut Random) {
    let value = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, u64::MAX, random.below(1 << 32)]
        [random.below(9) as usize];
    let bytes = if random.below(2) == 0 { value.to_le_bytes() } else { value.to_be_bytes() };
    let width = [1, 2, 4, 8][random.below(4) as usize];
    for (slot, byte) in input[from..].iter_mut().zip(&bytes[..width]) {
        *slot = *byte;
    }
}
