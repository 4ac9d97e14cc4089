//! The output of the comparison: a table per workload, a summary, JSON, and the table of the README.

use core::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::harness::{Basis, Figures, Kind, Order, Outcome};

/// Returns the table of one workload.
pub fn table(outcome: &Outcome) -> String {
    let mut rows: Vec<Vec<String>> = vec![header(outcome)];
    let mut figures: Vec<_> = outcome.rows.iter().collect();
    figures.sort_by(|a, b| a.by(outcome.basis).total_cmp(&b.by(outcome.basis)));
    for row in figures {
        let mut cells = vec![
            format!("{} {}", mark(row), row.contender),
            nanoseconds(row.min()),
            nanoseconds(row.median()),
            percent(row.spread()),
            ratio(outcome, row),
            allocations(row.allocations),
            row.future_bytes.map_or_else(String::new, |bytes| bytes.to_string()),
        ];
        cells.extend(row.extras.iter().map(|extra| nanoseconds(extra.value)));
        rows.push(cells);
    }
    let basis = match outcome.basis {
        Basis::Min => "ratio by min",
        Basis::Median => "ratio by median; our FIFO primitives against the fastest FIFO rival",
    };
    let mut text = format!("\n{}  ({}; {basis})\n{}", outcome.workload, outcome.operation, aligned(&rows));
    for row in &outcome.unfinished {
        let _ = writeln!(text, "  {}: not finished, a wake was lost", row.contender);
    }
    text
}

fn header(outcome: &Outcome) -> Vec<String> {
    let fixed = ["contender", "min ns", "median", "spread", "ratio", "allocs", "future B"];
    let extras = outcome.rows.first().into_iter().flat_map(|row| &row.extras).map(|extra| extra.name);
    fixed.into_iter().chain(extras).map(str::to_owned).collect()
}

fn mark(row: &Figures) -> char {
    match row.kind {
        Kind::Ours => '*',
        Kind::Rival => ' ',
        Kind::Floor => '_',
    }
}

fn ratio(outcome: &Outcome, row: &Figures) -> String {
    outcome
        .ratio(row)
        .filter(|ratio| ratio.is_finite())
        .map_or_else(String::new, |ratio| format!("{ratio:.2}"))
}

fn percent(share: f64) -> String {
    if share.is_nan() { "-".to_owned() } else { format!("{:.0}%", share * 100.0) }
}

fn nanoseconds(value: f64) -> String {
    match value {
        v if v.is_nan() => "-".to_owned(),
        v if v < 10.0 => format!("{v:.2}"),
        v if v < 100.0 => format!("{v:.1}"),
        v => format!("{v:.0}"),
    }
}

fn allocations(value: f64) -> String {
    if value < 0.0005 { "0".to_owned() } else { format!("{value:.3}") }
}

/// Aligns the first column to the left, and the others to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            let width = widths[column];
            let _ =
                if column == 0 { write!(text, "  {cell:<width$}") } else { write!(text, "  {cell:>width$}") };
        }
        text.push('\n');
    }
    text
}

/// Lists our contenders with the rival that each is compared with, for every workload that has both. Those that are
/// slower come last, under their own heading.
pub fn summary(outcomes: &[Outcome]) -> String {
    let mut won = String::new();
    let mut lost = String::new();
    for outcome in outcomes {
        for row in outcome.rows.iter().filter(|row| row.kind == Kind::Ours) {
            // Without a figure there is no ratio: no task waited in a workload that measures waiting.
            let ratio = outcome.ratio(row).filter(|ratio| ratio.is_finite());
            let (Some(rival), Some(ratio)) = (outcome.measure_of(row), ratio) else { continue };
            let list = if ratio <= 1.0 { &mut won } else { &mut lost };
            let _ = writeln!(
                list,
                "  {ratio:>5.2}  {}: {} {} · {} {}",
                outcome.workload,
                row.contender,
                nanoseconds(row.by(outcome.basis)),
                rival.contender,
                nanoseconds(rival.by(outcome.basis)),
            );
        }
    }
    format!("\nat least as fast as the fastest rival:\n{won}\nslower than the fastest rival:\n{lost}")
}

/// Returns all figures as JSON.
pub fn json(outcomes: &[Outcome]) -> serde_json::Result<String> {
    serde_json::to_string_pretty(outcomes)
}

/// Returns a Markdown table with a line per workload: our contenders and all rivals.
pub fn markdown(outcomes: &[Outcome]) -> String {
    let mut text = "| workload | ours | ratio | rivals, fastest first |\n|---|---|---|---|\n".to_owned();
    for outcome in outcomes {
        let named = |row: &&Figures| format!("{} {}", row.contender, nanoseconds(row.by(outcome.basis)));
        let mut rows: Vec<_> = outcome.rows.iter().collect();
        rows.sort_by(|a, b| a.by(outcome.basis).total_cmp(&b.by(outcome.basis)));
        let of = |kind: Kind| rows.iter().copied().filter(move |row| row.kind == kind);
        let ours: Vec<_> = of(Kind::Ours).map(|row| named(&row)).collect();
        let ratios: Vec<_> = of(Kind::Ours).map(|row| ratio(outcome, row)).collect();
        let fifo = if outcome.basis == Basis::Median { " (F)" } else { "" };
        let rivals = of(Kind::Rival)
            .map(|row| named(&row) + if row.order == Order::Fifo { fifo } else { "" })
            .chain(of(Kind::Floor).map(|row| format!("*{}*", named(&row))));
        let rivals: Vec<_> = rivals.collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            outcome.workload,
            ours.join("<br>"),
            ratios.join("<br>"),
            rivals.join(" · ")
        );
    }
    text
}

