//! Seeded mistakes: the core is built once with all of them in it, each behind a switch, and then every mistake is made in
//! turn, to see which check finds it.
//!
//! ```text
//! cargo run -p anywake-tests --bin mutants                    until the first check that finds it: which others let it pass
//! cargo run -p anywake-tests --bin mutants -- --all           every check on every mistake
//! cargo run -p anywake-tests --bin mutants -- --quick         only the check that is named beside the mistake
//! cargo run -p anywake-tests --bin mutants -- event_ --quick  those with such a name only; so with each option
//! cargo run -p anywake-tests --bin mutants -- semantics       those that such a check is to find
//! cargo run -p anywake-tests --bin mutants -- --orderings     only the weakened orderings
//! cargo run -p anywake-tests --bin mutants -- --together      what only models find, at once: all else must pass
//! cargo run -p anywake-tests --bin mutants -- --plant <folder> <name>...
//!     a copy of the workspace with these mistakes made for good, for checks that are run elsewhere
//! ```
//!
//! Mistakes stand in the core's sources as comments (`marks.rs`); each ordering that is more than `Relaxed` is one too,
//! without a mark. What they break, and which check finds it, stands in `mistakes.rs`. Checks run in the order of what
//! they cost. What loom is the first to find, every test has let pass, on one thread and on many: that is counted as
//! found by loom alone. Without a mistake every check must pass, and is seen to first; what takes five times as long as
//! then hangs, and is found.
//!
//! Fails if a mistake is not found, if one is marked and not listed or the other way round, or if the code that a mark is
//! about has changed. The copy, and all that is built, is in `target/mutants`.

mod checks;
mod marks;
mod mistakes;
mod tree;

use core::fmt::Write as _;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use checks::{Built, CHECKS, ELSEWHERE, Finding, TYPES};
use marks::Change;
use mistakes::Mistake;
use tree::Tree;

/// Which checks a mistake has to pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    UntilFound,
    All,
    Quick,
    Together,
}

/// What was asked for.
struct Request {
    mode: Mode,
    baseline: bool,
    list: bool,
    orderings: bool,
    plant: Option<PathBuf>,
    words: Vec<String>,
}

impl Request {
    fn read(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut request = Self {
            mode: Mode::UntilFound,
            baseline: true,
            list: false,
            orderings: false,
            plant: None,
            words: Vec::new(),
        };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--all" => request.mode = Mode::All,
                "--quick" => request.mode = Mode::Quick,
                "--together" => request.mode = Mode::Together,
                "--no-baseline" => request.baseline = false,
                "--orderings" => request.orderings = true,
                "--list" => request.list = true,
                "--plant" => {
                    request.plant = Some(arguments.next().ok_or("--plant which folder?")?.into());
                }
                option if option.starts_with('-') => return Err(format!("there is no option {option}")),
                _ => request.words.push(argument),
            }
        }
        Ok(request)
    }

    /// The mistakes that are meant: those whose name has one of the words in it, or whose check one of them is.
    fn choose(&self, known: Vec<Mistake>) -> Result<Vec<Mistake>, String> {
        let meant = |one: &Mistake| {
            let check = one.found_by.split("::").next();
            let is_meant_by = |word: &String| one.name.contains(word.as_str()) || check == Some(word);
            self.words.is_empty() || self.words.iter().any(is_meant_by)
        };
        let mut chosen = known;
        chosen.retain(|one| meant(one) && (one.is_ordering || !self.orderings));
        if chosen.is_empty() {
            return Err("there is no mistake of that name; there are: --list".into());
        }
        Ok(chosen)
    }
}

fn main() -> ExitCode {
    let result = Request::read(std::env::args().skip(1)).and_then(|request| carry_out(&request));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("\n{why}");
            ExitCode::FAILURE
        }
    }
}

