//! Tests of the cheap key.

use super::*;

fn key(text: &str) -> String {
    let mut out = Vec::new();
    write(text.as_bytes(), &mut out);
    String::from_utf8(out).unwrap().replace('\x01', "<N>").replace('\x02', "<H>").replace('\x03', "#")
}

#[test]
fn runs_with_digits_are_blanked_and_nothing_else() {
    for (text, expected) in [
        ("no digits here", "no digits here"),
        ("took 15 ms", "took <N> ms"),
        ("blk_-1608999687919862906", "blk_-<N>"),
        ("0x1f 0X0 0x 0xg 10x1", "<H> <H> #x #xg #x#"),
        ("a64f992 9f4ef63", "<H> <H>"),
        ("jk2_init()", "jk#_init()"),
        ("10.251.73.220:50010", "<N>.<N>.<N>.<N>:<N>"),
        ("abcdef", "abcdef"),
        ("12ab", "#ab"),
        ("v1.2rc3", "v#.#rc#"),
        ("", ""),
        ("7", "<N>"),
    ] {
        assert_eq!(key(text), expected, "{text}");
    }
}

/// Where the windows of the walk fall must not matter: runs of digits of any
/// length, in words of any length, leave the hash as it is.
#[test]
fn the_length_of_a_run_of_digits_never_changes_the_hash() {
    let mut state = 11u64;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let seed = Seed::new(3);
    for _ in 0..20_000 {
        let mut texts = [String::new(), String::new()];
        for _ in 0..random(12) {
            let letters = "xyzghab .-/"[random(8) as usize..].chars().next().unwrap();
            let letters = String::from(letters).repeat(random(30) as usize);
            let has_digits = random(2) == 0;
            for text in &mut texts {
                text.push_str(&letters);
                if has_digits {
                    text.push_str(&"7".repeat(1 + random(40) as usize));
                }
            }
        }
        let keys = texts.clone().map(|text| key(&text));
        let hashes =
            texts.clone().map(|text| hash(&seed, 0, text.as_bytes(), 0, text.len(), &mut Runs::default()));
        assert_eq!(keys[0] == keys[1], hashes[0] == hashes[1], "{texts:?}");
    }
}

/// Digits replaced by digits never change the hash; a changed letter does.
#[test]
fn the_hash_follows_the_key() {
    let mut state = 7u64;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let alphabet = b"abcz019 .:_-=g/";
    let mut keys = std::collections::HashMap::new();
    for _ in 0..20_000 {
        // Now and then with more runs than are noted.
        let most = if random(4) == 0 { 800 } else { 40 };
        let text: Vec<u8> = (0..random(most)).map(|_| alphabet[random(15) as usize]).collect();
        let mut spelled = Vec::new();
        write(&text, &mut spelled);
        let seed = Seed::new(7);
        let mut runs = Runs::default();
        let hashed = hash(&seed, seed.start(0), &text, 0, text.len(), &mut runs);
        let noted: Vec<_> = (0..).map_while(|number| runs.get(&text, number)).collect();
        assert_eq!(noted, runs_with_digits(&text).collect::<Vec<_>>(), "{}", String::from_utf8_lossy(&text));
        assert_eq!(*keys.entry(spelled).or_insert(hashed), hashed, "{}", String::from_utf8_lossy(&text));
    }
    let distinct: std::collections::HashSet<u64> = keys.values().copied().collect();
    assert_eq!(distinct.len(), keys.len(), "two keys share a hash");
}
