//! The copies of the sources that mistakes are made in.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::marks::{self, Change};

/// What the workspace needs to be one.
const PARTS: &[&str] =
    &["Cargo.toml", "Cargo.lock", "README.md", "core", "std-adapters", "compat", "tests", "benches"];

/// Where mistakes are made: in the core, and in the toolbox.
const SOURCES: &[&str] = &[MODELLED, "std-adapters/src"];
/// The sources that models check.
const MODELLED: &str = "core/src";

/// Goes into the copy that has every mistake.
const SWITCHES: &str = include_str!("mistake.rs");

/// The workspace.
pub(crate) fn original() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a part of the workspace")
}

/// Where everything goes that is built or copied here.
pub(crate) fn work() -> Result<PathBuf, String> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| original().join("target"), PathBuf::from);
    Ok(std::path::absolute(target).map_err(|error| error.to_string())?.join("mutants"))
}

/// A copy of the workspace.
#[derive(Debug)]
pub(crate) struct Tree {
    pub root: PathBuf,
    /// The mistakes that can be made in it, with the file that each is in.
    pub mistakes: Vec<(String, String)>,
}

impl Tree {
    /// Makes the copy, or brings an earlier one up to date.
    pub(crate) fn copy(root: PathBuf, change: Change<'_>) -> Result<Self, String> {
        let mut tree = Self { root, mistakes: Vec::new() };
        let mut mutated = Vec::new();
        for folder in SOURCES {
            let sources = original().join(folder);
            for file in marks::files(&sources).map_err(|error| format!("{}: {error}", sources.display()))? {
                let text = read(&sources.join(&file))?;
                // Orderings are weakened where there are models.
                let file_mutated = marks::mutate(&file, &text, change, *folder == MODELLED)?;
                tree.mistakes.extend(file_mutated.names.into_iter().map(|name| (name, file.clone())));
                mutated.push((Path::new(folder).join(file), file_mutated.text));
            }
        }
        tree.mistakes.dedup();
        if matches!(change, Change::Switches(_)) {
            tree.number(&mut mutated);
        }
        let replaced = |path: &Path| {
            let path = path.strip_prefix(original()).unwrap_or(path);
            mutated.iter().find(|(mutated, _)| mutated == path).map(|(_, text)| text.clone().into_bytes())
        };
        for part in PARTS {
            copy(&original().join(part), &tree.root.join(part), &replaced)?;
        }
        Ok(tree)
    }

    /// Replaces the names in the sources by numbers, and adds the module that knows them.
    fn number(&self, mutated: &mut [(PathBuf, String)]) {
        let mut names = String::from("\nconst NAMES: &[&str] = &[\n");
        for (number, (name, _)) in self.mistakes.iter().enumerate() {
            names.push_str(&format!("    {name:?},\n"));
            for (_, text) in &mut *mutated {
                *text = text.replace(&format!("is_made({name:?})"), &format!("is_made_at({number})"));
            }
        }
        names.push_str("];\n");
        for folder in SOURCES {
            let root = Path::new(folder).join("lib.rs");
            let (_, text) =
                mutated.iter_mut().find(|(path, _)| *path == root).expect("a library has a lib.rs");
            text.push_str(&format!("\nmod mistake {{\n{SWITCHES}{names}}}\n"));
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Copies what differs, so that the rest is not built again, and removes what is no longer there.
fn copy(from: &Path, to: &Path, replaced: &dyn Fn(&Path) -> Option<Vec<u8>>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    if from.is_file() {
        let content = match replaced(from) {
            Some(content) => content,
            None => fs::read(from).map_err(failed)?,
        };
        return write(to, &content).map_err(failed);
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
    let here = here.iter().filter(|name| *name != "target");
    here.into_iter().try_for_each(|name| copy(&from.join(name), &to.join(name), replaced))
}

fn write(to: &Path, content: &[u8]) -> std::io::Result<()> {
    if fs::read(to).is_ok_and(|there| there == content) {
        return Ok(());
    }
    fs::create_dir_all(to.parent().expect("a file is in a directory"))?;
    fs::write(to, content)
}
