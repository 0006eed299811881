//! What the README shows is what there is. Its main command is run, and its
//! output compared, by `.ci/run`.

const README: &str = include_str!("../README.md");

/// The README's blocks in this language, without their fences.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let behind = README.split(fence.as_str()).skip(1);
    behind.filter_map(|rest| rest.split("```").next().map(str::to_owned)).collect()
}

#[test]
fn the_example_of_the_library_is_the_one_that_compiles() {
    assert_eq!(blocks("rust"), [include_str!("../examples/session.rs")]);
}

#[test]
fn the_json_fields_listed_are_those_of_an_alert() {
    let sample = concat!(
        "2026-03-02T14:02:31Z ERROR charge failed for order 8812\n",
        "2026-03-02T14:02:32Z INFO done\n"
    );
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("app.log"), sample).expect("a file can be written");
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_logsurge"))
        .args(["scan", "--json", "--tz", "UTC", "--warmup", "0", "app.log"])
        .current_dir(folder.path())
        .output()
        .expect("the program runs");
    let lines = String::from_utf8(program.stdout).expect("JSON is UTF-8");
    let line = lines.lines().next().expect("a new error is an alert");
    let alert: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
    let fields = alert.as_object().expect("an alert is an object");
    for name in fields.keys() {
        assert!(README.contains(&format!("`{name}`")), "the README does not name the field {name}");
    }
}
