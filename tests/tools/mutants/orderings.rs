//! The mistakes that need not be written down: each ordering of the core that is more than `Relaxed`, weakened.

use std::path::Path;
use std::{fs, io};

use crate::mistakes::Mistake;

/// What each may become. `AcqRel` is two promises, so it is broken twice.
const WEAKER: &[(&str, &str)] = &[
    ("Ordering::Acquire", "Ordering::Relaxed"),
    ("Ordering::Release", "Ordering::Relaxed"),
    ("Ordering::AcqRel", "Ordering::Acquire"),
    ("Ordering::AcqRel", "Ordering::Release"),
];

/// One mistake for each ordering below `sources`; of the models, and of the model of the machine, none.
pub(crate) fn weakened(sources: &Path) -> io::Result<Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut directories = vec![sources.to_path_buf()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() && !path.ends_with("tests") {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let file = path.strip_prefix(sources).expect("it was found there").display().to_string();
                in_file(&file, &fs::read_to_string(&path)?, &mut mistakes);
            }
        }
    }
    mistakes.sort_by(|one, other| one.name.cmp(other.name));
    Ok(mistakes)
}

fn in_file(file: &str, text: &str, mistakes: &mut Vec<Mistake>) {
    for &(right, wrong) in WEAKER {
        for (at, _) in text.match_indices(right) {
            let begin = line_begin(text, at);
            if text[begin..].trim_start().starts_with("//") {
                continue;
            }
            let end = at + text[at..].find('\n').unwrap_or(text.len() - at);
            // As many of the lines above as make it the only place of its kind.
            let mut from = begin;
            while from > 0 && text.matches(&text[from..end]).count() > 1 {
                from = line_begin(text, from - 1);
            }
            let line = text[..at].matches('\n').count() + 1;
            mistakes.push(Mistake {
                name: leak(format!("{file}:{line:03}: {wrong} for {right}").replace("Ordering::", "")),
                breaks: "what one thread did need not be seen by another",
                file: leak(file.to_owned()),
                right: leak(text[from..end].to_owned()),
                wrong: leak(format!("{}{wrong}{}", &text[from..at], &text[at + right.len()..end])),
                found_by: "loom",
            });
        }
    }
}

fn line_begin(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The mistakes that are written down are constants; these live as long.
fn leak(text: String) -> &'static str {
    text.leak()
}
