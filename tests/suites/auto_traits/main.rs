//! Tests that each public type is `Send`, `Sync` and `Unpin` exactly as far as is sound, depending on its payload.
//!
//! Each row names a type with a payload `P`, and its traits for four payloads, which distinguish all cases:
//!
//! | payload | `Send` | `Sync` |
//! |---|---|---|
//! | `u32` | yes | yes |
//! | `Cell<u32>` | yes | no |
//! | `Rc<u32>` | no | no |
//! | `MutexGuard<'static, u32>` | no | yes |
//!
//! and a fifth, `PhantomPinned`, which is not `Unpin`.
//!
//! In the flavour for one thread, whatever has a primitive or a handle in it is neither `Send` nor `Sync`: see
//! [`expected`].
//!
//! `SYU` stands for `Send + Sync + Unpin`. A dash in place of a letter says that the type lacks the trait. A type
//! without a payload has one group instead of five.

#[cfg(feature = "local")]
extern crate anywake_core as anywake;
#[cfg(feature = "local")]
extern crate anywake_tests_local as anywake_tests;

#[macro_use]
mod probe;

mod barrier;
mod broadcast;
mod cancellation_token;
mod channel;
mod condition;
mod event;
#[cfg(not(feature = "local"))]
mod keyed_lock;
mod latch;
mod lock;
mod notify;
mod once_cell;
mod oneshot;
mod queue;
mod rwlock;
mod semaphore;
mod signal;
mod timer;
#[cfg(not(feature = "local"))]
mod tools;
mod wait_group;
mod watch;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anywake::{ArcPart, Closed};

use crate::probe::Row;

fn table() -> Vec<Row> {
    let mut table = rows! {
        // The payload.                                                 u32 Cell Rc MutexGuard
        Payload: P => "SYU S-U --U -YU SY-";
        // A handle of a part shares the whole value, and hands out `&P`.
        ArcPart: ArcPart<P, u32> => "SYU --U --U --U SYU";
        ArcPart: ArcPart<u32, P> => "SYU --U --U SYU SYU";
    };
    table.extend(plain_rows! {
        Closed: Closed => "SYU";
    });
    for rows in [
        lock::rows,
        rwlock::rows,
        semaphore::rows,
        event::rows,
        notify::rows,
        condition::rows,
        queue::rows,
        channel::rows,
        once_cell::rows,
        oneshot::rows,
        signal::rows,
        latch::rows,
        wait_group::rows,
        barrier::rows,
        broadcast::rows,
        cancellation_token::rows,
        watch::rows,
        timer::rows,
        #[cfg(not(feature = "local"))]
        keyed_lock::rows,
        #[cfg(not(feature = "local"))]
        tools::rows,
    ] {
        table.extend(rows());
    }
    table
}

/// Public names without a row: traits, and types that are generic over types with a row.
const WITHOUT_A_ROW: &[&str] = &[
    "Access",
    "AnyBroadcast",
    "AnyOneshot",
    "AnyQueue",
    "BlockOn",
    "BroadcastRing",
    "Executor",
    "First",
    "Guard",
    "Handle",
    "Join",
    "Key",
    "KeyedGuard",
    "KeyedLockHandle",
    "LockHandle",
    "LockOwner",
    "Manager",
    "Mapped",
    "Mode",
    "Order",
    "Outcome",
    "QueueExt",
    "QueueOf",
    "Runtime",
    "RwLockHandle",
    "RwLockOwner",
    "SenderExt",
    "SinkHandle",
    "Slots",
    "Spawn",
    "SpawnBlocking",
    "SpawnLocal",
    "Storage",
    "Timer",
    "TryJoin",
    "Wait",
    "WaitExt",
    "WatchHandle",
];

/// Public modules that exist only for tests, in models or in the documentation, and one behind a feature, whose suite has the
/// rows of its types.
const LEFT_OUT: [&str; 5] = ["doctest", "test_util", "diagnose", "guide", "model"];

