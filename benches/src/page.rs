//! All results as one page: a file of its own, which loads nothing, and is readable without its script.
//!
//! The parts are tables in HTML, in the order of the page. The script only hides the workloads that a filter leaves out.
//! Every text that comes from the results passes [`escaped`].

mod bars;
mod heat;
mod runtimes;
#[cfg(test)]
mod tests;

use core::fmt::Write as _;

use crate::facets::{self, Facets};
use crate::harness::{Kind, Outcome};
use crate::memory;
use crate::noise::{Count, FEWEST_ROUNDS, LEAST};
use crate::results::Results;

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// Returns the page.
pub fn page(results: &Results) -> String {
    let outcomes = &results.workloads;
    let (heat, runtimes, bars) =
        (heat::chapter(outcomes), runtimes::chapter(outcomes), bars::chapter(outcomes));
    format!(
        "<!DOCTYPE html>\n\
         <html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'; img-src data:\">\n\
         <title>anywake beside its rivals</title>\n<link rel=\"icon\" href=\"data:,\">\n\
         <style>\n{STYLE}</style></head><body>\n\
         <h1>anywake beside its rivals</h1>\n{}{}{heat}{runtimes}{}{bars}{}\
         <script>\n{SCRIPT}</script>\n</body></html>\n",
        opening(outcomes),
        filters(outcomes),
        bytes(&results.memory),
        method(results),
    )
}

/// Makes a text harmless, between tags and in an attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// The name of a workload or a program, harmless, which may be broken behind each slash.
fn name(text: &str) -> String {
    escaped(text).replace('/', "/<wbr>")
}

/// The attributes that a part of the page is filtered by.
fn data(workload: &str) -> String {
    let Facets { primitive, runtime, threads } = Facets::of(workload);
    format!("data-primitive=\"{primitive}\" data-runtime=\"{runtime}\" data-threads=\"{threads}\"")
}

/// The class of a row's side.
fn side(kind: Kind) -> &'static str {
    match kind {
        Kind::Ours => "ours",
        Kind::Rival => "rival",
        Kind::Floor => "floor",
    }
}

fn opening(outcomes: &[Outcome]) -> String {
    format!(
        "<p>{} workloads, in ns per operation. {} Each row of ours is compared with the fastest rival, on threads a \
         first-come-first-served one with the fastest of these. A draw is a difference within the noise of the rounds \
         (<a href=\"#method\">method</a>).</p>\n\
         <nav><a href=\"#heat\">Heat map</a> <a href=\"#runtimes\">Runtimes</a> <a href=\"#bytes\">Bytes</a> \
         <a href=\"#workloads\">Workloads</a> <a href=\"#method\">Machine and method</a></nav>\n",
        outcomes.len(),
        Count::of(outcomes),
    )
}

/// The filters, which the script shows.
fn filters(outcomes: &[Outcome]) -> String {
    type Facet = fn(Facets) -> &'static str;
    const FILTERS: [(&str, &str, Facet); 3] = [
        ("primitive", "Primitive", |facets| facets.primitive),
        ("runtime", "Runtime", |facets| facets.runtime),
        ("threads", "Threads", |facets| facets.threads),
    ];
    let mut text = "<form id=\"filters\" hidden>\n".to_owned();
    for (name, label, facet) in FILTERS {
        let _ = write!(text, "<label>{label} <select name=\"{name}\"><option value=\"\">all</option>");
        for value in facets::values(outcomes, facet) {
            let _ = write!(text, "<option>{value}</option>");
        }
        text.push_str("</select></label>\n");
    }
    text.push_str("<output id=\"shown\"></output>\n</form>\n");
    text
}

fn bytes(rows: &[memory::Row]) -> String {
    let mut text = "<section id=\"bytes\"><h2>Bytes</h2>\n\
         <p>What a program asks the allocator for, and the values themselves: of a primitive or of both ends of a channel \
         that nobody has used; of the same after a burst of 100 000 items or a crowd of 1000 tasks; and for each task that \
         waits, its future included and the runtime's task not.</p>\n"
        .to_owned();
    if rows.is_empty() {
        text.push_str("<p>Not measured in this run.</p>\n</section>\n");
        return text;
    }
    text.push_str(
        "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">primitive</th>\
         <th scope=\"col\">contender</th><th scope=\"col\">idle</th><th scope=\"col\">after</th>\
         <th scope=\"col\">each that waits</th></tr></thead>\n<tbody>\n",
    );
    for row in rows {
        let waiting = row.waiting.map_or_else(String::new, |bytes| bytes.to_string());
        let _ = writeln!(
            text,
            "<tr class=\"{}\"><th scope=\"row\">{}</th><td class=\"text\">{}</td><td>{}</td><td>{}</td><td>{waiting}</td></tr>",
            side(row.kind),
            escaped(&row.what),
            escaped(&row.contender),
            row.idle,
            row.after,
        );
    }
    text.push_str("</tbody></table></div>\n</section>\n");
    text
}

fn method(results: &Results) -> String {
    let machine = &results.machine;
    let mut facts = String::new();
    for (name, value) in [
        ("Processor", machine.processor.clone()),
        ("Cores", machine.cores.to_string()),
        ("System", machine.system.clone()),
        ("Compiler", machine.compiler.clone()),
        ("Load before the run", machine.load.clone()),
        ("Rounds", results.rounds.to_string()),
        ("Length of a round", format!("{} ms, on threads four times that", results.round.as_millis())),
    ] {
        let value = if value.is_empty() { "not known" } else { &value };
        let _ = writeln!(
            facts,
            "<tr><th scope=\"row\">{name}</th><td class=\"text\">{}</td></tr>",
            escaped(value)
        );
    }
    format!(
        "<section id=\"method\"><h2>Machine and method</h2>\n<table><tbody>\n{facts}</tbody></table>\n<ul>\n\
         <li>A workload is one generic program. A contender is an adapter that returns the library's own futures.</li>\n\
         <li>All rows run once in each round, and each round starts at another row, so that a noisy minute affects all \
         of them.</li>\n\
         <li>The figure that counts is the shortest round on one thread, because a disturbance only lengthens a round. On \
         threads it is the median, because a round can be short by chance there.</li>\n\
         <li>The spread is the distance of the quartiles, divided by the median. The line in a bar goes from the shortest \
         round to the upper quartile.</li>\n\
         <li>Noise: the rounds of both rows are drawn again with replacement, 1000 times. Two rows differ if 995 \
         quotients lie on one side of 1; on one thread the fastest quarter of the rounds is compared. A difference below \
         {:.0} % is always a draw, and so is everything with fewer than {FEWEST_ROUNDS} rounds.</li>\n\
         <li>Allocations are counted in runs of their own. Every program checks its result.</li>\n</ul>\n\
         <p>The figures say nothing of other machines.</p>\n</section>\n",
        LEAST * 100.0,
    )
}
