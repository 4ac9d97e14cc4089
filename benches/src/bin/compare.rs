//! The comparison: every workload with every contender, in one process.

use core::error::Error;
use core::time::Duration;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anywake_benches::harness::{Kind, Suite};
use anywake_benches::results::{self, Machine, Results};
use anywake_benches::{memory, page, plots, report, runtimes, workloads};
use indicatif::{ProgressBar, ProgressStyle};
use lexopt::{Arg, ValueExt};

const HELP: &str = "\
compare: anywake beside its rivals, ns per operation

  --filter WORDS    only the workloads whose name contains all of these words; if repeated, of any filter
  --only WORD       only the contenders whose name contains this word, and the floors
  --rounds N        the number of rounds, after one to find the sizes (default 31)
  --round-ms N      the length of a round of one row (default 2; four times that on threads)
  --json FILE       write all results as JSON
  --from FILE       measure nothing, and take the results that --json has written to this file
  --html FILE       write one page with all results, which needs no other file
  --plots DIR       write an SVG per workload
  --readme FILE     write the table between the marks of this Markdown file
  --list            list the workloads and exit";

#[derive(Debug)]
struct Options {
    filters: Vec<String>,
    only: Option<String>,
    rounds: usize,
    round: Duration,
    json: Option<PathBuf>,
    from: Option<PathBuf>,
    html: Option<PathBuf>,
    plots: Option<PathBuf>,
    readme: Option<PathBuf>,
    list: bool,
}

fn options() -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options {
        filters: Vec::new(),
        only: None,
        rounds: 31,
        round: Duration::from_millis(2),
        json: None,
        from: None,
        html: None,
        plots: None,
        readme: None,
        list: false,
    };
    let path = |value: OsString| Some(PathBuf::from(value));
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("filter") => options.filters.push(parser.value()?.string()?),
            Arg::Long("only") => options.only = Some(parser.value()?.string()?),
            Arg::Long("rounds") => options.rounds = parser.value()?.parse::<usize>()?.max(1),
            Arg::Long("round-ms") => options.round = Duration::from_millis(parser.value()?.parse()?),
            Arg::Long("json") => options.json = path(parser.value()?),
            Arg::Long("from") => options.from = path(parser.value()?),
            Arg::Long("html") => options.html = path(parser.value()?),
            Arg::Long("plots") => options.plots = path(parser.value()?),
            Arg::Long("readme") => options.readme = path(parser.value()?),
            Arg::Long("list") => options.list = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(options))
}

impl Options {
    /// Whether a workload of this name is asked for.
    fn wants(&self, name: &str) -> bool {
        self.filters.is_empty()
            || self.filters.iter().any(|words| words.split(' ').all(|word| name.contains(word)))
    }

    /// Whether a contender of this name is asked for.
    fn wants_row(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only) || name.starts_with("floor"))
    }

    fn select(&self, suite: &mut Suite) {
        suite.workloads.retain(|workload| self.wants(&workload.name));
        for workload in &mut suite.workloads {
            workload.rows.retain(|row| self.wants_row(&row.contender));
        }
        suite.workloads.retain(|workload| !workload.rows.is_empty());
    }
}

fn measure(suite: &Suite, options: &Options) -> Results {
    let machine = Machine::here();
    // Before there are other threads, whose allocations would count.
    let memory = if options.json.is_some() || options.html.is_some() { memory::all() } else { Vec::new() };
    let rows: usize = suite.workloads.iter().map(|workload| workload.rows.len()).sum();
    let bar = ProgressBar::new((rows * (options.rounds + 1)) as u64);
    let style = ProgressStyle::with_template("{elapsed_precise} {wide_bar} {percent}% left {eta}  {msg:50!}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let start = Instant::now();
    let workloads = suite.measure(options.rounds, options.round, |workload, row| {
        bar.set_message(format!("{} · {}", workload.name, row.contender));
        bar.inc(1);
    });
    bar.finish_and_clear();
    println!("{} workloads in {:.0} s", workloads.len(), start.elapsed().as_secs_f64());
    Results { machine, rounds: options.rounds, round: options.round, workloads, memory }
}

/// The results of an earlier run, as far as they are asked for.
fn saved(path: &Path, options: &Options) -> Result<Results, Box<dyn Error>> {
    let mut results = results::read(path)?;
    results.workloads.retain(|outcome| options.wants(&outcome.workload));
    for outcome in &mut results.workloads {
        outcome.rows.retain(|row| options.wants_row(&row.contender));
    }
    results.workloads.retain(|outcome| !outcome.rows.is_empty());
    Ok(results)
}

fn write(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn show(results: &Results, options: &Options) -> Result<(), Box<dyn Error>> {
    let outcomes = &results.workloads;
    outcomes.iter().for_each(|outcome| print!("{}", report::table(outcome)));
    println!("{}", report::summary(outcomes));
    if let Some(path) = &options.json {
        write(path, &results::json(results)?)?;
    }
    if let Some(path) = &options.html {
        write(path, &page::page(results))?;
    }
    if let Some(directory) = &options.plots {
        plots::write(directory, outcomes)?;
    }
    if let Some(path) = &options.readme {
        report::rewrite_table(path, outcomes)?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    runtimes::configure();
    let Some(options) = options()? else {
        println!("{HELP}");
        return Ok(());
    };
    if let Some(path) = &options.from {
        return show(&saved(path, &options)?, &options);
    }
    let mut suite = workloads::all();
    options.select(&mut suite);
    if options.list {
        suite.workloads.iter().for_each(|workload| println!("{}", workload.name));
        return Ok(());
    }
    let results = measure(&suite, &options);
    show(&results, &options)?;
    let mut unfinished = results.workloads.iter().flat_map(|outcome| &outcome.unfinished);
    let ours = unfinished.find(|row| row.kind == Kind::Ours);
    ours.map_or(Ok(()), |row| Err(format!("{}: not finished, a wake was lost", row.contender).into()))
}
