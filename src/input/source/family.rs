//! Which file names are the rotated siblings of one log.
//!
//! `app.log`, `app.log.1`, `app.log.2.gz` · `app.log-20240501.gz`, `app.log.2024-05-01` ·
//! `app-2024-05-01.log` · `out.log.000`, `out.log.001`. Only names are looked at; the
//! ending of a compressor is stripped, and decides nothing else.
//!
//! A bare number is weak evidence, as `web.1` and `web.2` may be two machines and `10.0.0.1`
//! an address. It counts only if the name before it ends in "log" or is a file itself.
//! A name that is nothing but a date has no base and stays alone.

use super::super::identity::{Identity, identity_of};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

// limits
/// Digits of a rotation number: more are an identifier or a time.
const NUMBER_DIGITS_MAX: usize = 6;
/// Digits of a group behind a date: epoch nanoseconds are the longest in use.
const GROUP_DIGITS_MAX: usize = 19;

const PACKED: [&str; 6] = [".gz", ".zst", ".xz", ".bz2", ".lz4", ".Z"];

/// The files of one source, oldest first as far as their names tell.
pub(in crate::input) struct Kin {
    pub(in crate::input) name: String,
    pub(in crate::input) files: Vec<Sibling>,
}

pub(in crate::input) struct Sibling {
    pub(in crate::input) path: PathBuf,
    /// The path without a compressor's ending, if it has one.
    pub(in crate::input) unpacked: Option<PathBuf>,
    part: Part,
}

/// How rotation named a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) enum Naming {
    Base,
    Dated,
    /// Newest last where zeros lead, else newest first by custom.
    Numbered {
        padded: bool,
    },
}

impl Sibling {
    pub(in crate::input) fn naming(&self) -> Naming {
        match (&self.part.date, self.part.number) {
            (Some(_), _) => Naming::Dated,
            (None, Some(Number { padded, .. })) => Naming::Numbered { padded },
            (None, None) => Naming::Base,
        }
    }
}

/// What a file's name says about its place in a family.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    base: String,
    /// The day as yyyymmdd, then the numbers behind it; ascending in time.
    date: Option<Vec<u64>>,
    number: Option<Number>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Number {
    value: i64,
    /// Written with leading zeros: counted upwards, not shifted at each rotation.
    padded: bool,
}

/// Groups files into families. The answer does not depend on the order of `paths`.
pub(super) fn families(mut paths: Vec<PathBuf>) -> Vec<Kin> {
    paths.sort();
    let mut groups: BTreeMap<(Option<Identity>, String), Vec<Sibling>> = BTreeMap::new();
    let mut lone = Vec::new();
    for path in paths {
        match sibling(&path) {
            Some(sibling) => {
                let key = (directory_of(&path), sibling.part.base.clone());
                groups.entry(key).or_default().push(sibling);
            }
            None => lone.push(path),
        }
    }
    let mut kin = Vec::new();
    for ((_, base), files) in groups {
        let believed = numbers_are_believed(&base, &files);
        let (family, strangers): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|file| believed || file.part.number.is_none());
        lone.extend(strangers.into_iter().map(|file| file.path));
        kin.extend(family_of(&base, family));
    }
    kin.extend(lone.into_iter().map(|path| Kin {
        name: path.to_string_lossy().into_owned(),
        files: vec![Sibling {
            unpacked: None,
            part: Part { base: String::new(), date: None, number: None },
            path,
        }],
    }));
    kin
}

/// The family of one file among the files that lie beside it.
pub(in crate::input) fn relatives(path: &Path, beside: impl Iterator<Item = PathBuf>) -> Kin {
    let base = |path: &Path| Some(sibling(path)?.part.base);
    let own = base(path);
    // As the path was spelled, so that it is found again.
    let named = |found: &Path| Some(path.with_file_name(found.file_name()?));
    let mut paths: Vec<PathBuf> =
        beside.filter(|found| base(found) == own).filter_map(|found| named(&found)).collect();
    paths.retain(|found| found != path);
    paths.push(path.to_path_buf());
    let kin = families(paths).into_iter().find(|kin| kin.files.iter().any(|file| file.path == path));
    kin.unwrap_or_else(|| Kin { name: path.to_string_lossy().into_owned(), files: Vec::new() })
}

