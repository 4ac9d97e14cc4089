//! Every public function has an example that asserts something.

use std::fs;
use std::path::{Path, PathBuf};

/// For a trait that programs implement, the example is the trait's own: it implements all methods.
const IMPLEMENTED_IN_AN_EXAMPLE: [&str; 4] = ["Manager", "Order", "Outcome", "Timer"];

#[test]
fn every_public_function_has_an_asserting_example() {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let sources: Vec<_> =
        ["core/src", "std-adapters/src"].iter().flat_map(|it| sources(&packages.join(it))).collect();
    let all: Vec<_> = sources.iter().flat_map(|file| functions(&fs::read_to_string(file).unwrap())).collect();
    assert!(all.len() > 100, "this finds {} functions only", all.len());
    let lacking: Vec<_> =
        all.iter().filter(|function| !function.has_example).map(|it| &it.signature).collect();
    assert!(lacking.is_empty(), "public, and without an example: {lacking:#?}");
}

#[test]
fn functions_without_an_example_are_found() {
    let source = "
        /// # Examples
        ///
        /// ```
        /// assert!(shown());
        /// ```
        #[must_use]
        pub fn shown() -> bool {}
        pub(crate) fn inside() {}
        /// Without.
        pub async fn hidden() {}
        pub const fn bare() {}
    ";
    let found = functions(source).into_iter().map(|function| (function.signature, function.has_example));
    let expected = [
        ("pub fn shown() -> bool {}", true),
        ("pub async fn hidden() {}", false),
        ("pub const fn bare() {}", false),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected.map(|(signature, shown)| (signature.to_owned(), shown)));
}

struct Function {
    signature: String,
    has_example: bool,
}

/// The public functions of a source, in the order in which they are declared.
fn functions(source: &str) -> Vec<Function> {
    let lines: Vec<_> = source.lines().collect();
    let mut functions = Vec::new();
    let mut in_trait = false;
    for (at, line) in lines.iter().enumerate() {
        if let Some(declared) = line.strip_prefix("pub trait ") {
            in_trait = !declared.ends_with("{}")
                && !IMPLEMENTED_IN_AN_EXAMPLE.iter().any(|name| declared.starts_with(name));
        }
        in_trait &= *line != "}";
        let signature = line.trim_start();
        let is_method = in_trait && line.starts_with("    fn ");
        if is_method
            || ["pub fn ", "pub async fn ", "pub const fn "].iter().any(|it| signature.starts_with(it))
        {
            functions
                .push(Function { signature: signature.to_owned(), has_example: has_example(&lines[..at]) });
        }
    }
    functions
}

/// Whether the documentation that ends with these lines has an example with an assertion.
fn has_example(lines: &[&str]) -> bool {
    let above = lines.iter().rev().map(|line| line.trim_start());
    let docs = above.take_while(|line| line.starts_with("///") || line.starts_with("#["));
    let docs: Vec<_> = docs.filter(|line| line.starts_with("///")).collect();
    docs.contains(&"/// # Examples") && docs.iter().any(|line| line.contains("assert"))
}

/// The files of the library, those with its unit tests aside.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|it| it != "tests") {
            sources.extend(self::sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs")
            // Tests, and what the examples themselves run on.
            && path.file_name().is_some_and(|it| it != "tests.rs" && it != "doctest.rs")
            // What models run on: the names of loom, and what a macro uses.
            && !path.ends_with("sys/shuttle.rs")
            && !path.ends_with("model/lazy.rs")
        {
            sources.push(path);
        }
    }
    sources
}