/// The two lines of a file that a table stands between.
#[derive(Debug, Clone, Copy)]
pub struct Marks(&'static str, &'static str);

/// The marks of the comparison.
pub const COMPARISON: Marks = Marks("<!-- table: written by compare --readme -->", "<!-- end of table -->");
/// The marks of the bytes.
pub const MEMORY: Marks = Marks("<!-- memory: written by memory --readme -->", "<!-- end of memory -->");

/// Replaces the text between the two marks of a file by the table.
pub fn rewrite_table(path: &Path, outcomes: &[Outcome]) -> io::Result<()> {
    rewrite_between(path, COMPARISON, &markdown(outcomes))
}

/// Replaces the text between two marks of a file.
pub fn rewrite_between(path: &Path, Marks(start, end): Marks, table: &str) -> io::Result<()> {
    let text = fs::read_to_string(path)?;
    let missing = || {
        io::Error::new(io::ErrorKind::InvalidData, format!("{} lacks the marks of the table", path.display()))
    };
    let (before, rest) = text.split_once(start).ok_or_else(missing)?;
    let (_, after) = rest.split_once(end).ok_or_else(missing)?;
    fs::write(path, format!("{before}{start}\n\n{table}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Unfinished;

    fn row(contender: &str, kind: Kind, order: Order, nanoseconds: [f64; 3]) -> Figures {
        Figures {
            contender: contender.to_owned(),
            kind,
            order,
            nanoseconds: nanoseconds.to_vec(),
            allocations: 0.0,
            future_bytes: None,
            extras: Vec::new(),
        }
    }

    fn outcome(basis: Basis) -> Outcome {
        Outcome {
            workload: "threads/lock".to_owned(),
            operation: "lock",
            basis,
            rows: vec![
                row("ours", Kind::Ours, Order::Fifo, [10.0, 20.0, 21.0]),
                row("fifo", Kind::Rival, Order::Fifo, [12.0, 40.0, 41.0]),
                row("barging", Kind::Rival, Order::Other, [5.0, 10.0, 11.0]),
                row("floor", Kind::Floor, Order::Other, [1.0, 1.0, 1.0]),
            ],
            unfinished: vec![Unfinished { contender: "hung".to_owned(), kind: Kind::Rival }],
        }
    }

    #[test]
    fn on_threads_fifo_is_compared_with_fifo_by_the_median() {
        let outcome = outcome(Basis::Median);
        assert_eq!(outcome.ratio(&outcome.rows[0]), Some(0.5));
        assert_eq!(outcome.ratio(&outcome.rows[1]), Some(4.0), "a rival is compared with all rivals");
    }

    #[test]
    fn on_one_thread_all_are_compared_with_the_fastest_by_the_shortest_round() {
        let outcome = outcome(Basis::Min);
        assert_eq!(outcome.ratio(&outcome.rows[0]), Some(2.0));
    }

    #[test]
    fn the_table_names_the_rows_that_never_ended() {
        assert!(table(&outcome(Basis::Min)).ends_with("  hung: not finished, a wake was lost\n"));
    }

    #[test]
    fn the_summary_names_the_rows_that_lose() {
        let (won, lost) = (outcome(Basis::Median), outcome(Basis::Min));
        let text = summary(&[won, lost]);
        let (won, lost) =
            text.split_once("slower than the fastest rival:").expect("the summary has both headings");
        assert!(won.contains("0.50  threads/lock: ours 20.0 · fifo 40.0"), "{won}");
        assert!(lost.contains("2.00  threads/lock: ours 10.0 · barging 5.00"), "{lost}");
    }

    #[test]
    fn the_table_is_replaced_and_the_text_around_it_stays() {
        let path = std::env::temp_dir().join(format!("anywake-table-{}.md", std::process::id()));
        let Marks(start, end) = COMPARISON;
        fs::write(&path, format!("before\n{start}\nold\n{end}\nafter\n"))
            .expect("the temporary directory is writable");
        rewrite_table(&path, &[outcome(Basis::Median)]).expect("the file has the marks");
        let text = fs::read_to_string(&path).expect("the file was written");
        fs::remove_file(&path).expect("the file was written");
        assert!(text.starts_with("before\n") && text.ends_with("after\n") && !text.contains("old"), "{text}");
        assert!(
            text.contains(
                "| threads/lock | ours 20.0 | 0.50 | barging 10.0 · fifo 40.0 (F) · *floor 1.00* |"
            ),
            "{text}"
        );
    }
}
