//! What the name of a workload says: its primitive, its runtime and its threads.

use crate::harness::Outcome;

/// Every primitive, by the word in the names of its workloads, and its name on the page.
pub const PRIMITIVES: [(&str, &str); 18] = [
    ("lock", "Lock"),
    ("rwlock", "RwLock"),
    ("semaphore", "Semaphore"),
    ("event", "Event"),
    ("condition", "Condition"),
    ("queue", "Queue"),
    ("unbounded", "Channel without a bound"),
    ("oneshot", "Oneshot"),
    ("signal", "Signal"),
    ("watch", "Watch"),
    ("fan-out", "Broadcast"),
    ("notify", "Notify"),
    ("barrier", "Barrier"),
    ("latch", "Latch"),
    ("wait_group", "WaitGroup"),
    ("token", "CancellationToken"),
    ("once_cell", "OnceCell"),
    ("lazy", "Lazy"),
];

/// The runtimes with two workers.
const POOLS: [&str; 3] = ["tokio", "async-std", "smol"];
/// The name, in a workload, of the executor of all rows on one thread.
pub(crate) const BARE: &str = "one thread, bare";
/// The family of workloads whose contenders are the runtimes.
const ACROSS: &str = "across";

/// What the page filters by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facets {
    /// The primitive, or "none" for a workload that measures a runtime alone.
    pub primitive: &'static str,
    /// The runtime of the tasks.
    pub runtime: &'static str,
    /// The number of threads.
    pub threads: &'static str,
}

impl Facets {
    /// Takes a name apart: `family/primitive/shape` or `family/runtime/primitive/shape`, or `primitive/...`.
    pub fn of(workload: &str) -> Self {
        let primitive = workload
            .split('/')
            .map(|part| part.trim_start_matches("try_"))
            .find_map(|part| PRIMITIVES.iter().find(|(word, _)| part.starts_with(word)))
            .map_or("none", |(_, name)| name);
        let (runtime, threads) = match workload.split('/').nth(1) {
            _ if is_across(workload) => ("all", "1 or 2"),
            Some("threads") => ("threads that block", "one for each task"),
            Some(name) => {
                POOLS.into_iter().find(|pool| *pool == name).map_or((BARE, "1"), |pool| (pool, "2"))
            }
            None => (BARE, "1"),
        };
        Self { primitive, runtime, threads }
    }
}

/// Whether the contenders of a workload are runtimes.
pub fn is_across(workload: &str) -> bool {
    workload.split('/').next() == Some(ACROSS)
}

/// The name without its runtime, if it has one: the workloads of the same program have the same.
pub fn program(workload: &str) -> Option<String> {
    let mut parts: Vec<_> = workload.split('/').collect();
    let named = parts.get(1).is_some_and(|part| *part == "threads" || *part == BARE || POOLS.contains(part));
    if !named {
        return None;
    }
    parts.remove(1);
    Some(parts.join("/"))
}

/// The values of one facet, in the order of the workloads.
pub fn values(outcomes: &[Outcome], facet: fn(Facets) -> &'static str) -> Vec<&'static str> {
    let mut values = Vec::new();
    for value in outcomes.iter().map(|outcome| facet(Facets::of(&outcome.workload))) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads;

    #[test]
    fn a_name_says_the_primitive_the_runtime_and_the_threads() {
        for (name, primitive, runtime, threads) in [
            ("uncontended/try_lock", "Lock", BARE, "1"),
            ("handoff/lock/16 tasks", "Lock", BARE, "1"),
            ("threads/smol/queue/8x8/cap16", "Queue", "smol", "2"),
            ("threads/threads/lock/yield inside", "Lock", "threads that block", "one for each task"),
            ("barrier/one thread, bare/2 tasks", "Barrier", BARE, "1"),
            ("broadcast/condition-owner/1", "Condition", BARE, "1"),
            ("cancel/queue pop/1", "Queue", BARE, "1"),
            ("watch/fan-out/10", "Watch", BARE, "1"),
            ("uncontended/fan-out/publish+recv", "Broadcast", BARE, "1"),
            ("latency/tokio/rwlock/a reader's wait", "RwLock", "tokio", "2"),
            ("across/lock/16 tasks", "Lock", "all", "1 or 2"),
            ("across/spawn", "none", "all", "1 or 2"),
        ] {
            assert_eq!(Facets::of(name), Facets { primitive, runtime, threads }, "{name}");
        }
    }

    #[test]
    fn every_workload_that_compares_primitives_is_of_a_primitive() {
        for workload in workloads::all().workloads.iter().filter(|workload| !is_across(&workload.name)) {
            assert_ne!(Facets::of(&workload.name).primitive, "none", "{}", workload.name);
        }
    }

    #[test]
    fn the_workloads_of_one_program_have_one_name() {
        assert_eq!(program("threads/smol/queue/8x8/cap16").as_deref(), Some("threads/queue/8x8/cap16"));
        assert_eq!(program("threads/threads/queue/8x8/cap16").as_deref(), Some("threads/queue/8x8/cap16"));
        assert_eq!(program("handoff/lock/16 tasks"), None);
    }
}