/// Whether each mistake was found.
fn carry_out(request: &Request) -> Result<bool, String> {
    if let Some(folder) = &request.plant {
        return plant(folder, &request.words);
    }
    let work = tree::work()?;
    let tree = Tree::copy(work.join("tree"), Change::Switches(&mistakes::of_types()))?;
    let chosen = request.choose(mistakes::known(&tree.mistakes)?)?;
    if request.list {
        chosen.iter().for_each(|mistake| println!("{} ({}): {}", mistake.name, mistake.file, mistake.breaks));
        return Ok(true);
    }
    let (elsewhere, here): (Vec<_>, Vec<_>) =
        chosen.into_iter().partition(|one| ELSEWHERE.iter().any(|(name, _)| *name == one.found_by));
    let (types, switched): (Vec<_>, Vec<_>) =
        here.into_iter().partition(|one| TYPES.is_meant_by(&one.found_by));

    println!("| mistake | what it breaks | found by | how |\n|---|---|---|---|");
    let built = build(request, &switched, &tree.root, &work)?;
    if request.mode == Mode::Together {
        return together(&built, &switched, &work);
    }
    let (mut found, by_loom) = try_all(&switched, &built, request.mode, &work)?;
    let of = switched.len() + types.len();
    found += try_types(&types, &work)?;
    for mistake in &elsewhere {
        let how = ELSEWHERE.iter().find(|(name, _)| *name == mistake.found_by).expect("it was chosen so").1;
        println!("| `{}` | {} | {}, not here | {how} |", mistake.name, mistake.breaks, mistake.found_by);
    }
    println!("\n{found} of {of} found");
    if request.mode != Mode::Quick {
        println!("{by_loom} by loom alone");
    }
    Ok(found == of)
}

fn plant(folder: &Path, names: &[String]) -> Result<bool, String> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folder = std::path::absolute(folder).map_err(|error| error.to_string())?;
    let tree = Tree::copy(folder, Change::Planted(&names))?;
    let known = |name: &&&str| tree.mistakes.iter().any(|(known, _)| known == *name);
    match names.iter().find(|name| !known(name)) {
        Some(name) => Err(format!("there is no mistake {name}; there are: --list")),
        None => Ok(true),
    }
}

/// Builds the checks that are needed, and sees that they pass without a mistake.
fn build(request: &Request, switched: &[Mistake], root: &Path, work: &Path) -> Result<Vec<Built>, String> {
    if let Some(one) =
        switched.iter().find(|one| CHECKS.iter().all(|check| !check.is_meant_by(&one.found_by)))
    {
        return Err(format!("{}: there is no check {}", one.name, one.found_by));
    }
    let needed = CHECKS.iter().filter(|check| match request.mode {
        Mode::Quick => switched.iter().any(|one| check.is_meant_by(&one.found_by)),
        _ => !switched.is_empty(),
    });
    let mut all = Vec::new();
    for check in needed {
        let begin = Instant::now();
        let mut built =
            check.build(root, work).map_err(|why| format!("{why}\n\n{} cannot be built", check.name))?;
        println!("| none | | {} is built | {} s |", check.name, begin.elapsed().as_secs());
        if request.baseline {
            let begin = Instant::now();
            if let Some(Finding { output, what }) = built.run("", None, &work.join("none.log"))? {
                return Err(format!("{output}\n\nwithout any mistake, {} must pass: {what}", check.name));
            }
            println!("| none | | {} passes | {} s |", check.name, begin.elapsed().as_secs());
            built.patience = begin.elapsed() * 5 + Duration::from_secs(15);
        }
        all.push(built);
    }
    Ok(all)
}

/// How many were found, and how many by loom alone. As many are tried at a time as there are processors.
fn try_all(mistakes: &[Mistake], built: &[Built], mode: Mode, work: &Path) -> Result<(usize, usize), String> {
    let next = AtomicUsize::new(0);
    let rows =
        Mutex::new(Rows { ready: mistakes.iter().map(|_| None).collect(), printed: 0, found: 0, by_loom: 0 });
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let worker = |number: usize| -> Result<(), String> {
        let log = work.join(format!("run-{number}.log"));
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(mistake) = mistakes.get(index) else { return Ok(()) };
            let findings = try_checks(mistake, built, mode, &log)?;
            rows.lock().map_err(|_| "a worker panicked")?.add(index, mistake, &findings);
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors).map(|number| scope.spawn(move || worker(number))).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| "a worker panicked".to_owned())?)
    })?;
    let rows = rows.into_inner().map_err(|_| "a worker panicked")?;
    Ok((rows.found, rows.by_loom))
}

