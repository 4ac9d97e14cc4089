//! Checks programs by one run of cargo, as binaries of a generated package.

use core::fmt::Write as _;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The files of a folder with this extension, sorted by name.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/ui").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|this| this == extension))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    files.sort();
    files
}

/// Checks the programs with these features of the core. Returns the compiler's messages for each program, in cargo's
/// JSON format. A program that compiles has an entry too.
pub(crate) fn check(
    package: &str,
    features: &[&str],
    programs: &[(String, PathBuf)],
) -> BTreeMap<String, Vec<Value>> {
    let manifest = write(package, features, programs);
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let output = Command::new(cargo)
        .args(["check", "--offline", "--keep-going", "--bins", "--message-format=json", "--manifest-path"])
        .arg(&manifest)
        .arg("--target-dir")
        .arg(manifest.with_file_name("target"))
        // The flags of the outer run, say for models or sanitizers, do not apply to these programs.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .expect("cargo can be run");

    let mut messages: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        if message["target"]["kind"][0] == "bin" {
            messages.entry(message["target"]["name"].as_str().unwrap().to_owned()).or_default().push(message);
        }
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!messages.is_empty(), "the package itself does not compile:\n{stderr}");
    messages
}

/// Writes a package with one binary for each program, and returns the path of its manifest.
fn write(package: &str, features: &[&str], programs: &[(String, PathBuf)]) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(package);
    fs::create_dir_all(&folder).unwrap();
    // With the lock file of the workspace, cargo works offline.
    fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();

    let mut manifest = format!(
        "[workspace]\n\n[package]\nname = {package:?}\nedition = \"2024\"\n\n\
         [dependencies]\nanywake-core = {{ path = {:?}, default-features = false, features = {features:?} }}\n",
        workspace.join("core")
    );
    for (name, path) in programs {
        write!(manifest, "\n[[bin]]\nname = {name:?}\npath = {path:?}\n").unwrap();
    }
    let path = folder.join("Cargo.toml");
    fs::write(&path, manifest).unwrap();
    path
}

/// The errors among the messages, without the compiler's closing line.
pub(crate) fn errors(messages: &[Value]) -> impl Iterator<Item = &Value> {
    messages
        .iter()
        .filter(|message| message["reason"] == "compiler-message")
        .map(|message| &message["message"])
        .filter(|message| {
            let closing = message["message"].as_str().unwrap().starts_with("aborting due to");
            message["level"] == "error" && !(closing && message["code"]["code"].is_null())
        })
}
