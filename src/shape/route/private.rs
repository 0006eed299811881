//! Which parts of a path are nobody's business.
//!
//! A link that lets its holder in carries its secret in its path: `/reset/QxWvbRtz`. A route is
//! read by many and stays in files, so what stands behind a part that announces such a link is
//! kept only if it is a word that paths have there, and so are letters that no hand would write.
//! When in doubt a part is hidden: a route too few is no harm.
//!
//! Where it fails: a secret of small letters behind a part that announces none.

use crate::redact::LINK_WORDS;

/// What a part announces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Announced {
    #[default]
    Nothing,
    /// A step on the way in: one of some words most often, or what a provider is called.
    Step,
    /// A secret.
    Secret,
}

// limits
/// Letters of a plain word behind what announces a step.
const STEP_BYTES_MAX: usize = 12;
/// So few letters hold no secret.
const LETTERS_MIN: usize = 8;
/// Capitals that stand for words: `HTTP`, `HTTPS`.
const CAPITALS_MAX: usize = 5;

/// Words whose next part mostly is a step.
const STEPS: [&str; 6] = ["auth", "callback", "login", "oauth", "signin", "sso"];
/// What paths have behind both, and what is no secret.
const USUAL: [&str; 45] = [
    "accept",
    "account",
    "all",
    "authorize",
    "cancel",
    "change",
    "check",
    "complete",
    "create",
    "delete",
    "done",
    "edit",
    "email",
    "error",
    "failed",
    "forgot",
    "form",
    "html",
    "info",
    "introspect",
    "json",
    "link",
    "list",
    "logout",
    "me",
    "new",
    "page",
    "phone",
    "php",
    "public",
    "refresh",
    "register",
    "request",
    "resend",
    "revoke",
    "send",
    "set",
    "setting",
    "sign",
    "signup",
    "status",
    "success",
    "update",
    "user",
    "username",
];
/// Words of two letters that names of functions have.
const SHORT: [&[u8]; 14] =
    [b"as", b"at", b"by", b"db", b"id", b"in", b"ip", b"is", b"my", b"of", b"on", b"or", b"to", b"ui"];

impl Announced {
    /// Whether a part that was announced so is hidden.
    pub(super) fn hides(self, part: &[u8]) -> bool {
        let is_plain = part.len() <= STEP_BYTES_MAX && part.iter().all(u8::is_ascii_lowercase);
        match self {
            Announced::Nothing => false,
            Announced::Step => !is_plain && !is_usual(part),
            Announced::Secret => !is_usual(part),
        }
    }

    /// What is announced behind such a part.
    pub(super) fn then(self, part: &[u8]) -> Announced {
        let own = announced_by(part);
        match self {
            // Who the link is for may stand before the secret.
            Announced::Secret if self.hides(part) => Announced::Step,
            Announced::Secret => Announced::Secret,
            _ => own,
        }
    }
}

fn announced_by(part: &[u8]) -> Announced {
    if words(part).any(|word| is_among(&LINK_WORDS, word)) {
        Announced::Secret
    } else if words(part).any(|word| is_among(&STEPS, word)) {
        Announced::Step
    } else {
        Announced::Nothing
    }
}

/// Whether all its words are those that paths have there.
fn is_usual(part: &[u8]) -> bool {
    words(part).all(|word| [&LINK_WORDS[..], &STEPS, &USUAL].iter().any(|known| is_among(known, word)))
        && part.iter().all(|b| b.is_ascii_alphabetic() || b"-_.".contains(b))
}

fn is_among(known: &[&str], word: &[u8]) -> bool {
    let one = word.strip_suffix(b"s").unwrap_or(word);
    let is = |known: &str| [word, one].iter().any(|word| known.as_bytes().eq_ignore_ascii_case(word));
    known.iter().any(|known| is(known))
}

/// Whether its letters are small and large as no hand would write them: `QxWvbRtz`, but not
/// `getUserById` or `AddItem`.
pub(super) fn is_made_up(part: &[u8]) -> bool {
    part.iter().filter(|b| b.is_ascii_alphabetic()).count() >= LETTERS_MIN
        && part.iter().any(u8::is_ascii_uppercase)
        && part.iter().any(u8::is_ascii_lowercase)
        && !words(part).all(is_word)
}

/// Whether a person would have written it.
fn is_word(word: &[u8]) -> bool {
    let is_vowel = |b: &u8| b"aeiouy".contains(&b.to_ascii_lowercase());
    match word {
        [_] => true,
        _ if word.iter().all(u8::is_ascii_uppercase) => word.len() <= CAPITALS_MAX,
        [_, _] => SHORT.iter().any(|short| short.eq_ignore_ascii_case(word)),
        _ => word.iter().any(is_vowel),
    }
}

/// The words of a part: `get`, `URL`, `By`, `Id` of `getURLById`.
fn words(part: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = part;
    std::iter::from_fn(move || {
        let from = rest.iter().position(u8::is_ascii_alphabetic)?;
        rest = &rest[from..];
        let capitals = rest.iter().take_while(|b| b.is_ascii_uppercase()).count();
        let small = rest[capitals..].iter().take_while(|b| b.is_ascii_lowercase()).count();
        // The last of several capitals begins the next word.
        let length = if capitals > 1 && small > 0 { capitals - 1 } else { capitals + small };
        let (word, behind) = rest.split_at(length);
        rest = behind;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_functions_are_no_secrets() {
        for name in [
            "getUserProfile",
            "getURLById",
            "AddItem",
            "hipstershop.CartService",
            "HTTPServer",
            "WebResource.axd",
            "eCommerce",
            "ServiceWorker",
            "Accept-Language",
            "checkout",
            "FAVICON.ICO",
            "README",
        ] {
            assert!(!is_made_up(name.as_bytes()), "{name}");
        }
        for secret in ["aGVsbGXbJsZA", "QxWvbRtz", "qWeRtYuI", "AbCdEfGh", "dGhpcyBpcyBhIHNl", "xYz-aBcDeF"] {
            assert!(is_made_up(secret.as_bytes()), "{secret}");
        }
    }

    #[test]
    fn the_words_of_a_part_are_told_apart() {
        let of = |part: &'static str| words(part.as_bytes()).map(|word| std::str::from_utf8(word).unwrap());
        assert_eq!(of("getURLById").collect::<Vec<_>>(), ["get", "URL", "By", "Id"]);
        assert_eq!(of("-a_BC.d\u{1}e").collect::<Vec<_>>(), ["a", "BC", "d", "e"]);
    }
}
