//! The compiler's messages for mistakes of users. They must name public types only, and the advice must help.
//!
//! Each program in `messages/` has one mistake. The `.txt` file beside it holds the compiler's message: the error, its
//! labels, notes and advice, without paths and line numbers. The wording depends on the compiler, so the messages are
//! compared only with the version in `messages/compiler.txt`. With another version the test says that it is skipped.
//!
//! `ANYWAKE_BLESS=1 cargo test -p anywake-tests --test ui messages` rewrites the files. Review the difference.

use core::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::package;

/// The features of all programs but one.
const FEATURES: &[&str] = &["std", "futures"];
/// The program without features, whose mistake is the missing feature.
const WITHOUT_FEATURES: &str = "queue_without_alloc";

/// The version of the compiler that checks the programs, such as "rustc 1.85.0 (4d91de4e4 2025-02-17)".
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("the compiler can be run");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The text of the messages, without the parts that depend on the machine or on unrelated edits.
fn normalised(messages: &[Value]) -> String {
    let mut text = String::new();
    for error in package::errors(messages) {
        let code = error["code"]["code"].as_str().map(|code| format!("[{code}]")).unwrap_or_default();
        writeln!(text, "error{code}: {}", error["message"].as_str().unwrap()).unwrap();
        labels(&mut text, error);
        for child in error["children"].as_array().unwrap() {
            let message = child["message"].as_str().unwrap().replace('\n', "\n    ");
            // The compiler writes long names of types to files, whose paths depend on the machine.
            if !message.contains("full name for the type") && !message.contains("consider using `--verbose`")
            {
                writeln!(text, "  {}: {message}", child["level"].as_str().unwrap()).unwrap();
                labels(&mut text, child);
            }
        }
    }
    text
}

fn labels(text: &mut String, message: &Value) {
    for span in message["spans"].as_array().unwrap() {
        if let Some(label) = span["label"].as_str() {
            writeln!(text, "    {label}").unwrap();
        }
    }
}

/// Each program's name, path and message.
fn programs() -> Vec<(String, PathBuf, String)> {
    let (without, with): (Vec<_>, Vec<_>) =
        package::files("messages", "rs").into_iter().partition(|(name, _)| name == WITHOUT_FEATURES);
    let mut messages = package::check("messages", FEATURES, &with);
    messages.extend(package::check("messages-without-features", &[], &without));
    let programs = with.into_iter().chain(without);
    programs
        .map(|(name, path)| {
            let text = messages.get(&name).map(|messages| normalised(messages)).unwrap_or_default();
            (name, path, text)
        })
        .collect()
}

#[test]
fn messages_to_typical_mistakes_are_as_committed() {
    let version = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/ui/messages/compiler.txt");
    let bless = std::env::var_os("ANYWAKE_BLESS").is_some();
    let committed = fs::read_to_string(&version).unwrap_or_default();
    if !bless && committed.trim() != compiler() {
        println!(
            "skipped: this is {}, and the committed messages are those of {}",
            compiler(),
            committed.trim()
        );
        return;
    }
    let mut report = String::new();
    for (name, path, text) in programs() {
        assert!(!text.is_empty(), "{name} compiles");
        let path = path.with_extension("txt");
        if bless {
            fs::write(&path, text).unwrap();
        } else if fs::read_to_string(&path).unwrap_or_default() != text {
            write!(report, "\n{name}: the message differs from {}:\n{text}", path.display()).unwrap();
        }
    }
    if bless {
        fs::write(version, compiler() + "\n").unwrap();
    }
    assert!(report.is_empty(), "{report}\nANYWAKE_BLESS=1 rewrites the files");
}

/// The messages name no policy and no other type that users cannot name. Notes are exempt: the compiler explains a
/// missing `Unpin` by the private fields.
#[test]
fn messages_name_public_types_only() {
    for (name, path) in package::files("messages", "txt") {
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("note: required because"));
        let private = |line: &&str| {
            ["Policy", "Core", "Wait<", "::wait::", "::raw::"].iter().any(|word| line.contains(word))
        };
        assert_eq!(lines.clone().find(private), None, "in the message for {name}");
    }
}
