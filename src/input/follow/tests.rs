use super::*;
use std::io::Write;
use tempfile::TempDir;

/// A log being written, and somebody who follows it.
struct Scene {
    directory: TempDir,
    follower: Follower,
}

impl Scene {
    fn new(before: Option<&str>, from_start: bool) -> Scene {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.log");
        if let Some(text) = before {
            fs::write(&path, text).unwrap();
        }
        let follower = Follower::open(&path, from_start, 64).unwrap();
        Scene { directory, follower }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn append(&self, name: &str, text: &str) {
        let mut file = File::options().append(true).create(true).open(self.path(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// Polls until idle: the text, with the events as words in brackets.
    fn story(&mut self) -> String {
        let (mut story, mut buffer, mut index) = (String::new(), Buffer::default(), None);
        loop {
            buffer = match self.follower.poll(buffer).unwrap() {
                Polled::Idle(_) => return story,
                Polled::Rotated(buffer) => {
                    story += "[rotated]";
                    buffer
                }
                Polled::Truncated(buffer, notice) => {
                    assert!(notice.is_notice());
                    story += "[truncated]";
                    buffer
                }
                Polled::Data(chunk) => {
                    assert!(index.is_none_or(|last| chunk.index == last + 1));
                    index = Some(chunk.index);
                    story += std::str::from_utf8(chunk.bytes()).unwrap();
                    chunk.into_buffer()
                }
            };
        }
    }

    fn check(&mut self, story: &str) {
        assert_eq!(self.story(), story);
    }
}

#[test]
fn what_is_appended_comes_out_once_its_line_is_whole() {
    let mut scene = Scene::new(Some("one\n"), true);
    scene.check("one\n");
    scene.append("a.log", "two\nth");
    scene.check("two\n");
    assert_eq!(scene.follower.line_offset(), Some(8));
    scene.append("a.log", "re");
    scene.check("");
    assert_eq!(scene.follower.line_offset(), Some(8));
    scene.append("a.log", "e\n\n");
    scene.check("three\n\n");
    assert_eq!(scene.follower.line_offset(), Some(15));
}

#[test]
fn from_the_end_means_from_the_last_line_that_is_not_whole() {
    for (before, after, story) in [
        ("one\n", "two\n", "two\n"),
        ("one\ntw", "o\n", "two\n"),
        ("on", "e\n", "one\n"),
        ("", "one\n", "one\n"),
    ] {
        let mut scene = Scene::new(Some(before), false);
        scene.check("");
        scene.append("a.log", after);
        scene.check(story);
    }
}

#[test]
fn a_missing_file_is_waited_for_and_read_from_its_start() {
    for from_start in [true, false] {
        let mut scene = Scene::new(None, from_start);
        scene.check("");
        assert_eq!(scene.follower.line_offset(), None);
        scene.append("a.log", "one\ntwo\n");
        scene.check("one\ntwo\n");
    }
}

#[test]
fn a_rename_finishes_the_old_file_before_the_new_one_is_begun() {
    let mut scene = Scene::new(Some("one\n"), true);
    scene.check("one\n");
    scene.rename("a.log", "a.log.1");
    scene.append("a.log.1", "two\nunfin");
    scene.append("a.log", "four\n");
    scene.check("two\nunfin[rotated]four\n");
    scene.append("a.log.1", "never seen\n");
    scene.append("a.log", "five\n");
    scene.check("five\n");
}

#[test]
fn the_old_file_is_read_on_until_the_new_one_holds_bytes() {
    let mut scene = Scene::new(Some("one\n"), true);
    scene.rename("a.log", "a.log.1");
    scene.check("one\n");
    scene.append("a.log.1", "two\nth");
    scene.check("two\n");
    scene.append("a.log", "");
    scene.append("a.log.1", "ree\n");
    scene.check("three\n");
    scene.append("a.log", "four\n");
    scene.check("[rotated]four\n");
}

#[test]
fn a_deleted_file_that_comes_back_is_a_rotation() {
    let mut scene = Scene::new(Some("one\ntw"), true);
    scene.check("one\n");
    fs::remove_file(scene.path("a.log")).unwrap();
    scene.check("");
    scene.append("a.log", "three\n");
    scene.check("tw[rotated]three\n");
}

#[test]
fn a_truncated_file_is_read_from_its_start_and_said_once() {
    let mut scene = Scene::new(Some("one\ntwo\nheld"), true);
    scene.check("one\ntwo\n");
    fs::write(scene.path("a.log"), "new\n").unwrap();
    scene.check("held[truncated]new\n");
    fs::write(scene.path("a.log"), "").unwrap();
    scene.check("[truncated]");
    scene.append("a.log", "more\n");
    scene.check("more\n");
}

#[test]
fn a_reader_that_resumes_behind_the_end_sees_a_truncated_file() {
    let mut scene = Scene::new(Some("one\ntwo\n"), true);
    let path = scene.path("a.log");
    scene.follower = Follower::open_at(&path, 4, 64).unwrap();
    scene.check("two\n");
    scene.follower = Follower::open_at(&path, 100, 64).unwrap();
    scene.check("[truncated]one\ntwo\n");
}

#[test]
fn the_held_line_comes_out_at_the_finish() {
    let mut scene = Scene::new(Some("one\ntwo"), true);
    scene.check("one\n");
    let chunk = scene.follower.finish(Buffer::default()).unwrap();
    assert_eq!(chunk.bytes(), b"two");
    assert!(scene.follower.finish(chunk.into_buffer()).is_none());
    assert_eq!(scene.follower.line_offset(), Some(7));
    scene.check("");
}

#[test]
fn an_overlong_line_is_cut_even_when_it_grows_slowly() {
    let mut scene = Scene::new(Some(""), true);
    for _ in 0..20 {
        scene.append("a.log", &"x".repeat(5000));
        scene.check("");
    }
    scene.append("a.log", "\nnext\n");
    let story = format!("{}\nnext\n", "x".repeat(LINE_BYTES_MAX));
    assert!(scene.story() == story);
    assert_eq!(scene.follower.line_offset(), Some(100_006));
}

#[test]
fn any_growth_gives_the_same_lines() {
    let text = "alpha\n\nbeta gamma\r\ndelta\n\n\nepsilon zeta eta theta\n";
    for step in 1..=text.len() {
        let mut scene = Scene::new(None, true);
        let mut seen = String::new();
        for part in text.as_bytes().chunks(step) {
            scene.append("a.log", std::str::from_utf8(part).unwrap());
            let story = scene.story();
            assert!(story.is_empty() || story.ends_with('\n'));
            seen += &story;
        }
        assert_eq!(seen, text);
    }
}

#[test]
fn what_is_no_regular_file_is_refused_with_advice() {
    let directory = tempfile::tempdir().unwrap();
    let error = Follower::open(directory.path(), true, 64).err().unwrap();
    assert!(error.to_string().contains("cannot be followed"), "{error}");
}
