//! What a reader from a timer finds where it stopped: one case for each thing that befalls a log.

use flate2::Compression;
use flate2::write::GzEncoder;
use logsurge::input::{Buffer, Cursor, Follower, Polled};
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// The time that is told; files are as old as a test makes them.
const NOW: i64 = 1_800_000_000;

struct Scene {
    directory: TempDir,
    saved: Vec<u8>,
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// So many lines, each another one.
fn lines(of: &str, count: usize) -> String {
    (0..count).map(|n| format!("{of} {n} and some more to fill the line\n")).collect()
}

impl Scene {
    /// A log that has been read as far as it goes.
    fn read(before: &str) -> Scene {
        let scene = Scene { directory: tempfile::tempdir().unwrap(), saved: Vec::new() };
        scene.write("app.log", before);
        scene.begun()
    }

    fn begun(mut self) -> Scene {
        let follower = Follower::open(&self.path("app.log"), true, 256).unwrap();
        self.told(follower);
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn append(&self, text: &str) {
        let mut file = File::options().append(true).create(true).open(self.path("app.log")).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// Compresses a file and removes it.
    fn pack(&self, from: &str, to: &str) {
        self.write(to, gzip(&fs::read_to_string(self.path(from)).unwrap()));
        self.remove(from);
    }

    fn age(&self, name: &str, seconds: i64) {
        let file = File::options().append(true).open(self.path(name)).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs((NOW - seconds) as u64);
        file.set_modified(time).unwrap();
    }

    /// Goes on from the saved cursor: the text, with events and messages in brackets.
    fn story(&mut self) -> String {
        let cursor: Cursor = postcard::from_bytes(&self.saved).unwrap();
        let mut follower = Follower::resume(&self.path("app.log"), &cursor, 256);
        follower.tell_time(NOW);
        self.told(follower)
    }

    fn told(&mut self, mut follower: Follower) -> String {
        let mut story = String::new();
        loop {
            match follower.poll(Buffer::default()) {
                Ok(Polled::Data(chunk)) => story += std::str::from_utf8(chunk.bytes()).unwrap(),
                Ok(Polled::Idle(_)) => break,
                Ok(Polled::Rotated(_)) => story += "[rotated]",
                Ok(Polled::Truncated(_, notice)) => {
                    assert!(notice.is_notice());
                    story += "[truncated]";
                }
                Err(err) => {
                    let kind = if err.is_notice() { "notice" } else { "trouble" };
                    let text = err.kind().to_string();
                    let words: Vec<&str> = text.split(' ').take(5).collect();
                    story += &format!("[{kind}: {}]", words.join(" "));
                }
            }
        }
        self.saved = postcard::to_stdvec(&follower.cursor()).unwrap();
        story
    }

    #[track_caller]
    fn check(&mut self, story: &str) {
        assert_eq!(self.story(), story);
        assert_eq!(self.story(), "", "once");
    }
}

#[test]
fn unchanged_and_grown() {
    let mut scene = Scene::read("one\ntw");
    scene.check("");
    scene.append("o\nthree\n");
    scene.check("two\nthree\n");
    scene.append(&lines("more", 100));
    scene.check(&lines("more", 100));
    scene.append("last\n");
    scene.check("last\n");
}

#[test]
fn rotated_in_every_manner() {
    type Rotation = fn(&Scene);
    let rotations: [Rotation; 6] = [
        |scene| scene.rename("app.log", "app.log.1"),
        |scene| scene.rename("app.log", "app.log-20240501"),
        |scene| scene.pack("app.log", "app.log.1.gz"),
        |scene| scene.pack("app.log", "app-2024-05-01.log.gz"),
        |scene| {
            let packed = zstd::encode_all(File::open(scene.path("app.log")).unwrap(), 1).unwrap();
            scene.write("app.log.1.zst", packed);
            scene.remove("app.log");
        },
        |scene| {
            fs::copy(scene.path("app.log"), scene.path("app.log.1")).unwrap();
            scene.write("app.log", "");
        },
    ];
    // Less than a print, and more.
    for before in [lines("old", 3), lines("old", 200)] {
        for (index, rotate) in rotations.iter().enumerate() {
            let mut scene = Scene::read(&before);
            scene.append("two\nunfinished");
            rotate(&scene);
            scene.append(&lines("new", 3));
            let story = format!("two\nunfinished[rotated]{}", lines("new", 3));
            assert_eq!(scene.story(), story, "{index}");
            scene.check("");
        }
    }
}

#[test]
fn compressed_a_day_later() {
    let mut scene = Scene::read(&lines("old", 50));
    scene.append("two\n");
    scene.rename("app.log", "app.log.1");
    scene.append("three\n");
    scene.check("two\n[rotated]three\n");
    scene.pack("app.log.1", "app.log.2.gz");
    scene.rename("app.log", "app.log.1");
    scene.append("four\n");
    scene.check("[rotated]four\n");
}

#[test]
fn several_rotations_missed() {
    let mut scene = Scene::read(&lines("old", 50));
    scene.append("two\n");
    scene.pack("app.log", "app.log.3.gz");
    scene.write("app.log.2.gz", gzip("three\n"));
    scene.write("app.log.1", "four\nno newline");
    scene.append("five\n");
    scene.check("two\n[rotated]three\n[rotated]four\nno newline[rotated]five\n");
}

#[test]
fn the_oldest_unread_files_are_gone_and_the_rest_is_read() {
    let mut scene = Scene::read(&lines("old", 50));
    scene.rename("app.log", "app.log.1");
    scene.append("two\n");
    scene.check("[rotated]two\n");
    scene.rename("app.log", "elsewhere");
    scene.rename("app.log.1", "app.log.3");
    scene.write("app.log.2", "four\n");
    scene.write("app.log.1", "five\n");
    scene.append("six\n");
    scene.check("[notice: the file read so far,][rotated]four\n[rotated]five\n[rotated]six\n");
}

#[test]
fn a_copy_taken_before_all_was_read_is_not_read_again() {
    let mut scene = Scene::read(&lines("old", 100));
    fs::copy(scene.path("app.log"), scene.path("app.log.1")).unwrap();
    scene.append("written between copy and truncation\n");
    scene.check("written between copy and truncation\n");
    scene.write("app.log", "new\n");
    scene.check("[rotated]new\n");
}

#[test]
fn truncated_without_a_copy() {
    for before in [lines("old", 2), lines("old", 100)] {
        let mut scene = Scene::read(&before);
        scene.write("app.log", "");
        scene.check("[truncated]");
        scene.append("new\n");
        scene.check("new\n");
        // Grown beyond the place before anybody looked.
        scene.write("app.log", lines("another", 200));
        scene.check(&format!("[truncated]{}", lines("another", 200)));
    }
}

#[test]
fn gone_and_back() {
    let mut scene = Scene::read(&lines("old", 50));
    scene.append("two\n");
    scene.rename("app.log", "app.log.1");
    scene.check("two\n");
    scene.append("three\n");
    scene.check("[rotated]three\n");
    scene.rename("app.log", "elsewhere");
    scene.check("");
    scene.append("four\n");
    scene.check("[notice: the file read so far,][rotated]four\n");
}

#[test]
fn lines_seen_and_never_read_are_trouble() {
    let mut scene = Scene::read(&lines("old", 50));
    scene.append("half a line");
    scene.check("");
    scene.rename("app.log", "elsewhere");
    scene.append("new\n");
    scene.check("[trouble: damaged: the file read so][rotated]new\n");
}

#[test]
fn a_banner_longer_than_a_print_does_not_hide_another_file() {
    let banner = format!("{}\n", "=".repeat(1_500));
    let mut scene = Scene::read(&format!("{banner}{}", lines("old", 50)));
    scene.append("two\n");
    scene.rename("app.log", "app.log.1");
    scene.append(&format!("{banner}{}", lines("new", 80)));
    scene.check(&format!("two\n[rotated]{banner}{}", lines("new", 80)));
}

#[test]
fn an_empty_file_that_has_grown_and_been_rotated_since() {
    let mut scene = Scene::read("");
    scene.append("one\n");
    scene.pack("app.log", "app.log.2.gz");
    scene.write("app.log.1", "two\n");
    scene.append("three\n");
    assert_eq!(scene.story().replace("[rotated]", ""), "one\ntwo\nthree\n");
    scene.check("");
}

#[test]
fn the_plain_file_and_its_half_written_copy() {
    let mut scene = Scene::read(&lines("old", 50));
    scene.append("two\n");
    scene.rename("app.log", "app.log.1");
    let packed = gzip(&fs::read_to_string(scene.path("app.log.1")).unwrap());
    scene.write("app.log.1.gz", &packed[..packed.len() / 2]);
    scene.append("three\n");
    scene.check("two\n[rotated]three\n");
    scene.write("app.log.1.gz", &packed);
    scene.check("");
    scene.remove("app.log.1");
    scene.append("four\n");
    scene.check("four\n");
}

#[test]
fn an_archive_that_is_still_being_written_is_left_for_the_next_time() {
    for unread in [false, true] {
        let mut scene = Scene::read(&lines("old", 50));
        let mut rotated = lines("old", 50) + "two\n";
        scene.append("two\n");
        if unread {
            // The file to be gone on with is there, the one behind it is not whole.
            scene.rename("app.log", "app.log.2");
            rotated = "two and a half\n".into();
        } else {
            scene.remove("app.log");
        }
        let packed = gzip(&rotated);
        scene.write("app.log.1.gz", &packed[..packed.len() - 6]);
        scene.age("app.log.1.gz", 60);
        scene.append("three\n");
        let before = if unread { "two\n" } else { "" };
        assert_eq!(scene.story(), format!("{before}[notice: still being written, so it]"));
        scene.write("app.log.1.gz", &packed);
        let after = if unread { "[rotated]two and a half\n" } else { "two\n" };
        scene.check(&format!("{after}[rotated]three\n"));
    }
}

#[test]
fn an_archive_that_broke_off_long_ago_is_read_as_far_as_it_goes() {
    let mut scene = Scene::read(&lines("old", 50));
    scene.rename("app.log", "app.log.2");
    let packed = gzip("two\nthree\n");
    scene.write("app.log.1.gz", &packed[..packed.len() - 6]);
    scene.age("app.log.1.gz", 3_600);
    scene.append("four\n");
    scene.check("[rotated]two\nthree\n[trouble: damaged: the file ends inside][rotated]four\n");
}

/// Most file systems give a number out again at once.
#[test]
fn an_inode_used_again_is_another_file() {
    let mut scene = Scene::read(&lines("old", 50));
    scene.pack("app.log", "app.log.1.gz");
    scene.append(&lines("new", 90));
    scene.check(&format!("[rotated]{}", lines("new", 90)));
}

#[test]
fn numbers_may_count_upward() {
    let mut scene = Scene::read(&lines("one", 100));
    for (number, text) in [(1, "two"), (2, "three"), (3, "four"), (4, "five")] {
        scene.rename("app.log", &format!("app.log.{number}"));
        scene.append(&lines(text, 100));
        scene.check(&format!("[rotated]{}", lines(text, 100)));
    }
}

#[test]
fn files_with_the_same_lines_are_all_read() {
    let mut scene = Scene::read("started\ndone\n");
    for day in 1..4 {
        scene.rename("app.log", &format!("app.log-2024050{day}"));
        scene.append("started\ndone\n");
        scene.check("[rotated]started\ndone\n");
    }
}

#[test]
fn a_family_without_its_own_file_is_read_on_in_its_youngest() {
    let scene = Scene { directory: tempfile::tempdir().unwrap(), saved: Vec::new() };
    scene.write("app.log.001", "one\n");
    scene.write("app.log.002", "two\n");
    let files = [scene.path("app.log.001"), scene.path("app.log.002")];
    let mut scene = scene;
    let follower = Follower::after(&scene.path("app.log"), &files, 0, 256).unwrap();
    assert_eq!(scene.told(follower), "one\n[rotated]two\n");
    let mut youngest = File::options().append(true).open(scene.path("app.log.002")).unwrap();
    youngest.write_all(b"two and a half\nunfin").unwrap();
    scene.check("two and a half\n");
    scene.write("app.log.003", "three\n");
    scene.check("unfin[rotated]three\n");
}

#[test]
fn what_was_left_out_at_first_is_never_read() {
    let scene = Scene { directory: tempfile::tempdir().unwrap(), saved: Vec::new() };
    scene.write("app.log.2.gz", gzip("ancient\n"));
    scene.write("app.log.1", "old\n");
    scene.write("app.log", "");
    let mut scene = scene.begun();
    scene.rename("app.log.2.gz", "app.log.3.gz");
    scene.pack("app.log.1", "app.log.2.gz");
    scene.append("new\n");
    scene.rename("app.log", "app.log.1");
    scene.append("newer\n");
    assert_eq!(scene.story().replace("[rotated]", ""), "new\nnewer\n");
}
