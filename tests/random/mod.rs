//! Random words and numbers for invented logs, the same for the same seed.
#![allow(dead_code)] // Each test file uses what it needs.

/// A generator that is the same everywhere (splitmix64).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
    pub fn of(&mut self, alphabet: &str, length: u64) -> String {
        let bytes = alphabet.as_bytes();
        (0..length).map(|_| char::from(bytes[self.below(bytes.len() as u64) as usize])).collect()
    }
    pub fn hex(&mut self, length: u64) -> String {
        self.of("0123456789abcdef", length)
    }
    pub fn name(&mut self) -> String {
        let length = 4 + self.below(6);
        self.of("abcdefghiklmnoprstuvw", length)
    }
}
