//! The comparison: every workload with every contender, in one process.

use core::error::Error;
use core::time::Duration;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anywake_benches::harness::{Kind, Outcome, Suite};
use anywake_benches::{plots, report, runtimes, workloads};
use indicatif::{ProgressBar, ProgressStyle};
use lexopt::{Arg, ValueExt};

const HELP: &str = "\
compare: anywake beside its rivals, ns per operation

  --filter WORDS    only the workloads whose name contains all of these words; if repeated, of any filter
  --only WORD       only the contenders whose name contains this word, and the floors
  --rounds N        the number of rounds, after one to find the sizes (default 31)
  --round-ms N      the length of a round of one row (default 2; four times that on threads)
  --json FILE       write all figures as JSON
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
    fn select(&self, suite: &mut Suite) {
        let wanted = |name: &str| {
            self.filters.is_empty()
                || self.filters.iter().any(|words| words.split(' ').all(|word| name.contains(word)))
        };
        suite.workloads.retain(|workload| wanted(&workload.name));
        if let Some(only) = &self.only {
            for workload in &mut suite.workloads {
                workload
                    .rows
                    .retain(|row| row.contender.contains(only) || row.contender.starts_with("floor"));
            }
            suite.workloads.retain(|workload| !workload.rows.is_empty());
        }
    }
}

fn measure(suite: &Suite, options: &Options) -> Vec<Outcome> {
    let rows: usize = suite.workloads.iter().map(|workload| workload.rows.len()).sum();
    let bar = ProgressBar::new((rows * (options.rounds + 1)) as u64);
    let style = ProgressStyle::with_template("{elapsed_precise} {wide_bar} {percent}% left {eta}  {msg:50!}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let outcomes = suite.measure(options.rounds, options.round, |workload, row| {
        bar.set_message(format!("{} · {}", workload.name, row.contender));
        bar.inc(1);
    });
    bar.finish_and_clear();
    outcomes
}

fn write(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn main() -> Result<(), Box<dyn Error>> {
    runtimes::configure();
    let Some(options) = options()? else {
        println!("{HELP}");
        return Ok(());
    };
    let mut suite = workloads::all();
    options.select(&mut suite);
    if options.list {
        suite.workloads.iter().for_each(|workload| println!("{}", workload.name));
        return Ok(());
    }
    let start = Instant::now();
    let outcomes = measure(&suite, &options);
    outcomes.iter().for_each(|outcome| print!("{}", report::table(outcome)));
    println!("{}", report::summary(&outcomes));
    println!("{} workloads in {:.0} s", outcomes.len(), start.elapsed().as_secs_f64());
    if let Some(path) = &options.json {
        write(path, &report::json(&outcomes)?)?;
    }
    if let Some(directory) = &options.plots {
        plots::write(directory, &outcomes)?;
    }
    if let Some(path) = &options.readme {
        report::rewrite_table(path, &outcomes)?;
    }
    let ours = outcomes.iter().flat_map(|outcome| &outcome.unfinished).find(|row| row.kind == Kind::Ours);
    ours.map_or(Ok(()), |row| Err(format!("{}: not finished, a wake was lost", row.contender).into()))
}
