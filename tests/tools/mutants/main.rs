//! Seeded mistakes: makes each of the mistakes in `mistakes.rs` in a copy of the sources, and shows which check finds it.
//!
//! ```text
//! cargo run -p anywake-tests --bin mutants                    until the first check that finds it: which others let it pass
//! cargo run -p anywake-tests --bin mutants -- --all           every check on every mistake
//! cargo run -p anywake-tests --bin mutants -- --quick         only the check that is named beside the mistake
//! cargo run -p anywake-tests --bin mutants -- event_ --quick  those with such a name only; so with each option
//!
//! cargo run -p anywake-tests --bin mutants -- _without_ --together
//!     all weaker orderings at once: everything but the models must pass
//! cargo run -p anywake-tests --bin mutants -- --orderings
//!     not the list, but each ordering in the sources, weakened: for the models to find
//! ```
//!
//! Checks run in the order of what they cost. What loom is the first to find, every test has let pass, on one thread and
//! on many: that is counted as found by loom alone. Without a mistake every check must pass, and is seen to first. Fails if a mistake is not found, if one is no longer to be
//! made because the sources have changed, or if it does not compile.
//!
//! The copy, and all that is built, is in `target/mutants`, so that a mistake costs no more than what depends on it.

mod checks;
mod mistakes;
mod orderings;
mod tree;

use core::fmt::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use checks::{CHECKS, Check, Finding};
use mistakes::{MISTAKES, Mistake};
use tree::Tree;

/// Which checks a mistake has to pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    UntilFound,
    All,
    Quick,
    Together,
}

fn main() -> ExitCode {
    let (mut mode, mut baseline, mut list, mut orderings, mut names) =
        (Mode::UntilFound, true, false, false, Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--all" => mode = Mode::All,
            "--quick" => mode = Mode::Quick,
            "--together" => mode = Mode::Together,
            "--no-baseline" => baseline = false,
            "--orderings" => (orderings, mode) = (true, Mode::Quick),
            "--list" => list = true,
            option if option.starts_with('-') => {
                eprintln!("there is no option {option}");
                return ExitCode::from(2);
            }
            _ => names.push(argument),
        }
    }
    match choose(orderings, &names).and_then(|chosen| {
        if list {
            chosen.iter().for_each(|mistake| println!("{}: {}", mistake.name, mistake.breaks));
            return Ok(true);
        }
        run(&chosen, mode, baseline)
    }) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("\n{why}");
            ExitCode::FAILURE
        }
    }
}

/// The mistakes of the list, or those with the orderings, whose name has one of these words in it.
fn choose(orderings: bool, words: &[String]) -> Result<Vec<&'static Mistake>, String> {
    let all = if orderings {
        let sources = tree::original().join("core/src");
        orderings::weakened(&sources).map_err(|error| format!("{}: {error}", sources.display()))?.leak()
    } else {
        MISTAKES
    };
    let chosen = |one: &&Mistake| words.is_empty() || words.iter().any(|word| one.name.contains(word));
    let chosen: Vec<_> = all.iter().filter(chosen).collect();
    if chosen.is_empty() {
        Err("there is no mistake of that name; there are: --list".into())
    } else {
        Ok(chosen)
    }
}

/// Whether each mistake was found.
fn run(chosen: &[&Mistake], mode: Mode, baseline: bool) -> Result<bool, String> {
    let mut tree = Tree::copy()?;
    // All of them at first: it is better to know at once that one cannot be made.
    for mistake in MISTAKES.iter().chain(chosen.iter().copied()) {
        tree.with(&[mistake], |_| Ok(()))?;
        if !CHECKS.iter().any(|check| check.is_meant_by(mistake.found_by)) {
            return Err(format!("{}: there is no check {}", mistake.name, mistake.found_by));
        }
    }
    println!("| mistake | what it breaks | found by | how |\n|---|---|---|---|");
    if baseline {
        for check in CHECKS {
            let begin = Instant::now();
            if let Some(Finding { output, .. }) = check.run(&tree, None)? {
                return Err(format!("{output}\n\nwithout any mistake, {} must pass", check.name));
            }
            println!("| none | | {} passes | {} s |", check.name, begin.elapsed().as_secs());
        }
    }
    if mode == Mode::Together {
        return together(&mut tree, chosen);
    }
    let (mut found, mut by_loom) = (0, 0);
    for mistake in chosen {
        let findings = tree.with(&[mistake], |tree| try_checks(tree, mistake, mode))?;
        found += usize::from(!findings.is_empty());
        by_loom += usize::from(findings.first().is_some_and(|(check, _)| check.name == "loom"));
        let (mut by, mut how) = (String::new(), String::new());
        for (check, finding) in &findings {
            let comma = if by.is_empty() { "" } else { ", " };
            let _ = write!(by, "{comma}{}", check.name);
            let _ = write!(how, "{comma}{}", finding.what);
        }
        if findings.is_empty() {
            by.push_str("**NOTHING**");
        }
        println!("| `{}` | {} | {by} | {how} |", mistake.name, mistake.breaks);
    }
    println!("\n{found} of {} found", chosen.len());
    match mode {
        Mode::Quick | Mode::Together => {}
        Mode::UntilFound | Mode::All => println!("{by_loom} by loom alone"),
    }
    Ok(found == chosen.len())
}

/// Whether all that is not a model passes although every mistake that a model is named for is made, at once: in a
/// fraction of the time, nearly what each of them alone would show. For those that need a race and no weak memory,
/// tests with threads are sometimes lucky.
fn together(tree: &mut Tree, chosen: &[&Mistake]) -> Result<bool, String> {
    let models = CHECKS.iter().find(|check| check.is_of_models()).expect("there are models");
    let meant: Vec<_> = chosen.iter().copied().filter(|one| models.is_meant_by(one.found_by)).collect();
    let names: Vec<_> = meant.iter().map(|mistake| mistake.name).collect();
    println!("| {} together: {} | | | |", names.len(), names.join(", "));
    tree.with(&meant, |tree| {
        let mut pass = true;
        for check in CHECKS {
            let begin = Instant::now();
            let (verb, how) = match check.run(tree, None)? {
                None => ("passes", format!("{} s", begin.elapsed().as_secs())),
                Some(finding) => ("finds them", finding.what),
            };
            pass &= (verb == "passes") != check.is_of_models();
            println!("| | | {} {verb} | {how} |", check.name);
        }
        Ok(pass)
    })
}

fn try_checks(tree: &Tree, mistake: &Mistake, mode: Mode) -> Result<Vec<(&'static Check, Finding)>, String> {
    checks::compiles(tree).map_err(|why| format!("{why}\n\n{} does not compile", mistake.name))?;
    let mut findings = Vec::new();
    for check in CHECKS {
        if mode == Mode::Quick && !check.is_meant_by(mistake.found_by) {
            continue;
        }
        eprintln!("{}: {} ...", mistake.name, check.name);
        if let Some(finding) = check.run(tree, (mode == Mode::Quick).then_some(mistake.found_by))? {
            findings.push((check, finding));
            if mode != Mode::All {
                break;
            }
        }
    }
    Ok(findings)
}
