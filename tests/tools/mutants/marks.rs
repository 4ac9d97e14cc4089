//! Where mistakes are made: marks in the core's sources, and every ordering that is more than `Relaxed`.
//!
//! A mark is a comment above the code that it is about, so that a renaming takes it along:
//!
//! ```text
//! // mistake cancel_serves_nobody: policy.serve(locked) ~> drop(locked)
//! policy.serve(locked);
//! ```
//!
//! What stands left of `~>` is looked for from the mark on, white space and comments aside. It is an expression, or
//! statements with their semicolons. What stands right of it may be nothing. Lines that go on are indented by four more:
//! `//     like this`. Instead of a change, `+ code` is put where the mark stands; in it, `mistaken!()` says
//! whether the mistake is made. Several marks of one name are one mistake.

use std::path::Path;
use std::{fs, io};

/// Of the files below a `src`, those that mistakes are made in: neither tests nor what models stand on.
const NOT_MUTATED: &[&str] = &["tests.rs", "loom.rs", "atomic.rs", "modelled.rs", "doctest.rs"];

/// What each may become. `AcqRel` is two promises, so it is broken twice.
const WEAKER: &[(&str, &[&str])] =
    &[("Acquire", &["Relaxed"]), ("Release", &["Relaxed"]), ("AcqRel", &["Acquire", "Release"])];

/// How a place is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change<'n> {
    /// Every mistake gets a switch, which is set when the program starts; all but these, of which only a type or an
    /// `impl` is the place.
    Switches(&'n [&'n str]),
    /// The mistakes of these names are made for good.
    Planted(&'n [&'n str]),
}

/// A source file with its mistakes in it.
#[derive(Debug)]
pub(crate) struct Mutated {
    pub text: String,
    /// As they stand in the file, each once.
    pub names: Vec<String>,
}

/// A comment that says where a mistake is to be made.
#[derive(Debug)]
struct Mark {
    name: String,
    code: Code,
    /// Where the line begins, and where the code after the comment does.
    begin: usize,
    end: usize,
}

#[derive(Debug)]
enum Code {
    Instead { right: String, wrong: String },
    Inserted(String),
}