/// Types that have neither a primitive nor a handle in them: errors, markers, and values of their caller.
#[cfg(feature = "local")]
const VALUES: &[&str] = &[
    "Payload",
    "AcquireError",
    "AddError",
    "BarrierPass",
    "Blocks",
    "Boxed",
    "BrokenBarrier",
    "Bypass",
    "ByKey",
    "CapacityError",
    "Closed",
    "CountTooHigh",
    "Elapsed",
    "Fifo",
    "InArray",
    "Interval",
    "Keyed",
    "LatchError",
    "MergeError",
    "MissedTicks",
    "ModifyError",
    "Newest",
    "Priorities",
    "PublishError",
    "PushError",
    "Read",
    "RecvError",
    "ReleaseError",
    "SendError",
    "SetError",
    "TaskDoneError",
    "TooManyPermits",
    "TryAcquireError",
    "TryPopError",
    "TryPublishError",
    "TryPushError",
    "TryRecvError",
    "Until",
    "Upgradable",
    "WithSlack",
    "Write",
];

/// The traits of a type in the flavour that is tested.
fn expected(row: &Row) -> String {
    #[cfg(feature = "local")]
    if !VALUES.contains(&row.name) {
        return row.expected.replace(['S', 'Y'], "-");
    }
    row.expected.to_owned()
}

#[test]
fn types_are_send_and_sync_exactly_as_far_as_is_sound() {
    let wrong: Vec<_> = table()
        .iter()
        .filter(|row| expected(row) != row.found)
        .map(|row| format!("{}: should be {}, is {}", row.text, expected(row), row.found))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_probe_detects_present_and_absent_traits() {
    let payloads = table().remove(0);
    assert_eq!((payloads.name, payloads.found.as_str()), ("Payload", "SYU S-U --U -YU SY-"));
    assert_eq!(letters!(core::marker::PhantomPinned), "SY-");
}

#[test]
fn every_public_type_is_in_the_table() {
    let table = table();
    let rows: BTreeSet<_> = table.iter().map(|row| row.name).collect();
    let public = public_names();
    let missing: Vec<_> = public
        .iter()
        .filter(|name| !rows.contains(name.as_str()) && !WITHOUT_A_ROW.contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "public types without a row: {missing:?}");
    if cfg!(feature = "local") {
        return;
    }
    let extra: Vec<_> = rows
        .iter()
        .chain(WITHOUT_A_ROW)
        .filter(|name| **name != "Payload" && !public.contains(**name))
        .collect();
    assert!(extra.is_empty(), "rows of types that are not public: {extra:?}");
}

/// The crates, and their roots.
#[cfg(not(feature = "local"))]
const CRATES: &[(&str, &str)] = &[("/../core/src", "lib"), ("/../std-adapters/src", "lib")];
#[cfg(feature = "local")]
const CRATES: &[(&str, &str)] = &[("/../../core/local/src", "local")];

/// The names of all types and traits that the crates export: those that their roots and public modules re-export or
/// declare.
fn public_names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (folder, root) in CRATES {
        let sources = format!("{}{folder}", env!("CARGO_MANIFEST_DIR"));
        let mut modules = vec![(*root).to_owned()];
        while let Some(module) = modules.pop() {
            let path = format!("{sources}/{module}.rs");
            let source = code(&fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}")));
            for (at, _) in source.match_indices("pub use ") {
                let list = source[at..].split(';').next().unwrap_or_default();
                names.extend(words(list).filter(|word| is_type(word)));
                modules.extend(module_of(list).filter(|module| is_file(&sources, module)));
            }
            names.extend(declared(&source));
            for (at, _) in source.match_indices("pub mod ") {
                let name = words(&source[at..]).nth(2).expect("a module has a name");
                if !LEFT_OUT.contains(&name.as_str()) {
                    modules.push(if module == *root { name } else { format!("{module}/{name}") });
                }
            }
        }
    }
    names
}

/// The path below `src` of the item in `pub use path::to::item`, if the statement names one item.
fn module_of(list: &str) -> Option<String> {
    let path = list.strip_prefix("pub use ")?.replace("::", "/");
    (!path.contains(['{', '*'])).then_some(path)
}

fn is_file(sources: &str, module: &str) -> bool {
    Path::new(&format!("{sources}/{module}.rs")).is_file()
}

/// The source without its comments.
fn code(source: &str) -> String {
    source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The types and traits that the source declares as public, at any depth.
fn declared(code: &str) -> impl Iterator<Item = String> {
    ["pub struct ", "pub enum ", "pub union ", "pub trait ", "pub type "]
        .into_iter()
        .flat_map(move |keyword| code.match_indices(keyword).map(move |(at, _)| &code[at + keyword.len()..]))
        .filter_map(|rest| words(rest).next())
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
}

fn is_type(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}
