//! Who waits for whom, as text and as a picture: what [`anywake_core::diagnose`] knows, for programs with a clock and a
//! standard error.
//!
//! [`start`] prints each report of a task that waits for itself. [`dump`] lists all waits, and [`graph`] draws them.
//!
//! # Examples
//!
//! ```
//! use anywake::{Lock, blocking, diagnose};
//! use core::time::Duration;
//!
//! diagnose::start();
//! let lock = Lock::new(());
//! let held = lock.try_lock();
//! let mut wait = core::pin::pin!(lock.lock());
//! assert!(blocking::timeout(Duration::from_millis(5), wait.as_mut()).is_err());
//!
//! let text = diagnose::dump();
//! assert!(text.starts_with("lock at 0x") && text.contains("waits since "), "{text}");
//! assert!(diagnose::graph().starts_with("digraph waits {"));
//! # drop(held);
//! ```

use core::fmt::Write as _;
use core::panic::Location;
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Instant;

#[doc(no_inline)]
pub use anywake_core::diagnose::{
    Holder, Report, Standing, TaskId, Waiter, held, panic, set_clock, set_hook, unpolled, waits,
};

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
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    LazyLock::force(&START);
    // Truncated: the clock may wrap.
    set_clock(|| START.elapsed().as_millis() as u32);
    set_hook(|report| eprintln!("{report}"));
}

/// The waits by their primitives.
fn by_primitive() -> BTreeMap<usize, Vec<Waiter>> {
    let mut all = BTreeMap::<_, Vec<_>>::new();
    waits(|wait| all.entry(wait.address()).or_default().push(*wait));
    all
}

/// Whether the task of a wait has been granted what it waits for, by another wait of its own.
fn is_behind_its_own_grant(wait: &Waiter, of_this: &[Waiter]) -> bool {
    let is_it = |other: &Waiter| other.standing() == Standing::Granted && other.task() == wait.task();
    wait.standing() == Standing::Queued && wait.task().is_some() && of_this.iter().any(is_it)
}

/// All waits of the program as text: each primitive with those that wait for it, the longest first.
///
/// # Examples
/// ```
/// use anywake::{Lock, diagnose};
///
/// let lock = Lock::new(());
/// let held = lock.try_lock();
/// let mut wait = core::pin::pin!(lock.lock());
/// wait.as_mut().enable();
/// assert!(diagnose::dump().contains("lock at 0x"));
/// # drop(held);
/// ```
#[must_use]
pub fn dump() -> String {
    let mut text = String::new();
    for (address, of_this) in by_primitive() {
        let name = of_this.first().map_or("", Waiter::primitive);
        let _ = write!(text, "{name} at {address:#x}");
        if let Some(holder) = of_this.first().and_then(Waiter::holder) {
            let task = named(holder.task());
            let _ =
                write!(text, ", held since {} ms by {task}: {}", holder.age().as_millis(), holder.place());
        }
        text.push('\n');
        for wait in &of_this {
            let _ = writeln!(text, "  {}", line(wait, is_behind_its_own_grant(wait, &of_this)));
        }
    }
    text
}

fn named(task: Option<TaskId>) -> String {
    task.map_or_else(|| "no task".to_owned(), |task| task.to_string())
}

fn line(wait: &Waiter, waits_for_itself: bool) -> String {
    let task = named(wait.task());
    let since = |decided: Option<Duration>| decided.unwrap_or_default().as_millis();
    let what = match wait.standing() {
        Standing::Queued => format!("waits since {} ms", wait.age().as_millis()),
        Standing::Granted => format!("was granted {} ms ago, and is not polled", since(wait.since_decided())),
        Standing::Refused => format!("was refused {} ms ago, and is not polled", since(wait.since_decided())),
    };
    let polls = wait.polls();
    let itself = if waits_for_itself { ", behind a grant of its own task" } else { "" };
    format!("{}: {task} {what}{itself} ({polls} polls)", wait.place())
}

fn place(place: &Location<'_>) -> String {
    place.to_string().replace('\\', "/")
}

/// All waits of the program as a graph, in the language of Graphviz. An arrow leads from a task to what it waits for, and
/// from a primitive to its holder, in red to the task that was granted it and does not poll. Tasks in a circle wait for
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
    for (address, of_this) in by_primitive() {
        let name = of_this.first().map_or("", Waiter::primitive);
        let _ = writeln!(text, "  \"{address:#x}\" [shape=box, label=\"{name}\\n{address:#x}\"];");
        if let Some(holder) = of_this.first().and_then(Waiter::holder) {
            let (task, place) = (named(holder.task()), place(holder.place()));
            let _ = writeln!(text, "  \"{address:#x}\" -> \"{task}\" [label=\"{place}\", penwidth=2];");
        }
        for wait in &of_this {
            let (task, place) = (named(wait.task()), place(wait.place()));
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
