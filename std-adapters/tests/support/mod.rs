//! The built examples, for the tests that run them.

use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, fs};

/// The example of that name, which `cargo test` builds next to the tests.
///
/// A test that is run by itself does not bring it up to date, so this panics unless it is.
pub(crate) fn example(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let example = test.parent().and_then(Path::parent).unwrap().join("examples").join(name);
    let built = example.with_extension(env::consts::EXE_EXTENSION);
    assert!(
        is_up_to_date(&built, &example.with_extension("d")),
        "the example {name} is not built, or older than its source: run all tests, or \
         `cargo build -p anywake --all-features --examples` first"
    );
    built
}

/// Whether it is no older than any of its sources, which Cargo has listed: its own files, and the library's.
fn is_up_to_date(built: &Path, list: &Path) -> bool {
    let (Some(built), Ok(list)) = (modified(built), fs::read_to_string(list)) else { return false };
    let (_, sources) = list.trim_end().split_once(": ").expect("Cargo writes `built: source source ..`");
    // A space in a name stands behind a backslash.
    let sources = sources.replace("\\ ", "\0");
    let mut sources = sources.split(' ').map(|source| source.replace('\0', " "));
    sources.all(|source| modified(Path::new(&source)).is_some_and(|source| source <= built))
}

/// `None` if it is not there.
fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}
