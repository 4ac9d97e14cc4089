//! The heat map: a table for each primitive, with a line for each workload and a column for each contender.

use core::fmt::Write as _;

use super::{data, escaped, name};
use crate::facets::{Facets, PRIMITIVES};
use crate::harness::{Figures, Kind, Outcome};
use crate::noise::{self, Verdict};
use crate::report::nanoseconds;

/// The upper limits of the ratios of one colour, from much faster than ours to much slower, and the colours' names.
const COLOURS: [(f64, &str); 7] =
    [(0.5, "f3"), (0.8, "f2"), (1.0, "f1"), (1.25, "s1"), (2.0, "s2"), (5.0, "s3"), (f64::INFINITY, "s4")];

pub(super) fn chapter(outcomes: &[Outcome]) -> String {
    let mut text = "<section id=\"heat\"><h2>Heat map</h2>\n\
         <p>A contender's time divided by that of the first row of ours: above 1 it is slower than ours, below 1 it is \
         faster, and with ≈ the difference is within noise. A workload's name leads to its bars.</p>\n\
         <p class=\"legend\"><span class=\"f3\">up to 0.5</span> <span class=\"f2\">0.8</span> \
         <span class=\"f1\">1</span> <span class=\"draw\">≈ noise</span> <span class=\"s1\">1.25</span> \
         <span class=\"s2\">2</span> <span class=\"s3\">5</span> <span class=\"s4\">above</span></p>\n"
        .to_owned();
    for (_, primitive) in PRIMITIVES {
        // The bars of the workloads have their numbers.
        let rows: Vec<_> = outcomes
            .iter()
            .enumerate()
            .filter(|(_, outcome)| Facets::of(&outcome.workload).primitive == primitive)
            .filter_map(|(number, outcome)| {
                let rivals = outcome.rows.iter().any(|row| row.kind == Kind::Rival);
                rivals.then_some((number, outcome, ours(outcome)?))
            })
            .collect();
        if !rows.is_empty() {
            table(&mut text, primitive, &rows);
        }
    }
    text.push_str("</section>\n");
    text
}

/// The row that the others are divided by.
fn ours(outcome: &Outcome) -> Option<&Figures> {
    outcome.rows.iter().find(|row| row.kind == Kind::Ours)
}

fn table(text: &mut String, primitive: &str, rows: &[(usize, &Outcome, &Figures)]) {
    // The contenders of all workloads of the primitive, ours first.
    let mut columns: Vec<&str> = Vec::new();
    for kind in [Kind::Ours, Kind::Rival] {
        let of_kind = rows.iter().flat_map(|(_, outcome, _)| &outcome.rows).filter(|row| row.kind == kind);
        for row in of_kind {
            if !columns.contains(&&*row.contender) {
                columns.push(&row.contender);
            }
        }
    }
    let _ = write!(
        text,
        "<div data-group>\n<h3>{primitive}</h3>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"heat\">\n\
         <thead><tr><th scope=\"col\">workload</th><th scope=\"col\">ours, ns</th>"
    );
    for column in &columns {
        let _ = write!(text, "<th scope=\"col\"><span>{}</span></th>", escaped(column));
    }
    text.push_str("</tr></thead>\n<tbody>\n");
    for (number, outcome, ours) in rows {
        let _ = write!(
            text,
            "<tr {}><th scope=\"row\"><a href=\"#w{number}\">{}</a></th><td>{}</td>",
            data(&outcome.workload),
            name(&outcome.workload),
            nanoseconds(ours.by(outcome.basis)),
        );
        for column in &columns {
            let row = outcome.rows.iter().find(|row| row.contender == *column);
            text.push_str(&row.map_or_else(|| "<td></td>".to_owned(), |row| cell(outcome, row, ours)));
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody></table></div>\n</div>\n");
}

fn cell(outcome: &Outcome, row: &Figures, ours: &Figures) -> String {
    let ratio = row.by(outcome.basis) / ours.by(outcome.basis);
    if row.contender == ours.contender {
        return "<td class=\"self\">1</td>".to_owned();
    }
    match noise::compare(row, ours, outcome.basis) {
        None => "<td>-</td>".to_owned(),
        Some(Verdict::Draw) => format!("<td class=\"draw\">≈ {}</td>", short(ratio)),
        Some(_) => {
            let colour =
                COLOURS.into_iter().find(|(limit, _)| ratio <= *limit).map_or("", |(_, colour)| colour);
            format!("<td class=\"{colour}\">{}</td>", short(ratio))
        }
    }
}

fn short(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2}") } else { format!("{ratio:.0}") }
}
