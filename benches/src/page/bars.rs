//! The workloads: for each a table with a bar for each contender, and a line in it for the spread of the rounds.

use core::fmt::Write as _;

use super::{data, escaped, side};
use crate::harness::{Basis, Figures, Kind, Order, Outcome};
use crate::noise::verdict;
use crate::report::{allocations, nanoseconds, percent, ratio};

const COLUMNS: [&str; 9] = [
    "contender",
    "",
    "shortest, ns",
    "median, ns",
    "spread",
    "ratio",
    "beyond noise",
    "allocations",
    "future, bytes",
];

pub(super) fn chapter(outcomes: &[Outcome]) -> String {
    let mut text = "<section id=\"workloads\"><h2>Workloads</h2>\n\
         <p>The bar shows the figure that counts, and the line in it goes from the shortest round to the upper quartile. A \
         bar of more than eight times the middle one is cut off. The ratio is to the rival that the row is compared \
         with. (F) marks the contenders that are first come, first served on threads.</p>\n"
        .to_owned();
    for (number, outcome) in outcomes.iter().enumerate() {
        workload(&mut text, number, outcome);
    }
    text.push_str("</section>\n");
    text
}

fn workload(text: &mut String, number: usize, outcome: &Outcome) {
    let mut rows: Vec<_> = outcome.rows.iter().collect();
    rows.sort_by(|a, b| a.by(outcome.basis).total_cmp(&b.by(outcome.basis)));
    let basis = match outcome.basis {
        Basis::Min => "by the shortest round",
        Basis::Median => "by the median",
    };
    let _ = write!(
        text,
        "<details {}><summary>{}{}</summary>\n<p>{}; {basis}</p>\n\
         <div class=\"scroll\" tabindex=\"0\"><table class=\"bars\" id=\"w{number}\">\n<thead><tr>",
        data(&outcome.workload),
        escaped(&outcome.workload),
        standing(outcome),
        escaped(&outcome.operation),
    );
    let extras = outcome.rows.first().into_iter().flat_map(|row| &row.extras).map(|extra| &*extra.name);
    for column in COLUMNS.into_iter().chain(extras) {
        let _ = write!(text, "<th scope=\"col\">{}</th>", escaped(column));
    }
    text.push_str("</tr></thead>\n<tbody>\n");
    let edge = edge(&rows, outcome.basis);
    rows.iter().for_each(|row| line(text, outcome, row, edge));
    text.push_str("</tbody></table></div>\n");
    for row in &outcome.unfinished {
        let _ = writeln!(text, "<p>{}: not finished, a wake was lost.</p>", escaped(&row.contender));
    }
    text.push_str("</details>\n");
}

/// The ratio of the first row of ours, for the line that is there before the table is opened.
fn standing(outcome: &Outcome) -> String {
    let ours = outcome.rows.iter().find(|row| row.kind == Kind::Ours);
    let said = ours.and_then(|row| Some((row, verdict(outcome, row)?.word())));
    said.map_or_else(String::new, |(row, word)| {
        format!(" <span class=\"{word}\">{} {word}</span>", ratio(outcome, row))
    })
}

/// The figure at the right end of the bars.
fn edge(rows: &[&Figures], basis: Basis) -> f64 {
    let mut values: Vec<f64> =
        rows.iter().map(|row| row.by(basis)).filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let (Some(longest), Some(middle)) = (values.last(), values.get(values.len() / 2)) else { return 1.0 };
    let edge = longest.min(middle * 8.0) * 1.1;
    if edge > 0.0 { edge } else { 1.0 }
}

fn line(text: &mut String, outcome: &Outcome, row: &Figures, edge: f64) {
    let first_come = if row.order == Order::Fifo && outcome.basis == Basis::Median { " (F)" } else { "" };
    let cells = [
        nanoseconds(row.min()),
        nanoseconds(row.median()),
        percent(row.spread()),
        ratio(outcome, row),
        verdict(outcome, row).map_or("", |verdict| verdict.word()).to_owned(),
        allocations(row.allocations),
        row.future_bytes.map_or_else(String::new, |bytes| bytes.to_string()),
    ];
    let _ = write!(
        text,
        "<tr class=\"{}\"><th scope=\"row\">{}{first_come}</th><td>{}</td>",
        side(row.kind),
        escaped(&row.contender),
        bar(row, outcome.basis, edge),
    );
    for cell in cells.into_iter().chain(row.extras.iter().map(|extra| nanoseconds(extra.value))) {
        let _ = write!(text, "<td>{cell}</td>");
    }
    text.push_str("</tr>\n");
}

fn bar(row: &Figures, basis: Basis, edge: f64) -> String {
    let at = |value: f64| (value / edge * 100.0).clamp(0.0, 100.0);
    let [value, low, high] = [row.by(basis), row.min(), row.upper_quartile()].map(at);
    if !value.is_finite() {
        return String::new();
    }
    format!(
        "<svg aria-hidden=\"true\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\">\
         <rect class=\"bar\" width=\"{value:.1}\" height=\"10\"/>\
         <rect class=\"rounds\" x=\"{low:.1}\" y=\"4\" width=\"{:.1}\" height=\"2\"/></svg>",
        (high - low).max(0.4),
    )
}
