//! Programs that are checked by one run of cargo, as binaries of a package that is made up for them.

use core::fmt::Write as _;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The files of a folder that end so, by their names, sorted.
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

/// Checks the programs, with these features of the core, and sorts the compiler's messages by program: each as cargo
/// shows it, in JSON. A program that compiles has an entry too.
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
        // What the outer run was compiled with, say for models or sanitizers, is not for these programs.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .expect("cargo runs");

    let mut said: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        if message["target"]["kind"][0] == "bin" {
            said.entry(message["target"]["name"].as_str().unwrap().to_owned()).or_default().push(message);
        }
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!said.is_empty(), "the package itself does not compile:\n{stderr}");
    said
}

/// Writes a package with one binary for each program, and returns the path of its manifest.
fn write(package: &str, features: &[&str], programs: &[(String, PathBuf)]) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(package);
    fs::create_dir_all(&folder).unwrap();
    // With the workspace's lock file, cargo has nothing to look up.
    fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();

    let mut manifest = format!(
        "[workspace]\n\n[package]\nname = {package:?}\nedition = \"2024\"\n\n\
         [dependencies]\nanywake-core = {{ path = {:?}, features = {features:?} }}\n",
        workspace.join("core")
    );
    for (name, path) in programs {
        write!(manifest, "\n[[bin]]\nname = {name:?}\npath = {path:?}\n").unwrap();
    }
    let path = folder.join("Cargo.toml");
    fs::write(&path, manifest).unwrap();
    path
}

/// The errors among what was said, without the compiler's closing line.
pub(crate) fn errors(said: &[Value]) -> impl Iterator<Item = &Value> {
    said.iter()
        .filter(|message| message["reason"] == "compiler-message")
        .map(|message| &message["message"])
        .filter(|message| {
            let closing = message["message"].as_str().unwrap().starts_with("aborting due to");
            message["level"] == "error" && !(closing && message["code"]["code"].is_null())
        })
}