fn family_of(base: &str, mut files: Vec<Sibling>) -> Option<Kin> {
    let first = files.first()?;
    let name = match files.len() {
        1 => first.path.clone(),
        _ => first.path.with_file_name(base),
    };
    let padded = files.iter().any(|file| file.part.number.is_some_and(|number| number.padded));
    files.sort_by(|a, b| (age(&a.part, padded), &a.path).cmp(&(age(&b.part, padded), &b.path)));
    Some(Kin { name: name.to_string_lossy().into_owned(), files })
}

/// Orders the parts of a family, oldest first: dated, numbered, the base file.
fn age(part: &Part, padded: bool) -> (u8, Option<&[u64]>, i64) {
    let rank = match (&part.date, part.number) {
        (Some(_), _) => 0,
        (None, Some(_)) => 1,
        (None, None) => 2,
    };
    let number = match part.number {
        None => i64::MAX,
        Some(number) if padded => number.value,
        Some(number) => -number.value,
    };
    (rank, part.date.as_deref(), number)
}

fn numbers_are_believed(base: &str, files: &[Sibling]) -> bool {
    let by_name = base.to_ascii_lowercase().ends_with("log");
    let listed = |file: &Sibling| file.part.number.is_none();
    let on_disk = |file: &Sibling| file.path.with_file_name(base).is_file();
    by_name || files.iter().any(listed) || files.first().is_some_and(on_disk)
}

/// The directory a path lies in, however it was spelled.
fn directory_of(path: &Path) -> Option<Identity> {
    let parent = path.parent()?;
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let metadata = fs::metadata(parent).ok()?;
    Some(identity_of(parent, &metadata))
}

fn sibling(path: &Path) -> Option<Sibling> {
    let name = path.file_name()?.to_str()?;
    let unpacked = without_packing(name);
    Some(Sibling {
        path: path.to_path_buf(),
        unpacked: (unpacked != name).then(|| path.with_file_name(unpacked)),
        part: part_of(unpacked),
    })
}

