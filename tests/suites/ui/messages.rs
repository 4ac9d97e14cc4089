//! What the compiler says to mistakes that users make: the names in it have to be theirs, and the advice has to help.
//!
//! Each program in `messages/` makes one. Beside it stands what the compiler says: the line of the error, the labels of
//! its places, notes and advice; paths and numbers of lines are left out. The words belong to the compiler, so they are
//! compared with that of `messages/compiler.txt` only, and with another one the test says that it was left out.
//!
//! `ANYWAKE_BLESS=1 cargo test -p anywake-tests --test ui messages` writes anew what is said. Read the difference.

use core::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::package;

/// What all but one of the programs use.
const FEATURES: &[&str] = &["std", "futures"];
/// The one is about a feature that it lacks.
const WITHOUT_FEATURES: &str = "queue_without_alloc";

/// The version of the compiler that checks the programs, such as "rustc 1.85.0 (4d91de4e4 2025-02-17)".
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("the compiler runs");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What was said, without what differs from machine to machine and from edit to edit.
fn normalised(said: &[Value]) -> String {
    let mut text = String::new();
    for error in package::errors(said) {
        let code = error["code"]["code"].as_str().map(|code| format!("[{code}]")).unwrap_or_default();
        writeln!(text, "error{code}: {}", error["message"].as_str().unwrap()).unwrap();
        labels(&mut text, error);
        for child in error["children"].as_array().unwrap() {
            let said = child["message"].as_str().unwrap().replace('\n', "\n    ");
            // Long names of types go into files, whose paths belong to the machine.
            if !said.contains("full name for the type") && !said.contains("consider using `--verbose`") {
                writeln!(text, "  {}: {said}", child["level"].as_str().unwrap()).unwrap();
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

/// What is said to each program, by its name.
fn said() -> Vec<(String, PathBuf, String)> {
    let (without, with): (Vec<_>, Vec<_>) =
        package::files("messages", "rs").into_iter().partition(|(name, _)| name == WITHOUT_FEATURES);
    let mut said = package::check("messages", FEATURES, &with);
    said.extend(package::check("messages-without-features", &[], &without));
    let programs = with.into_iter().chain(without);
    programs
        .map(|(name, path)| {
            let messages = said.get(&name).map(|said| normalised(said)).unwrap_or_default();
            (name, path, messages)
        })
        .collect()
}

#[test]
fn messages_to_typical_mistakes_are_as_committed() {
    let version = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/ui/messages/compiler.txt");
    let bless = std::env::var_os("ANYWAKE_BLESS").is_some();
    let committed = fs::read_to_string(&version).unwrap_or_default();
    if !bless && committed.trim() != compiler() {
        println!("left out: this is {}, and the texts are those of {}", compiler(), committed.trim());
        return;
    }
    let mut report = String::new();
    for (name, path, said) in said() {
        assert!(!said.is_empty(), "{name} compiles");
        let path = path.with_extension("txt");
        if bless {
            fs::write(&path, said).unwrap();
        } else if fs::read_to_string(&path).unwrap_or_default() != said {
            write!(report, "\n{name}: the compiler says, and not what is in {}:\n{said}", path.display())
                .unwrap();
        }
    }
    if bless {
        fs::write(version, compiler() + "\n").unwrap();
    }
    assert!(report.is_empty(), "{report}\nANYWAKE_BLESS=1 writes it down");
}

/// No policy of the protocol is to be seen in them, and no type that users cannot name; but why a type is not `Unpin` the
/// compiler tells by its private parts.
#[test]
fn messages_name_public_types_only() {
    for (name, path) in package::files("messages", "txt") {
        let text = fs::read_to_string(path).unwrap();
        let told = text.lines().filter(|line| !line.trim_start().starts_with("note: required because"));
        let private = |line: &&str| {
            ["Policy", "Core", "Wait<", "::wait::", "::raw::"].iter().any(|word| line.contains(word))
        };
        assert_eq!(told.clone().find(private), None, "in what is said to {name}");
    }
}
