use core::time::Duration;

use super::*;
use crate::harness::{Basis, Figures, Fold, Order, Run, Unfinished};
use crate::results::Machine;

/// A name that would be a tag, an attribute or the end of the script, if it were not escaped.
const HOSTILE: &str = "</script><script>alert('1')</script>\"&amp;<b";

fn row(contender: &str, kind: Kind, nanoseconds: f64) -> Figures {
    Figures {
        contender: contender.to_owned(),
        kind,
        order: Order::Fifo,
        nanoseconds: (0..31).map(|round| nanoseconds * (1.0 + f64::from(round) / 1000.0)).collect(),
        allocations: 0.5,
        future_bytes: Some(48),
        extras: Run::new(1, Duration::from_nanos(1)).with(HOSTILE, 7.0, Fold::Max).extras,
    }
}

fn outcome(workload: &str, basis: Basis, rows: Vec<Figures>) -> Outcome {
    let unfinished = vec![Unfinished { contender: format!("{HOSTILE} hung"), kind: Kind::Rival }];
    Outcome { workload: workload.to_owned(), operation: HOSTILE.to_owned(), basis, rows, unfinished }
}

fn results() -> Results {
    let rows = |ours, rival| {
        let hung = row("without a figure", Kind::Rival, f64::NAN);
        vec![
            row("anywake", Kind::Ours, ours),
            row("rival", Kind::Rival, rival),
            row(HOSTILE, Kind::Rival, 2.0 * rival),
            row("floor", Kind::Floor, 1.0),
            hung,
        ]
    };
    let across = ["anywake on one thread, bare", "anywake on tokio"]
        .map(|name| row(name, Kind::Ours, name.len() as f64));
    Results {
        machine: Machine { processor: HOSTILE.to_owned(), ..Machine::default() },
        rounds: 31,
        round: Duration::from_millis(2),
        workloads: vec![
            outcome("uncontended/lock", Basis::Min, rows(10.0, 20.0)),
            outcome("threads/tokio/lock/short section", Basis::Median, rows(20.0, 10.0)),
            outcome("threads/smol/lock/short section", Basis::Median, rows(10.0, 10.1)),
            outcome("across/lock/16 tasks", Basis::Median, across.to_vec()),
            outcome(&format!("cancel/queue {HOSTILE}"), Basis::Min, rows(0.0, 0.0)),
        ],
        memory: vec![memory::Row {
            what: HOSTILE.to_owned(),
            contender: HOSTILE.to_owned(),
            kind: Kind::Ours,
            idle: 1234,
            after: 5678,
            waiting: None,
        }],
    }
}

/// Elements without an end.
const VOID: [&str; 5] = ["meta", "link", "br", "wbr", "!DOCTYPE"];