fn without_packing(name: &str) -> &str {
    PACKED.iter().find_map(|ending| name.strip_suffix(ending)).filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// Takes a name apart; one without any mark of rotation is its own base.
fn part_of(name: &str) -> Part {
    if let Some((base, date)) = without_date(name) {
        return Part { base, date: Some(date), number: None };
    }
    let Some((stem, number)) = without_number(name) else {
        return Part { base: name.into(), date: None, number: None };
    };
    let (base, date) = match without_date(stem) {
        Some((base, date)) => (base, Some(date)),
        None => (stem.into(), None),
    };
    let number = Some(number);
    Part { base, date, number }
}

/// Strips `.N`. A stem that ends in a number itself is an address or a version.
fn without_number(name: &str) -> Option<(&str, Number)> {
    let (stem, digits) = name.rsplit_once('.')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(digits) || digits.len() > NUMBER_DIGITS_MAX {
        return None;
    }
    let last_word = stem.rsplit('.').next()?;
    if last_word.is_empty() || is_number(last_word) {
        return None;
    }
    let number = Number { value: digits.parse().ok()?, padded: digits.len() > 1 && digits.starts_with('0') };
    Some((stem, number))
}

/// Strips a date behind `-`, `_` or `.`, with numbers behind it, at the end or before the
/// extension.
fn without_date(name: &str) -> Option<(String, Vec<u64>)> {
    let separators = name.match_indices(['-', '_', '.']);
    for (at, _) in separators {
        let Some((date, rest)) = leading_date(&name[at + 1..]) else {
            continue;
        };
        let (groups, rest) = leading_groups(rest);
        let extension = rest.strip_prefix('.').unwrap_or_default();
        let is_extension = extension.starts_with(|c: char| c.is_ascii_alphabetic())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if at > 0 && (rest.is_empty() || is_extension) {
            let numbers = std::iter::once(date).chain(groups).collect();
            return Some((format!("{}{rest}", &name[..at]), numbers));
        }
    }
    None
}

/// A date of the years 1970 to 2099, compact or with one separator throughout, as yyyymmdd.
fn leading_date(text: &str) -> Option<(u64, &str)> {
    let separator = text.as_bytes().get(4).copied()?;
    let gap = usize::from(matches!(separator, b'-' | b'_' | b'.'));
    let length = 8 + 2 * gap;
    if gap == 1 && text.as_bytes().get(7) != Some(&separator) {
        return None;
    }
    let number = |from: usize, digits: usize| -> Option<u64> {
        let part = text.get(from..from + digits)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let (year, month, day) = (number(0, 4)?, number(4 + gap, 2)?, number(6 + 2 * gap, 2)?);
    let plausible = (1970..2100).contains(&year) && (1..13).contains(&month) && (1..32).contains(&day);
    plausible.then(|| (year * 10_000 + month * 100 + day, &text[length..]))
}

/// The numbers behind a date: an hour, a time of day, epoch seconds, an index.
fn leading_groups(mut text: &str) -> (Vec<u64>, &str) {
    let mut groups = Vec::new();
    loop {
        let behind = text.strip_prefix(['-', '_', '.', 'T', ':']).unwrap_or(text);
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > GROUP_DIGITS_MAX {
            return (groups, text);
        }
        let Ok(group) = behind[..digits].parse() else {
            return (groups, text);
        };
        groups.push(group);
        text = &behind[digits..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ranks` is what the names say, oldest first; all must share `base`.
    fn check(base: &str, ranks: &[&str]) {
        let directory = Path::new("no-such-directory");
        let mut paths: Vec<PathBuf> = ranks.iter().map(|name| directory.join(name)).collect();
        paths.reverse();
        let kin = families(paths);
        assert_eq!(kin.len(), 1, "{ranks:?}");
        let path = directory.join(base).to_string_lossy().into_owned();
        assert_eq!(kin[0].name, path);
        let names: Vec<&str> = kin[0]
            .files
            .iter()
            .map(|file| file.path.file_name().and_then(|name| name.to_str()).unwrap())
            .collect();
        assert_eq!(names, ranks);
    }

    fn check_apart(names: &[&str]) {
        let kin = families(names.iter().map(PathBuf::from).collect());
        assert_eq!(kin.len(), names.len(), "{names:?}");
    }

    #[test]
    fn names_of_one_family_are_joined_oldest_first() {
        check("app.log", &["app.log.10.gz", "app.log.2.gz", "app.log.1", "app.log"]);
        check("app.log", &["app.log.2.zst", "app.log.1.xz"]);
        check("messages", &["messages-20240501.gz", "messages-20240502", "messages"]);
        check("app.log", &["app.log-20240501-1714521600", "app.log-20240501-1714525200"]);
        check("app.log", &["app-2024-04-30.log", "app-2024-05-01.log.gz", "app.log"]);
        check("app.log", &["app.log.2024-04-30", "app.log.2024-05-01.1", "app.log.2024-05-01.2"]);
        check("app.log", &["app-2024-05-01.log.2", "app-2024-05-01.log.1", "app-2024-05-01.log"]);
        check("out.log", &["out.log.000", "out.log.001", "out.log.010", "out.log.100"]);
        check("pg.log", &["pg-2024-05-01_000000.log", "pg-2024-05-01_120000.log"]);
        check("a.log", &["a.log.2024050109", "a.log.2024050110"]);
        check("dmesg", &["dmesg.1.gz", "dmesg.0", "dmesg"]);
        check("catalina.log", &["catalina.2024-05-01.log", "catalina.2024-05-02.log"]);
    }

    #[test]
    fn names_that_only_look_alike_stay_apart() {
        check_apart(&["web.1", "web.2"]);
        check_apart(&["10.0.0.1", "10.0.0.2"]);
        check_apart(&["app-1.log", "app-2.log"]);
        check_apart(&["a.log", "b.log.1"]);
        check_apart(&["app-1.2.3", "app-1.2.4"]);
        check_apart(&["2024-05-01.log", "2024-05-02.log"]);
        check_apart(&["a-2024-13-01.log", "a-2024-05-41.log"]);
        check_apart(&["a-2024-05-01-web1.log", "a-2024-05-01-web2.log"]);
        check_apart(&["ä-日本.log", "-", ".gz", ".1", "..", "log.1"]);
    }
}