/// The files below `sources`, by their paths from there, that mistakes are made in.
pub(crate) fn files(sources: &Path) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    let mut directories = vec![sources.to_path_buf()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && name != "tests" {
                directories.push(path);
            } else if name.ends_with(".rs") && !NOT_MUTATED.contains(&name) {
                files.push(path.strip_prefix(sources).expect("it was found there").display().to_string());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Makes the mistakes that are marked in a file, and then, where that is asked for, weakens its orderings.
pub(crate) fn mutate(file: &str, text: &str, change: Change<'_>, weakens: bool) -> Result<Mutated, String> {
    let mut mutated = Mutated { text: text.to_owned(), names: Vec::new() };
    // From the last to the first, so that places found stay where they are.
    for mark in marks(file, text)?.into_iter().rev() {
        if !mutated.names.contains(&mark.name) {
            mutated.names.push(mark.name.clone());
        }
        mark.make(&mut mutated.text, change).map_err(|why| format!("{file}: {}: {why}", mark.name))?;
    }
    mutated.names.reverse();
    if weakens {
        weaken(file, &mut mutated, change);
    }
    Ok(mutated)
}

fn marks(file: &str, text: &str) -> Result<Vec<Mark>, String> {
    let mut marks: Vec<Mark> = Vec::new();
    let (mut begin, mut open): (_, Option<(usize, String)>) = (0, None);
    for line in text.split_inclusive('\n').chain([""]) {
        let comment = line.trim_start().trim_end();
        if let Some((from, mark)) = &mut open {
            if let Some(more) = comment.strip_prefix("//     ") {
                mark.push('\n');
                mark.push_str(more);
                begin += line.len();
                continue;
            }
            marks.push(Mark::parse(mark, *from, begin).ok_or_else(|| format!("{file}: not a mark: {mark}"))?);
            open = None;
        }
        if let Some(mark) = comment.strip_prefix("// mistake ") {
            open = Some((begin, mark.to_owned()));
        }
        begin += line.len();
    }
    Ok(marks)
}

impl Mark {
    fn parse(text: &str, begin: usize, end: usize) -> Option<Self> {
        let (name, code) = text.split_once(':')?;
        let code = match code.trim().strip_prefix("+ ") {
            Some(code) => Code::Inserted(code.to_owned()),
            None => {
                let (right, wrong) = code.split_once("~>")?;
                Code::Instead { right: right.trim().to_owned(), wrong: wrong.trim().to_owned() }
            }
        };
        Some(Self { name: name.to_owned(), code, begin, end })
    }

    fn make(&self, text: &mut String, change: Change<'_>) -> Result<(), String> {
        let on = match change {
            Change::Switches(but) if but.contains(&self.name.as_str()) => return Ok(()),
            Change::Switches(_) => format!("crate::mistake::is_made({:?})", self.name),
            Change::Planted(names) if names.contains(&self.name.as_str()) => "true".to_owned(),
            Change::Planted(_) => return Ok(()),
        };
        match &self.code {
            Code::Inserted(code) => {
                text.insert_str(self.end, &format!("{}\n", unseen(code).replace("mistaken!()", &on)));
            }
            Code::Instead { right, wrong } => {
                let place = find(text, self.end, right).ok_or("the code that is marked has changed")?;
                let (right, wrong) = (&text[place.clone()], unseen(wrong));
                let switched = match change {
                    Change::Planted(_) => wrong,
                    Change::Switches(_) if right.ends_with([';', '}']) => {
                        format!("if !{on} {{ {right} }} else {{ {wrong} }}")
                    }
                    Change::Switches(_) => format!("(if !{on} {{ {right} }} else {{ {wrong} }})"),
                };
                text.replace_range(place, &switched);
            }
        }
        debug_assert!(self.begin < self.end, "a mark has a line");
        Ok(())
    }
}

/// The orderings of a mistake are not weakened once more.
fn unseen(wrong: &str) -> String {
    wrong.replace("Ordering::", "Ordering ::")
}

/// Where `code` stands from `from` on, if it does before the next empty line but one, whatever white space and comments
/// are in it.
fn find(text: &str, from: usize, code: &str) -> Option<core::ops::Range<usize>> {
    const LINES: usize = 24;
    let masked = without_comments(text);
    let until = masked[from..].match_indices('\n').nth(LINES).map_or(masked.len(), |(at, _)| from + at);
    let part_of_a_word = |char: char| char.is_alphanumeric() || char == '_';
    let mut begins = masked[from..until].char_indices().map(|(at, _)| from + at);
    begins.find_map(|begin| {
        if code.starts_with(part_of_a_word) && masked[..begin].ends_with(part_of_a_word) {
            return None;
        }
        let mut rest = masked[begin..].char_indices();
        let mut end = begin;
        for wanted in code.chars().filter(|char| !char.is_whitespace()) {
            // White space is passed over, but not before the first.
            let (at, found) = rest.find(|(at, char)| *at == 0 || !char.is_whitespace())?;
            if found != wanted {
                return None;
            }
            end = begin + at + found.len_utf8();
        }
        Some(begin..end)
    })
}

/// The text with spaces where comments were; every other byte stays where it is.
fn without_comments(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let code = line.find("//").unwrap_or(line.len());
        masked.push_str(&line[..code]);
        masked.extend(line[code..].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
    }
    masked
}

/// A mistake for each ordering of the file.
fn weaken(file: &str, mutated: &mut Mutated, change: Change<'_>) {
    let module = file.trim_end_matches(".rs").trim_end_matches("/mod");
    let masked = without_comments(&mutated.text);
    let mut places: Vec<(usize, &str, &[&str])> = WEAKER
        .iter()
        .flat_map(|&(right, weaker)| masked.match_indices(right).map(move |(at, _)| (at, right, weaker)))
        .filter(|&(at, right, _)| {
            masked[..at].ends_with("Ordering::")
                && !masked[at + right.len()..].starts_with(|char: char| char.is_alphanumeric())
        })
        .collect();
    places.sort_unstable();
    let mut replaced = Vec::new();
    for (at, right, weaker) in places {
        let mut ordering = format!("Ordering::{right}");
        for weak in weaker {
            let name =
                unique(format!("{module}::{}::{right}-{weak}", function_at(&masked, at)), &mutated.names);
            ordering = match change {
                Change::Switches(_) => {
                    format!(
                        "(if crate::mistake::is_made({name:?}) {{ Ordering::{weak} }} else {{ {ordering} }})"
                    )
                }
                Change::Planted(names) if names.contains(&name.as_str()) => format!("Ordering::{weak}"),
                Change::Planted(_) => ordering,
            };
            mutated.names.push(name);
        }
        replaced.push((at - "Ordering::".len()..at + right.len(), ordering));
    }
    for (place, ordering) in replaced.into_iter().rev() {
        mutated.text.replace_range(place, &ordering);
    }
}

fn unique(name: String, taken: &[String]) -> String {
    let mut candidates = (1..).map(|count| if count == 1 { name.clone() } else { format!("{name}-{count}") });
    candidates.find(|candidate| !taken.contains(candidate)).expect("there are more numbers than names")
}

/// The name of the function that a place is in.
fn function_at(code: &str, at: usize) -> &str {
    let Some(begin) = code[..at].rfind("fn ") else { return "" };
    let name = &code[begin + "fn ".len()..];
    &name[..name.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(name.len())]
}

#[cfg(test)]
mod tests {
    use super::{Change, mutate};

    const SOURCE: &str = "\
fn cancel() {
    // mistake one: serve( a, b ) ~> drop(a)
    serve(
        // Those behind.
        a, b,
    );
    // mistake two: let x = 1; take(x); ~>
    //     take(2);
    // mistake three: + if mistaken!() { early(); }
    let x = 1; take(x);
    word.store(0, Ordering::Release); // Ordering::Acquire
}
";

    fn planted(name: &str) -> String {
        mutate("lock.rs", SOURCE, Change::Planted(&[name]), true).unwrap().text
    }

    #[test]
    fn a_mark_is_found_across_lines_and_comments() {
        let changed = SOURCE.replace("a, b,\n    );", "a, b\n    );");
        let planted = mutate("lock.rs", &changed, Change::Planted(&["one"]), true).unwrap().text;
        assert!(planted.contains("\n    drop(a);\n"), "{planted}");
    }

    #[test]
    fn marked_code_that_has_changed_is_an_error() {
        let changed = SOURCE.replace("    serve(\n", "    served(\n");
        assert!(mutate("lock.rs", &changed, Change::Planted(&["one"]), true).unwrap_err().contains("one: "));
    }

    #[test]
    fn statements_and_insertions_and_orderings_are_planted() {
        assert!(planted("two").contains("    take(2);\n"));
        assert!(planted("three").contains("if true { early(); }"));
        assert!(planted("lock::cancel::Release-Relaxed").contains("store(0, Ordering::Relaxed);"));
        assert_eq!(planted("none"), SOURCE);
    }

    #[test]
    fn every_mistake_gets_a_switch() {
        let changed = SOURCE.replace("a, b,\n    );", "a, b\n    );");
        let mutated = mutate("lock.rs", &changed, Change::Switches(&[]), true).unwrap();
        assert_eq!(mutated.names, ["one", "two", "three", "lock::cancel::Release-Relaxed"]);
        assert!(mutated.text.contains("if !crate::mistake::is_made(\"two\") { let x = 1; take(x); } else {"));
    }
}
