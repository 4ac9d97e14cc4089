//! The tour as its users see it: what it prints and how it exits.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::example;

fn tour(folder: &Path) -> Output {
    Command::new(example("tour")).arg(folder).output().unwrap()
}

/// An empty folder of that name.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn write(folder: &Path, file: &str, content: impl AsRef<[u8]>) {
    let file = folder.join(file);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, content).unwrap();
}

/// Runs the tour, which has to succeed, and gives its table: name, files, words, distinct words and longest queue.
fn table(folder: &Path) -> Vec<(String, [usize; 3], Option<usize>)> {
    let output = tour(folder);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let rows = text
        .lines()
        .skip_while(|line| !line.starts_with("runtime"))
        .skip(1)
        .take_while(|line| !line.is_empty());
    rows.map(|row| {
        let fields: Vec<_> = row.split_whitespace().collect();
        let [name, files, words, distinct, _time, _seconds, longest] = fields[..] else {
            panic!("a row of the table: {row}")
        };
        (name.to_owned(), [files, words, distinct].map(|count| count.parse().unwrap()), longest.parse().ok())
    })
    .collect()
}

#[test]
fn counts_the_text_files_and_only_those() {
    let folder = folder("tour-text");
    write(&folder, "a.txt", "one two two");
    write(&folder, "deep/er/b.txt", "Two, (three)");
    write(&folder, "binary", [0xff, 0xfe, b'x']);
    write(&folder, ".git/config", "hidden");
    write(&folder, "target/generated", "hidden");
    write(&folder, "cache/CACHEDIR.TAG", "hidden");
    write(&folder, "cache/generated", "hidden");
    let table = table(&folder);
    let names: Vec<_> = table.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["sequential", "tokio", "async-std", "smol"]);
    for (name, counts, longest_queue) in table {
        assert_eq!(counts, [2, 5, 3], "{name}");
        assert_eq!(longest_queue.is_some(), name != "sequential");
    }
}

#[test]
fn queue_stays_within_its_capacity() {
    let folder = folder("tour-many");
    for file in 0..200 {
        write(&folder, &format!("{}/{file}", file % 7), format!("word{file} common"));
    }
    for (name, counts, longest_queue) in table(&folder) {
        assert_eq!(counts, [200, 400, 201], "{name}");
        assert!(longest_queue.is_none_or(|longest| longest <= 32), "{name}");
    }
}

#[test]
fn empty_folder_is_no_error() {
    for (name, counts, _) in table(&folder("tour-empty")) {
        assert_eq!(counts, [0, 0, 0], "{name}");
    }
}

#[test]
fn progress_reaches_the_last_file() {
    let folder = folder("tour-progress");
    write(&folder, "only", "one two");
    let progress = String::from_utf8(tour(&folder.join("only")).stderr).unwrap();
    for name in ["tokio", "async-std", "smol"] {
        assert!(progress.contains(&format!("{name}: 1 of 1 files, 2 words")), "{progress}");
    }
}

#[test]
fn missing_path_is_exit_code_2_with_a_message() {
    let output = tour(&folder("tour-nothing").join("missing"));
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.starts_with("tour: cannot read ") && message.contains("missing"), "{message}");
    assert!(output.stdout.is_empty());
}

/// This file has other words each time it is read.
#[test]
#[cfg(target_os = "linux")]
fn differing_index_is_exit_code_1() {
    let output = tour(Path::new("/proc/sys/kernel/random/uuid"));
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("is not that of the sequential index"), "{message}");
}
