//! What must not compile, and why it must not.
//!
//! Each file in `cases/` is a program. Its first line names the error codes that the compiler has to give,
//! `// error: E0277`, and the second one the defect that another project shipped, or the rule, that it guards. The
//! `ok_` files have no first line: they compile, so that a broken set-up does not pass for a row of refusals.
//!
//! Only codes are compared: the wording of a message belongs to the compiler's version. All programs are checked by one
//! run of cargo, as binaries of a package that is made up for them. To add a case, add a file.

use core::fmt::Write as _;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A program, and what the compiler has to say to it.
struct Case {
    name: String,
    path: PathBuf,
    expected: BTreeSet<String>,
}

impl Case {
    fn read(path: PathBuf) -> Self {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let expected: BTreeSet<String> = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("// error: "))
            .map(|codes| codes.split(", ").map(str::to_owned).collect())
            .unwrap_or_default();
        assert_eq!(expected.is_empty(), name.starts_with("ok_"), "{name}: either an error or an ok_ name");
        let reason = text.lines().nth(usize::from(!expected.is_empty())).unwrap_or_default();
        assert!(reason.starts_with("// "), "{name}: the line that says what it guards is missing");
        Self { name, path, expected }
    }
}

/// What the compiler said to one program.
#[derive(Default)]
struct Verdict {
    codes: BTreeSet<String>,
    rendered: String,
    compiled: bool,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/ui/cases");
    let mut cases: Vec<Case> =
        fs::read_dir(folder).unwrap().map(|entry| Case::read(entry.unwrap().path())).collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

/// Writes a package with one binary for each case, and gives the path of its manifest.
fn write_package(cases: &[Case]) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui");
    fs::create_dir_all(&package).unwrap();
    // With the workspace's lock file, cargo has nothing to look up.
    fs::copy(workspace.join("Cargo.lock"), package.join("Cargo.lock")).unwrap();

    let mut manifest = format!(
        "[workspace]\n\n[package]\nname = \"ui\"\nedition = \"2024\"\n\n\
         [dependencies]\nanywake-core = {{ path = {:?}, features = [\"std\", \"futures\"] }}\n",
        workspace.join("core")
    );
    for Case { name, path, .. } in cases {
        write!(manifest, "\n[[bin]]\nname = {name:?}\npath = {path:?}\n").unwrap();
    }
    let path = package.join("Cargo.toml");
    fs::write(&path, manifest).unwrap();
    path
}

/// Checks the package and sorts the compiler's messages by program.
fn check(manifest: &Path) -> BTreeMap<String, Verdict> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let output = Command::new(cargo)
        .args(["check", "--offline", "--keep-going", "--bins", "--message-format=json", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(manifest.with_file_name("target"))
        // What the outer run was compiled with, say for models or sanitizers, is not for these programs.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .expect("cargo runs");

    let mut verdicts: BTreeMap<String, Verdict> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        if message["target"]["kind"][0] != "bin" {
            continue;
        }
        let verdict = verdicts.entry(message["target"]["name"].as_str().unwrap().to_owned()).or_default();
        match message["reason"].as_str() {
            Some("compiler-artifact") => verdict.compiled = true,
            Some("compiler-message") => verdict.read(&message["message"]),
            _ => {}
        }
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!verdicts.is_empty(), "the package itself does not compile:\n{stderr}");
    verdicts
}

impl Verdict {
    fn read(&mut self, message: &Value) {
        if message["level"] != "error" {
            return;
        }
        let text = message["message"].as_str().unwrap();
        match message["code"]["code"].as_str() {
            Some(code) => self.codes.insert(code.to_owned()),
            // The compiler's closing line is an error without a code; there are others, which are not expected.
            None if text.starts_with("aborting due to") => return,
            None => self.codes.insert(text.to_owned()),
        };
        self.rendered += message["rendered"].as_str().unwrap();
    }
}

#[test]
fn each_case_is_refused_with_its_code_and_each_counterpart_compiles() {
    let cases = cases();
    let mut verdicts = check(&write_package(&cases));

    let mut report = String::new();
    for Case { name, expected, .. } in &cases {
        let Verdict { codes, rendered, compiled } = verdicts.remove(name).unwrap_or_default();
        if codes != *expected || compiled != expected.is_empty() {
            write!(
                report,
                "\n{name}: expected {expected:?}, got {codes:?}, compiled: {compiled}\n{rendered}"
            )
            .unwrap();
        }
    }
    assert!(report.is_empty(), "{report}");

    let counterparts = cases.iter().filter(|case| case.expected.is_empty()).count();
    println!("{} programs refused, {counterparts} compiled", cases.len() - counterparts);
    assert!(counterparts >= 5 && cases.len() - counterparts >= 25, "cases are missing");
}