/// The table's rows: in the order of the list, whichever is ready first.
struct Rows {
    ready: Vec<Option<String>>,
    printed: usize,
    found: usize,
    by_loom: usize,
}

impl Rows {
    fn add(&mut self, index: usize, mistake: &Mistake, findings: &[(&str, Finding)]) {
        self.found += usize::from(!findings.is_empty());
        self.by_loom += usize::from(findings.first().is_some_and(|(check, _)| *check == "loom"));
        self.ready[index] = Some(row(mistake, findings));
        while let Some(Some(row)) = self.ready.get(self.printed) {
            println!("{row}");
            self.printed += 1;
        }
    }
}

fn row(mistake: &Mistake, findings: &[(&str, Finding)]) -> String {
    let (mut by, mut how) = (String::new(), String::new());
    for (check, finding) in findings {
        let comma = if by.is_empty() { "" } else { ", " };
        let _ = write!(by, "{comma}{check}");
        let _ = write!(how, "{comma}{}", finding.what);
    }
    if findings.is_empty() {
        by.push_str("**NOTHING**");
    }
    format!("| `{}` | {} | {by} | {how} |", mistake.name, mistake.breaks)
}

fn try_checks<'b>(
    mistake: &Mistake,
    built: &'b [Built],
    mode: Mode,
    log: &Path,
) -> Result<Vec<(&'b str, Finding)>, String> {
    let mut findings = Vec::new();
    for one in built {
        let meant = one.check.is_meant_by(&mistake.found_by);
        if mode == Mode::Quick && !meant {
            continue;
        }
        eprintln!("{}: {} ...", mistake.name, one.check.name);
        // The part that is named first: it is the likeliest, and the cheapest.
        let part = (meant && mistake.found_by.contains("::")).then_some(mistake.found_by.as_str());
        let mut finding = None;
        if part.is_some() {
            finding = one.run(&mistake.name, part, log)?;
        }
        if finding.is_none() && (part.is_none() || mode != Mode::Quick || mistake.is_ordering) {
            finding = one.run(&mistake.name, None, log)?;
        }
        if let Some(finding) = finding {
            findings.push((one.check.name, finding));
            if mode != Mode::All {
                break;
            }
        }
    }
    Ok(findings)
}

/// How many of the mistakes are found that only the type checker can find: each takes a build.
fn try_types(mistakes: &[Mistake], work: &Path) -> Result<usize, String> {
    let mut found = 0;
    for mistake in mistakes {
        eprintln!("{}: types ...", mistake.name);
        let tree = Tree::copy(work.join("types"), Change::Planted(&[&mistake.name]))?;
        let built = TYPES.build(&tree.root, work)?;
        let finding = built.run("", None, &work.join("types.log"))?;
        found += usize::from(finding.is_some());
        println!("{}", row(mistake, finding.map(|finding| (TYPES.name, finding)).as_slice()));
    }
    Ok(found)
}

/// Whether all that is not a model passes although every mistake that a model is named for is made, at once: in a
/// fraction of the time, nearly what each of them alone would show. For those that need a race and no weak memory,
/// tests with threads are sometimes lucky.
fn together(built: &[Built], chosen: &[Mistake], work: &Path) -> Result<bool, String> {
    let of_models =
        |one: &&Mistake| CHECKS.iter().any(|check| check.is_of_models() && check.is_meant_by(&one.found_by));
    let names: Vec<_> = chosen.iter().filter(of_models).map(|mistake| mistake.name.as_str()).collect();
    println!("| {} together: {} | | | |", names.len(), names.join(", "));
    let mut pass = true;
    for one in built {
        let begin = Instant::now();
        let finding = one.run(&names.join(","), None, &work.join("together.log"))?;
        pass &= finding.is_none() != one.check.is_of_models();
        let (verb, how) = match finding {
            None => ("passes", format!("{} s", begin.elapsed().as_secs())),
            Some(finding) => ("finds them", finding.what),
        };
        println!("| | | {} {verb} | {how} |", one.check.name);
    }
    Ok(pass)
}
