//! The output of the comparison as text: a table per workload, a summary, and the table of the README.

use core::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::harness::{Basis, Figures, Kind, Order, Outcome};
use crate::noise::{Count, Verdict, verdict};

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
            verdict(outcome, row).map_or_else(String::new, |verdict| verdict.word().to_owned()),
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
    let fixed = ["contender", "min ns", "median", "spread", "ratio", "beyond noise", "allocs", "future B"];
    let extras = outcome.rows.first().into_iter().flat_map(|row| &row.extras).map(|extra| &*extra.name);
    fixed.into_iter().chain(extras).map(str::to_owned).collect()
}

fn mark(row: &Figures) -> char {
    match row.kind {
        Kind::Ours => '*',
        Kind::Rival => ' ',
        Kind::Floor => '_',
    }
}

pub(crate) fn ratio(outcome: &Outcome, row: &Figures) -> String {
    outcome
        .ratio(row)
        .filter(|ratio| ratio.is_finite())
        .map_or_else(String::new, |ratio| format!("{ratio:.2}"))
}

pub(crate) fn percent(share: f64) -> String {
    if share.is_nan() { "-".to_owned() } else { format!("{:.0}%", share * 100.0) }
}

pub(crate) fn nanoseconds(value: f64) -> String {
    match value {
        v if v.is_nan() => "-".to_owned(),
        v if v < 10.0 => format!("{v:.2}"),
        v if v < 100.0 => format!("{v:.1}"),
        v => format!("{v:.0}"),
    }
}

pub(crate) fn allocations(value: f64) -> String {
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

/// Lists our contenders with the rival that each is compared with, for every workload that has both: those that are
/// faster beyond noise, the draws, and those that are slower. The last line counts them.
pub fn summary(outcomes: &[Outcome]) -> String {
    let mut lists = [String::new(), String::new(), String::new()];
    for outcome in outcomes {
        for row in outcome.rows.iter().filter(|row| row.kind == Kind::Ours) {
            // Without a figure there is no verdict: no task waited in a workload that measures waiting.
            let (Some(rival), Some(verdict)) = (outcome.measure_of(row), verdict(outcome, row)) else {
                continue;
            };
            let list = match verdict {
                Verdict::Faster => &mut lists[0],
                Verdict::Draw => &mut lists[1],
                Verdict::Slower => &mut lists[2],
            };
            let _ = writeln!(
                list,
                "  {:>5}  {}: {} {} · {} {}",
                ratio(outcome, row),
                outcome.workload,
                row.contender,
                nanoseconds(row.by(outcome.basis)),
                rival.contender,
                nanoseconds(rival.by(outcome.basis)),
            );
        }
    }
    let [won, draws, lost] = lists;
    let count = Count::of(outcomes);
    format!(
        "\nfaster than the fastest rival:\n{won}\nthe difference is within noise:\n{draws}\n\
         slower than the fastest rival:\n{lost}\n{count}"
    )
}

/// Returns the count of wins, draws and losses, and a Markdown table with a line per workload: our contenders and all
/// rivals. A ratio that is a draw is marked.
pub fn markdown(outcomes: &[Outcome]) -> String {
    let count = Count::of(outcomes);
    let mut text = format!(
        "{count} A ratio with ≈ is a draw.\n\n\
         | workload | ours | ratio | rivals, fastest first |\n|---|---|---|---|\n"
    );
    for outcome in outcomes {
        let named = |row: &&Figures| format!("{} {}", row.contender, nanoseconds(row.by(outcome.basis)));
        let mut rows: Vec<_> = outcome.rows.iter().collect();
        rows.sort_by(|a, b| a.by(outcome.basis).total_cmp(&b.by(outcome.basis)));
        let of = |kind: Kind| rows.iter().copied().filter(move |row| row.kind == kind);
        let ours: Vec<_> = of(Kind::Ours).map(|row| named(&row)).collect();
        let ratios: Vec<_> = of(Kind::Ours)
            .map(|row| match verdict(outcome, row) {
                Some(Verdict::Draw) => format!("≈ {}", ratio(outcome, row)),
                _ => ratio(outcome, row),
            })
            .collect();
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

    /// A row of 24 rounds: two of the first time and of the last, and all others of the middle one.
    fn row(contender: &str, kind: Kind, order: Order, nanoseconds: [f64; 3]) -> Figures {
        let [first, middle, last] = nanoseconds;
        Figures {
            contender: contender.to_owned(),
            kind,
            order,
            nanoseconds: [vec![first; 2], vec![middle; 20], vec![last; 2]].concat(),
            allocations: 0.0,
            future_bytes: None,
            extras: Vec::new(),
        }
    }

    fn outcome(basis: Basis) -> Outcome {
        Outcome {
            workload: "threads/lock".to_owned(),
            operation: "lock".to_owned(),
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
    fn the_summary_names_the_rows_that_lose_and_counts_all() {
        let (won, lost, mut draw) = (outcome(Basis::Median), outcome(Basis::Min), outcome(Basis::Min));
        draw.rows[2] = row("level", Kind::Rival, Order::Other, [9.9, 20.0, 21.0]);
        let text = summary(&[won, lost, draw]);
        let (won, rest) = text.split_once("the difference is within noise:").expect("there are three lists");
        let (draws, lost) = rest.split_once("slower than the fastest rival:").expect("there are three lists");
        assert!(won.contains(" 0.50  threads/lock: ours 20.0 · fifo 40.0\n"), "{won}");
        assert!(draws.contains(" 1.01  threads/lock: ours 10.0 · level 9.90\n"), "{draws}");
        assert!(lost.contains(" 2.00  threads/lock: ours 10.0 · barging 5.00\n"), "{lost}");
        assert!(lost.ends_with("\n3 rows of ours: 1 won, 1 drawn, 1 lost."), "{lost}");
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