/// Walks through the tags, checks that each is closed in turn, and returns their names and attributes.
fn tags(page: &str) -> Vec<(String, String)> {
    let (mut open, mut tags) = (Vec::new(), Vec::new());
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("a tag ends");
        rest = after;
        assert!(!tag.contains('<'), "a tag in a tag: {tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed out of turn, before {:.80}", rest);
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert_eq!(attributes.matches('"').count() % 2, 0, "{tag}");
        tags.push((name.to_owned(), attributes.to_owned()));
        if name == "script" || name == "style" {
            // Its content is no markup, whatever it contains.
            rest = &rest[rest.find(&format!("</{name}>")).expect("it is closed")..];
        }
        if !VOID.contains(&name) && !attributes.ends_with('/') {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    tags
}

#[test]
fn every_element_is_closed_and_ids_are_unique() {
    let tags = tags(&page(&results()));
    let mut ids: Vec<_> = tags
        .iter()
        .filter_map(|(_, attributes)| attributes.split("id=\"").nth(1)?.split('"').next())
        .collect();
    let links =
        tags.iter().filter_map(|(_, attributes)| attributes.strip_prefix("href=\"#")?.strip_suffix('"'));
    for link in links {
        assert!(ids.contains(&link), "#{link} leads nowhere");
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn every_row_of_every_workload_is_in_a_table() {
    let results = results();
    let page = page(&results);
    let mut rest = page.split_once("id=\"workloads\"").expect("it has the chapter").1;
    for outcome in &results.workloads {
        let (_, workload) = rest.split_once("<details ").expect("a workload has its part");
        rest = workload;
        let (part, _) = workload.split_once("</details>").expect("the part is closed");
        assert!(part.contains(&format!("<summary>{}", escaped(&outcome.workload))), "{part}");
        assert_eq!(part.matches("<tr class=").count(), outcome.rows.len(), "{part}");
        for row in &outcome.rows {
            let name = format!("<th scope=\"row\">{}", escaped(&row.contender));
            assert!(part.contains(&name), "{name} is not in {part}");
        }
        assert!(part.contains("hung: not finished"), "{part}");
    }
}

#[test]
fn nothing_of_the_results_becomes_markup_or_script() {
    let page = page(&results());
    assert!(!page.contains("<script>alert") && !page.contains("<b<"), "not escaped");
    assert!(page.matches(&escaped(HOSTILE)).count() > 20);
    let scripts: Vec<_> = page.split("<script>").skip(1).collect();
    assert_eq!(scripts.len(), 1, "one script");
    assert_eq!(scripts[0].split_once("</script>").map(|(script, _)| script.trim()), Some(SCRIPT.trim()));
    assert!(
        tags(&page).iter().all(|(_, attributes)| !attributes.contains(" on")),
        "no handler in an attribute"
    );
}

#[test]
fn nothing_is_loaded() {
    let page = page(&results());
    for word in ["http:", "https:", "src=", "url(", "@import", "fetch("] {
        assert!(!page.contains(word), "{word}");
    }
    let links = tags(&page).into_iter().filter(|(name, _)| name == "link").count();
    assert_eq!((links, page.matches("href=\"data:,\"").count()), (1, 1), "the icon is none");
}

#[test]
fn the_heat_map_divides_by_ours_and_marks_noise() {
    let page = page(&results());
    let line = |workload: &str| {
        let start = page.find(&format!("\">{}</a>", name(workload))).expect("it is in the heat map");
        page[start..].split_once("</tr>").expect("the line is closed").0
    };
    assert!(line("uncontended/lock").contains("<td class=\"s2\">2.00</td><td class=\"s3\">4.00</td>"));
    assert!(
        line("threads/tokio/lock/short section")
            .contains("<td class=\"f3\">0.50</td><td class=\"draw\">≈ 1.00</td>")
    );
    assert!(line("threads/smol/lock/short section").contains("<td class=\"draw\">≈ 1.01</td>"));
    assert!(page.contains("3 rows of ours: 1 won, 1 drawn, 1 lost."), "the count");
}

#[test]
fn a_runtime_is_shown_with_what_it_adds_to_the_bare_executor() {
    let page = page(&results());
    let (_, chapter) = page.split_once("<section id=\"runtimes\">").expect("it has the chapter");
    let (chapter, _) = chapter.split_once("</section>").expect("the chapter is closed");
    assert!(chapter.contains("<br><small>−11.2</small>"), "16 and 27 ns: {chapter}");
    assert!(
        chapter.contains(&format!("<th scope=\"row\">{}</th>", name("threads/lock/short section"))),
        "{chapter}"
    );
}

#[test]
fn saved_results_make_the_same_page() {
    let results = results();
    let path = std::env::temp_dir().join(format!("anywake-results-{}.json", std::process::id()));
    std::fs::write(&path, crate::results::json(&results).expect("it has only numbers and texts"))
        .expect("the temporary directory is writable");
    let again = crate::results::read(&path).expect("it was written so");
    std::fs::remove_file(&path).expect("the file was written");
    assert!(page(&again) == page(&results), "a figure has changed");
}
