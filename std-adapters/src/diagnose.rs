//! Who waits for whom, as text, as a picture and as a page: what [`anywake_core::diagnose`] knows, for programs with a clock
//! and a standard error.
//!
//! [`start`] prints each report of a task that waits for itself. [`dump`] lists all waits, [`graph`] draws them for Graphviz,
//! and [`picture`] as SVG. [`serve`] shows the picture in a browser, where it refreshes itself, and [`page`] is the same page
//! for a file. With the feature `tracing`, `start_tracing` tells all that happens to `tracing`.
//!
//! # Examples
//!
//! ```
//! use anywake::{Lock, blocking, diagnose};
//! use core::time::Duration;
//!
//! diagnose::start();
//! let lock = Lock::new(()).named("table");
//! let held = lock.try_lock();
//! let mut wait = core::pin::pin!(lock.lock());
//! assert!(blocking::timeout(wait.as_mut(), Duration::from_millis(5)).is_err());
//!
//! let text = diagnose::dump();
//! assert!(text.starts_with("lock \"table\" at 0x") && text.contains("waits since "), "{text}");
//! assert!(diagnose::graph().starts_with("digraph waits {"));
//! # drop(held);
//! ```

use core::fmt::Write as _;
use core::panic::Location;
use std::sync::LazyLock;
use std::time::Instant;

#[cfg(feature = "tracing")]
mod events;
mod page;
mod picture;
mod scene;
mod server;

#[doc(no_inline)]
pub use anywake_core::diagnose::{
    Claim, Holder, Report, Standing, Step, TaskId, Waiter, held, panic, set_clock, set_hook, set_observer,
    unpolled, waits,
};
#[cfg(feature = "tracing")]
#[cfg_attr(docsrs, doc(cfg(feature = "tracing")))]
pub use events::start_tracing;
pub use page::page;
pub use picture::picture;
pub use server::{ServeError, Server, serve};

use scene::Primitive;

/// Sets the clock to the system's, and the hook to one that prints each report to the standard error. Call it first thing:
/// the waits that are queued already have no age.
///
/// # Examples
/// ```
/// use anywake::{Event, diagnose};
///
/// diagnose::start();
/// let event = Event::new();
/// let mut wait = core::pin::pin!(event.wait());
/// wait.as_mut().enable();
/// diagnose::waits(|waiter| assert!(waiter.age().as_secs() < 3600));
/// ```
pub fn start() {
    start_clock();
    set_hook(|report| eprintln!("{report}"));
}

fn start_clock() {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    LazyLock::force(&START);
    // Truncated: the clock may wrap.
    set_clock(|| START.elapsed().as_millis() as u32);
}

/// All waits of the program as text: each primitive that somebody waits for, with its name, everyone who holds it, and those
/// that wait, the longest first.
///
/// # Examples
/// ```
/// use anywake::{Lock, diagnose};
///
/// let lock = Lock::new(()).named("table");
/// let held = lock.try_lock();
/// let mut wait = core::pin::pin!(lock.lock());
/// wait.as_mut().enable();
/// assert!(diagnose::dump().contains("lock \"table\" at 0x"));
/// # drop(held);
/// ```
#[must_use]
pub fn dump() -> String {
    let mut text = String::new();
    for primitive in scene::primitives() {
        let _ = writeln!(text, "{} at {:#x}", primitive.title(), primitive.address);
        for holder in &primitive.holders {
            let (place, task, since) = (holder.place(), task(holder.task()), holder.age().as_millis());
            let _ = writeln!(text, "  {place}: {task} holds {} since {since} ms", holder.claim());
        }
        for wait in &primitive.waits {
            let _ = writeln!(text, "  {}", line(wait, &primitive));
        }
    }
    text
}

fn task(task: Option<TaskId>) -> String {
    task.map_or_else(|| "no task".to_owned(), |task| task.to_string())
}

fn line(wait: &Waiter, primitive: &Primitive) -> String {
    let (place, task, polls) = (wait.place(), task(wait.task()), wait.polls());
    let what = primitive.what(wait);
    format!("{place}: {task} {what} ({polls} polls)")
}

fn place(place: &Location<'_>) -> String {
    place.to_string().replace('\\', "/")
}

/// A text between quotation marks, in the language of Graphviz.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// All waits of the program as a graph, in the language of Graphviz. An arrow leads from a task to what it waits for, and
/// from a primitive to its holders, in red to the task that was granted it and does not poll. Tasks in a circle wait for
/// themselves.
///
/// # Examples
/// ```
/// use anywake::{Lock, diagnose};
///
/// let lock = Lock::new(());
/// let held = lock.try_lock();
/// let mut wait = core::pin::pin!(lock.lock());
/// wait.as_mut().enable();
/// assert!(diagnose::graph().contains("[shape=box, label=\"lock\\n0x"));
/// # drop(held);
/// ```
#[must_use]
pub fn graph() -> String {
    let mut text = "digraph waits {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n".to_owned();
    for primitive in scene::primitives() {
        let (address, title) = (primitive.address, quoted(&primitive.title()));
        let _ = writeln!(text, "  \"{address:#x}\" [shape=box, label=\"{title}\\n{address:#x}\"];");
        for holder in &primitive.holders {
            let (task, place) = (task(holder.task()), place(holder.place()));
            let _ = writeln!(text, "  \"{address:#x}\" -> \"{task}\" [label=\"{place}\", penwidth=2];");
        }
        for wait in &primitive.waits {
            let (task, place) = (task(wait.task()), place(wait.place()));
            let _ = match wait.standing() {
                Standing::Queued => writeln!(text, "  \"{task}\" -> \"{address:#x}\" [label=\"{place}\"];"),
                Standing::Granted => writeln!(
                    text,
                    "  \"{address:#x}\" -> \"{task}\" [label=\"{place}\", color=red, penwidth=2];"
                ),
                Standing::Refused => Ok(()),
            };
        }
    }
    text.push_str("}\n");
    text
}
