//! The copy of the sources that mistakes are made in.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::mistakes::Mistake;

/// What the workspace needs to be one.
const PARTS: &[&str] = &["Cargo.toml", "Cargo.lock", "README.md", "core", "std-adapters", "tests", "benches"];

/// The workspace.
pub(crate) fn original() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a part of the workspace")
}

/// A copy of the workspace, and a place to build it.
#[derive(Debug)]
pub(crate) struct Tree {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl Tree {
    /// Makes the copy, or brings an earlier one up to date.
    pub(crate) fn copy() -> Result<Self, String> {
        let original = original();
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| original.join("target"), PathBuf::from);
        let target = std::path::absolute(target).map_err(|error| error.to_string())?.join("mutants");
        let tree = Self { root: target.join("tree"), target: target.join("build") };
        for part in PARTS {
            copy(&original.join(part), &tree.root.join(part))?;
        }
        without_programs(&tree.root.join("tests/Cargo.toml"))?;
        Ok(tree)
    }

    /// Makes these mistakes, and takes them back in the end.
    pub(crate) fn with<R>(
        &mut self,
        mistakes: &[&Mistake],
        body: impl FnOnce(&Self) -> Result<R, String>,
    ) -> Result<R, String> {
        let mut before = Vec::new();
        let made = mistakes.iter().try_for_each(|mistake| {
            let path = self.root.join("core/src").join(mistake.file);
            let right = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let times = right.matches(mistake.right).count();
            if times != 1 {
                let Mistake { name, file, right, .. } = mistake;
                return Err(format!(
                    "{name}: this must stand once in {file}, and does {times} times:\n{right}"
                ));
            }
            write(&path, &right.replacen(mistake.right, mistake.wrong, 1))?;
            before.push((path, right));
            Ok(())
        });
        let result = made.and_then(|()| body(self));
        // The last one first: two may be in one file.
        before.iter().rev().try_for_each(|(path, right)| write(path, right))?;
        result
    }
}

/// Takes the programs out of the tests' manifest: cargo builds them along with each test, which uses none.
fn without_programs(manifest: &Path) -> Result<(), String> {
    let text = fs::read_to_string(manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let mut sections: Vec<_> = text.split("\n\n").filter(|section| !section.starts_with("[[bin]]")).collect();
    let package = sections[0].replace("autotests = false", "autotests = false\nautobins = false");
    sections[0] = &package;
    write(manifest, &sections.join("\n\n"))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Copies what differs, so that the rest is not built again, and removes what is no longer there.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    if from.is_file() {
        let content = fs::read(from).map_err(failed)?;
        if fs::read(to).ok().as_ref() != Some(&content) {
            fs::create_dir_all(to.parent().expect("a file is in a directory")).map_err(failed)?;
            fs::write(to, content).map_err(failed)?;
        }
        return Ok(());
    }
    let names = |directory: &Path| -> std::io::Result<Vec<_>> {
        fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name())).collect()
    };
    let here = names(from).map_err(failed)?;
    for gone in names(to).unwrap_or_default().into_iter().filter(|name| !here.contains(name)) {
        let gone = to.join(gone);
        if gone.is_dir() { fs::remove_dir_all(gone) } else { fs::remove_file(gone) }.map_err(failed)?;
    }
    // Of the suites with a workspace of their own, what they have built stays where it is.
    here.iter().filter(|name| *name != "target").try_for_each(|name| copy(&from.join(name), &to.join(name)))
}
