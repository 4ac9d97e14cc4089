//! The waits as a picture. It is drawn here and not in the browser, so that the page needs hardly a script.
//!
//! Three columns: the tasks, a row for each wait and each holder, and the primitives. Each row has a place of its own, so
//! no text lies on another, however many there are.

use core::fmt::Write as _;
use std::collections::BTreeMap;

use super::{Standing, place, scene, task};

/// The height of a row, and of the box of a task or a primitive.
const ROW: usize = 46;
const BOX: usize = 38;
/// The columns: where the boxes of the tasks end, where the rows begin and end, and where those of the primitives begin.
const COLUMNS: [usize; 4] = [190, 260, 700, 770];
const WIDTH: usize = 960;
/// The most characters of a row, and of a box.
const ROW_TEXT: usize = 62;
const BOX_TEXT: usize = 23;

/// The colours, for light and dark.
const STYLE: &str = "\
svg{color-scheme:light dark;font:12px system-ui,sans-serif;--ink:#1b1f24;--soft:#59636e;--line:#8c959f;--task:#ddf4ff;\
--primitive:#fff8c5;--bad:#cf222e}\
@media(prefers-color-scheme:dark){svg{--ink:#e6edf3;--soft:#9198a1;--line:#6e7681;--task:#12315c;--primitive:#3d3105;\
--bad:#ff7b72}}\
text{fill:var(--ink)}.soft{fill:var(--soft);font-size:11px}rect{stroke:var(--line);rx:6px}\
.task rect{fill:var(--task)}.primitive rect{fill:var(--primitive)}path{fill:none;stroke:var(--line)}\
.holds path{stroke-width:2.5}.bad path{stroke:var(--bad)}.bad text{fill:var(--bad)}.task.bad rect{stroke:var(--bad)}\
.head{fill:var(--line);stroke:none}.bad .head{fill:var(--bad)}";

/// Which way an arrow points.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Waits,
    Holds,
    Granted,
}

/// A wait or a holder: a row between its task and its primitive.
struct Row {
    kind: Kind,
    is_bad: bool,
    what: String,
    place: String,
    task: usize,
    primitive: usize,
    y: usize,
}

/// A task or a primitive: a box.
struct Node {
    title: String,
    about: String,
    is_bad: bool,
    y: usize,
}

/// All waits of the program as a picture: SVG, with colours for a light and a dark background. An arrow leads from a task to
/// what it waits for, and from a primitive to its holders. A grant that is not polled, and a wait behind a grant of its own
/// task, are red.
///
/// # Examples
/// ```
/// use anywake::{Lock, diagnose};
///
/// let lock = Lock::new(()).named("<table>");
/// let held = lock.try_lock();
/// let mut wait = core::pin::pin!(lock.lock());
/// wait.as_mut().enable();
/// let svg = diagnose::picture();
/// assert!(svg.starts_with("<svg ") && svg.contains("lock &quot;&lt;table&gt;&quot;"));
/// # drop(held);
/// ```
#[must_use]
pub fn picture() -> String {
    let (tasks, rows, primitives) = layout();
    let bottom = tasks.iter().chain(&primitives).map(|node| node.y + ROW / 2);
    let height = bottom.chain(rows.iter().map(|row| row.y + ROW / 2)).max().unwrap_or(ROW) + 8;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"who waits for whom\"><style>{STYLE}</style>\n"
    );
    if rows.is_empty() {
        let _ = writeln!(svg, "<text x=\"12\" y=\"30\">Nobody waits for anything.</text>");
    }
    for primitive in &primitives {
        draw_node(&mut svg, "primitive", COLUMNS[3], WIDTH - 8, primitive);
    }
    for task in &tasks {
        draw_node(&mut svg, "task", 8, COLUMNS[0], task);
    }
    for row in &rows {
        draw_row(&mut svg, row, tasks[row.task].y, primitives[row.primitive].y);
    }
    svg.push_str("</svg>\n");
    svg
}

