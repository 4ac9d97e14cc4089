//! What a runtime adds: the same programs with our primitives on each runtime.

use core::fmt::Write as _;

use super::{escaped, name};
use crate::facets::{BARE, Facets, is_across, program};
use crate::harness::{Figures, Kind, Outcome};
use crate::report::{nanoseconds, percent};

pub(super) fn chapter(outcomes: &[Outcome]) -> String {
    let mut text = "<section id=\"runtimes\"><h2>What each runtime adds</h2>\n\
         <p>The same program with the same primitive of ours on each runtime: median in ns per operation, and the spread. \
         Two workers on tokio, async-std and smol; one thread for each task where threads block. \
         The bare executor is the comparison's own.</p>\n"
        .to_owned();
    let across: Vec<_> = outcomes.iter().filter(|outcome| is_across(&outcome.workload)).collect();
    if across.is_empty() {
        text.push_str("<p>The workloads of all runtimes (across) were not measured in this run.</p>\n");
    } else {
        let lines: Vec<_> = across.into_iter().map(across_line).collect();
        table(&mut text, "Spawn, yield and hand over", &lines);
    }
    let lines = program_lines(outcomes);
    if !lines.is_empty() {
        table(&mut text, "Every other program that runs on several runtimes", &lines);
    }
    text.push_str(
        "<p>Below a figure stands its difference to the bare executor of one thread, where there is one: that much the \
         runtime adds. Sleeping has no workload, and the bytes of a runtime's own task are not counted.</p>\n</section>\n",
    );
    text
}

/// A program, one of its workloads, and its rows by runtime.
struct Line<'a> {
    name: String,
    workload: &'a str,
    cells: Vec<(&'a str, &'a Figures)>,
}

/// A workload whose contenders are runtimes.
fn across_line(outcome: &Outcome) -> Line<'_> {
    let runtime =
        |row: &'_ Figures| row.contender.split_once(" on ").map_or(0, |(before, _)| before.len() + 4);
    let cells = outcome.rows.iter().map(|row| (&row.contender[runtime(row)..], row)).collect();
    Line { name: outcome.workload.clone(), workload: &outcome.workload, cells }
}

/// The programs that have a workload for each of several runtimes.
fn program_lines(outcomes: &[Outcome]) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for outcome in outcomes {
        let ours = outcome.rows.iter().find(|row| row.kind == Kind::Ours);
        let (Some(name), Some(row)) = (program(&outcome.workload), ours) else { continue };
        let cell = (Facets::of(&outcome.workload).runtime, row);
        match lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.cells.push(cell),
            None => lines.push(Line { name, workload: &outcome.workload, cells: vec![cell] }),
        }
    }
    lines.retain(|line| line.cells.len() > 1);
    lines
}

fn table(text: &mut String, heading: &str, lines: &[Line<'_>]) {
    let mut columns: Vec<&str> = Vec::new();
    for (runtime, _) in lines.iter().flat_map(|line| &line.cells) {
        if !columns.contains(runtime) {
            columns.push(runtime);
        }
    }
    let _ = write!(
        text,
        "<div data-group>\n<h3>{heading}</h3>\n<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">program</th>"
    );
    for column in &columns {
        let _ = write!(text, "<th scope=\"col\">{}</th>", escaped(column));
    }
    text.push_str("</tr></thead>\n<tbody>\n");
    for line in lines {
        let of = |runtime: &str| line.cells.iter().find(|(name, _)| *name == runtime).map(|(_, row)| *row);
        // All runtimes stay while one is filtered by: they are what is compared here.
        let Facets { primitive, .. } = Facets::of(line.workload);
        let _ =
            write!(text, "<tr data-primitive=\"{primitive}\"><th scope=\"row\">{}</th>", name(&line.name));
        for column in &columns {
            let cell = of(column).map_or_else(String::new, |row| cell(row, of(BARE)));
            let _ = write!(text, "<td>{cell}</td>");
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody></table></div>\n</div>\n");
}

fn cell(row: &Figures, bare: Option<&Figures>) -> String {
    let mut cell = format!("{} <small>{}</small>", nanoseconds(row.median()), percent(row.spread()));
    let bare = bare.filter(|bare| !core::ptr::eq(*bare, row) && bare.median().is_finite());
    if let Some(bare) = bare {
        let more = row.median() - bare.median();
        let sign = if more < 0.0 { "−" } else { "+" };
        let _ = write!(cell, "<br><small>{sign}{}</small>", nanoseconds(more.abs()));
    }
    cell
}
