//! The examples as their readers see them: each prints, on each runtime, what `expected/` has for it.
//!
//! The folder is the list, so a new example is tested, or fails for want of its file. Between a heading that ends in
//! `(any order)` and the next one the lines may come in any order.

use core::time::Duration;
use std::collections::BTreeSet;
use std::env::consts::EXE_EXTENSION;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::{fs, thread};

/// Those that need more than a look at what they print have a test of their own.
const TESTED_ELSEWHERE: [&str; 3] = ["crawler", "futurelock", "tour"];

/// Far longer than any of them takes; one that does not end is a failure with its name.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn on_tokio() {
    all_print_what_is_expected("tokio");
}

#[test]
fn on_async_std() {
    all_print_what_is_expected("async-std");
}

#[test]
fn on_smol() {
    all_print_what_is_expected("smol");
}

#[test]
fn no_expectation_has_lost_its_example() {
    let lost: Vec<_> = stems("expected", "txt").difference(&stems("", "rs")).cloned().collect();
    assert!(lost.is_empty(), "expected/ has files for {lost:?}, which are no examples");
}

fn all_print_what_is_expected(runtime: &str) {
    let examples = stems("", "rs");
    let tested = examples.iter().filter(|name| !TESTED_ELSEWHERE.contains(&name.as_str()));
    let failures: Vec<_> = tested.filter_map(|name| prints_what_is_expected(name, runtime).err()).collect();
    assert!(failures.is_empty(), "{} failures on {runtime}\n\n{}", failures.len(), failures.join("\n"));
}

fn prints_what_is_expected(name: &str, runtime: &str) -> Result<(), String> {
    let expected = examples().join("expected").join(name).with_extension("txt");
    let expected = fs::read_to_string(&expected)
        .map_err(|error| format!("{name}: cannot read {}: {error}", expected.display()))?;
    let printed = run(name, runtime).map_err(|error| format!("{name}: {error}"))?;
    match difference(&sorted_where_any_order(&expected), &sorted_where_any_order(&printed)) {
        None => Ok(()),
        Some(difference) => Err(format!("{name}: prints + instead of -\n{difference}")),
    }
}

fn examples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The built example of that name: Cargo builds all of them before the tests, next to this one.
fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_lock")).with_file_name(name).with_extension(EXE_EXTENSION)
}

/// The names, without their extension, of the files with that extension.
fn stems(folder: &str, extension: &str) -> BTreeSet<String> {
    let folder = examples().join(folder);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let files = files.map(|entry| entry.unwrap().path());
    files
        .filter(|file| file.extension() == Some(OsStr::new(extension)))
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

/// What the example prints on that runtime.
fn run(name: &str, runtime: &str) -> Result<String, String> {
    let mut child = Command::new(program(name))
        .arg(runtime)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let (ended, end) = mpsc::channel();
    let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let errors = thread::spawn(move || text(stderr));
    thread::spawn(move || ended.send(text(stdout)));
    let printed = end.recv_timeout(PATIENCE).map_err(|_| {
        child.kill().unwrap();
        format!("did not end within {PATIENCE:?}")
    })?;
    let status = child.wait().unwrap();
    if status.success() {
        return Ok(printed);
    }
    Err(format!("{status}\n{printed}\n{}", errors.join().unwrap()))
}

fn text(mut pipe: impl Read) -> String {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn sorted_where_any_order(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    for section in lines.chunk_by_mut(|_, line| !line.starts_with("# ")) {
        if section[0].ends_with(" (any order)") {
            section[1..].sort_unstable();
        }
    }
    lines
}

/// The lines around and between the first and the last that differ: with a `-` what is expected, with a `+` what is
/// there. `None` if they are the same.
fn difference(expected: &[&str], printed: &[&str]) -> Option<String> {
    if expected == printed {
        return None;
    }
    let same = expected.iter().zip(printed).take_while(|(a, b)| a == b).count();
    let (missing, added) = (&expected[same..], &printed[same..]);
    let same_end = missing.iter().rev().zip(added.iter().rev()).take_while(|(a, b)| a == b).count();
    let (missing, after) = missing.split_at(missing.len() - same_end);
    let added = &added[..added.len() - same_end];
    let before = &expected[same.saturating_sub(3)..same];
    let after = &after[..after.len().min(3)];
    let marked = [(' ', before), ('-', missing), ('+', added), (' ', after)];
    let lines =
        marked.iter().flat_map(|(mark, lines)| lines.iter().map(move |line| format!("    {mark} {line}\n")));
    Some(lines.collect())
}

#[test]
fn differences_are_found() {
    assert_eq!(difference(&["a", "b"], &["a", "b"]), None);
    let found = difference(&["1", "2", "3", "4", "b", "c", "d"], &["1", "2", "3", "4", "x", "d"]);
    assert_eq!(found.unwrap(), "      2\n      3\n      4\n    - b\n    - c\n    + x\n      d\n");
    // A line that is there twice is not there once.
    assert_eq!(difference(&["a"], &["a", "a"]).unwrap(), "      a\n    + a\n");
    let any = "# 1 (any order)\nb\na\n# 2\nd\nc";
    assert_eq!(sorted_where_any_order(any), ["# 1 (any order)", "a", "b", "# 2", "d", "c"]);
}