/// The boxes and rows, each with its height.
fn layout() -> (Vec<Node>, Vec<Row>, Vec<Node>) {
    let (mut rows, mut primitives, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
    // The box of a task, by its name.
    let mut boxes = BTreeMap::new();
    for (index, primitive) in scene::primitives().iter().enumerate() {
        let mut add = |kind, name: String, is_bad, what, place| {
            let task = *boxes.entry(name.clone()).or_insert_with(|| {
                tasks.push(Node { title: name, about: String::new(), is_bad: false, y: 0 });
                tasks.len() - 1
            });
            let y = ROW / 2 + ROW * rows.len();
            rows.push(Row { kind, is_bad, what, place, task, primitive: index, y });
        };
        for holder in &primitive.holders {
            let what = format!("holds {} since {} ms", holder.claim(), holder.age().as_millis());
            add(Kind::Holds, task(holder.task()), false, what, place(holder.place()));
        }
        for wait in &primitive.waits {
            let is_behind = primitive.is_behind_its_own_grant(wait);
            let kind = if wait.standing() == Standing::Granted { Kind::Granted } else { Kind::Waits };
            let is_bad = is_behind || kind == Kind::Granted;
            add(kind, task(wait.task()), is_bad, primitive.what(wait), place(wait.place()));
        }
        let of_it = rows.iter().filter(|row: &&Row| row.primitive == index).map(|row| row.y);
        let about = format!("{:#x}", primitive.address);
        primitives.push(Node { title: primitive.title(), about, is_bad: false, y: middle(of_it) });
    }
    for (index, task) in tasks.iter_mut().enumerate() {
        let of_it = || rows.iter().filter(|row| row.task == index);
        task.y = middle(of_it().map(|row| row.y));
        // It waits behind its own grant.
        task.is_bad = of_it().any(|row| row.is_bad && row.kind == Kind::Waits);
    }
    spread(&mut tasks);
    spread(&mut primitives);
    (tasks, rows, primitives)
}

fn middle(heights: impl Iterator<Item = usize>) -> usize {
    let (sum, count) = heights.fold((0, 0), |(sum, count), y| (sum + y, count + 1));
    sum / count.max(1)
}

/// Moves boxes down until none lies on another.
fn spread(nodes: &mut [Node]) {
    let mut order: Vec<_> = nodes.iter_mut().collect();
    order.sort_by_key(|node| node.y);
    let mut free = ROW / 2;
    for node in order {
        node.y = node.y.max(free);
        free = node.y + ROW;
    }
}

fn draw_node(svg: &mut String, class: &str, left: usize, right: usize, node: &Node) {
    let bad = if node.is_bad { " bad" } else { "" };
    let (x, top, width) = (left + 10, node.y - BOX / 2, right - left);
    let _ = write!(
        svg,
        "<g class=\"{class}{bad}\"><title>{}</title><rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{BOX}\"/>",
        escaped(&node.title),
    );
    let base = if node.about.is_empty() { node.y + 4 } else { node.y - 2 };
    let _ = write!(svg, "<text x=\"{x}\" y=\"{base}\">{}</text>", escaped(&first(&node.title, BOX_TEXT)));
    if !node.about.is_empty() {
        let (base, about) = (node.y + 12, escaped(&node.about));
        let _ = write!(svg, "<text class=\"soft\" x=\"{x}\" y=\"{base}\">{about}</text>");
    }
    svg.push_str("</g>\n");
}

fn draw_row(svg: &mut String, row: &Row, task: usize, primitive: usize) {
    let class = if row.kind == Kind::Waits { "waits" } else { "holds" };
    let bad = if row.is_bad { " bad" } else { "" };
    let _ = write!(
        svg,
        "<g class=\"{class}{bad}\"><title>{} {}</title>",
        escaped(&row.what),
        escaped(&row.place)
    );
    let [from, left, right, to] = COLUMNS;
    let y = row.y;
    let (a, b) = ((from + left) / 2, (right + to) / 2);
    let _ = write!(
        svg,
        "<path d=\"M{from} {task}C{a} {task} {a} {y} {left} {y}H{right}C{b} {y} {b} {primitive} {to} {primitive}\"/>"
    );
    let (tip, back, height) = match row.kind {
        Kind::Waits => (to, to - 9, primitive),
        Kind::Holds | Kind::Granted => (from, from + 9, task),
    };
    let (above, below) = (height - 4, height + 4);
    let _ = write!(svg, "<path class=\"head\" d=\"M{tip} {height}L{back} {above}V{below}Z\"/>");
    let (x, over, under) = (left + 6, y - 5, y + 13);
    let _ = write!(svg, "<text x=\"{x}\" y=\"{over}\">{}</text>", escaped(&first(&row.what, ROW_TEXT)));
    let _ = writeln!(
        svg,
        "<text class=\"soft\" x=\"{x}\" y=\"{under}\">{}</text></g>",
        escaped(&last(&row.place, ROW_TEXT))
    );
}

/// At most so many characters of the beginning.
fn first(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// At most so many characters of the end, where the file and the line are.
fn last(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    ['…'].into_iter().chain(text.chars().skip(count + 1 - most)).collect()
}

/// Names and places are data: none of their characters means anything in a page.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            // mistake markup_in_a_name_is_live: safe.push_str("&lt;") ~> safe.push('<')
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Others are allowed in no document.
            control if control.is_control() && !matches!(control, '\n' | '\t') => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}
