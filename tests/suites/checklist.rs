//! What a new primitive needs is a table in CONTRIBUTING.md. Every primitive has all of it.
//!
//! A row's place is a file, `path/<name>.rs` (or a folder of that name), or something that stands in one, `word` in
//! `path`. In both, `<name>` is the module of the primitive in the core, and `<Type>` its type.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules of the core whose types are re-exported at its root, and which are no primitive.
const NO_PRIMITIVES: &[&str] = &["closed", "timer", "wait"];

/// Rows that make no sense for a primitive: `(module, what the row asks for, why not)`.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("cancellation_token", "its use in a program without an allocator", ON_THE_HEAP),
    ("cancellation_token", "a scenario on emulated boards", ON_THE_HEAP),
    ("cancellation_token", "an interrupt at each of its instructions", ON_THE_HEAP),
    ("cancellation_token", "its weight in flash", ON_THE_HEAP),
    ("cancellation_token", "a place in the figures of flash", ON_THE_HEAP),
];

const ON_THE_HEAP: &str = "a token is a node on the heap, and these programs have no allocator";

/// A primitive: the name of its module, and that of its type.
#[derive(Clone, Debug)]
struct Primitive {
    name: String,
    of_type: String,
}

/// A row of the checklist.
#[derive(Debug)]
struct Row {
    what: String,
    /// What has to stand there, if the file itself is not enough.
    word: Option<String>,
    path: String,
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = workspace().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The modules that the core's root re-exports types of.
fn primitives() -> Vec<Primitive> {
    let root = read("core/src/lib.rs");
    let mut exported: Vec<(&str, Vec<&str>)> = Vec::new();
    for statement in root.split("pub use ").skip(1) {
        let statement = statement.split(';').next().unwrap();
        // But for a whole crate.
        let Some((module, _)) = statement.split_once("::") else { continue };
        let types = statement.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        match exported.iter_mut().find(|(known, _)| *known == module) {
            Some((_, known)) => known.extend(types),
            None => exported.push((module, types.collect())),
        }
    }
    exported.retain(|(module, _)| !NO_PRIMITIVES.contains(module));
    let named = |(module, types): (&str, Vec<&str>)| {
        let is_its_name =
            |of_type: &&str| *of_type != module && of_type.to_lowercase() == module.replace('_', "");
        let of_type = types.into_iter().find(is_its_name);
        let of_type =
            of_type.unwrap_or_else(|| panic!("which type is the module {module} named for?")).to_owned();
        Primitive { name: module.to_owned(), of_type }
    };
    exported.into_iter().map(named).collect()
}

/// The table in CONTRIBUTING.md: rows of what is needed and where it is.
fn checklist() -> Vec<Row> {
    let text = read("CONTRIBUTING.md");
    let (_, section) = text.split_once("\n## A new primitive\n").expect("CONTRIBUTING.md has the checklist");
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|') && line.contains('`'));
    rows.map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [what, place] = cells[..] else { panic!("two cells: {line}") };
        let quoted: Vec<_> = place.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let (word, path) = match &quoted[..] {
            [path] => (None, path.clone()),
            [word, path] => (Some(word.clone()), path.clone()),
            _ => panic!("a file, or a word in one: {line}"),
        };
        Row { what: what.to_owned(), word, path }
    })
    .collect()
}

impl Row {
    fn is_there(&self, primitive: &Primitive) -> bool {
        let filled =
            |text: &str| text.replace("<name>", &primitive.name).replace("<Type>", &primitive.of_type);
        let path = workspace().join(filled(&self.path));
        // A file, and the folder of its parts.
        let files = [files(&path), files(&path.with_extension(""))].concat();
        match &self.word {
            None => !files.is_empty(),
            Some(word) => files.iter().any(|file| says(&read(file), &filled(word))),
        }
    }
}

/// The file, or those in the folder at any depth.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    entries.flat_map(|entry| files(&entry.unwrap().path())).collect()
}

/// Whether the word stands in the text, and not as a part of another; but `StaticQueue` is a `Queue`.
fn says(text: &str, word: &str) -> bool {
    let of_a_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(at, _)| {
        let begins = word.starts_with(char::is_uppercase) || !text[..at].ends_with(of_a_word);
        begins && !text[at + word.len()..].starts_with(of_a_word)
    })
}

/// What the checklist asks for and the primitive lacks.
fn lacking(primitive: &Primitive) -> Vec<String> {
    let lacks = |row: &Row| {
        let excepted = EXCEPTIONS.iter().any(|(name, what, _)| *name == primitive.name && *what == row.what);
        !row.is_there(primitive) && !excepted
    };
    let rows = checklist();
    rows.iter().filter(|row| lacks(row)).map(|row| format!("{}: {}", row.what, row.path)).collect()
}

#[test]
fn every_primitive_has_all_that_a_primitive_needs() {
    let primitives = primitives();
    assert!(primitives.len() >= 5, "{primitives:?}");
    let report: Vec<_> = primitives
        .iter()
        .flat_map(|primitive| {
            let name = primitive.name.clone();
            lacking(primitive).into_iter().map(move |what| format!("{name} lacks {what}"))
        })
        .collect();
    assert!(report.is_empty(), "{}", report.join("\n"));
}

#[test]
fn a_made_up_primitive_lacks_all_of_it() {
    let made_up = Primitive { name: "made_up".to_owned(), of_type: "MadeUp".to_owned() };
    assert_eq!(lacking(&made_up).len(), checklist().len());
    assert!(checklist().len() >= 20);
}

#[test]
fn exceptions_are_still_needed() {
    for (name, what, why) in EXCEPTIONS {
        let primitive = primitives().into_iter().find(|primitive| primitive.name == *name);
        let row = checklist().into_iter().find(|row| row.what == *what);
        let (Some(primitive), Some(row)) = (primitive, row) else { panic!("{name}, {what}: is gone") };
        assert!(!row.is_there(&primitive), "{name} has {what}, although {why}");
    }
}
