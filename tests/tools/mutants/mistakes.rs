//! What each mistake that is marked in the core breaks, and the cheapest check that finds it.
//!
//! Most were made once, here or in another project; each is the smallest change that makes it. `marks.rs` says how to
//! mark one.

/// Name, check, and what it breaks. Of the models, those that find it.
pub(crate) const MARKED: &[(&str, &str, &str)] = &[
    // The protocol.
    ("cancel_drops_the_grant", "semantics", "what a cancelled wait was given is lost"),
    (
        "cancel_serves_nobody",
        "semantics",
        "a first waiter that goes away leaves behind it those who could go on",
    ),
    (
        "cancel_looks_once",
        "loom::wait_queue",
        "a wait is decided while its cancellation is on the way to the lock",
    ),
    (
        "refresh_looks_once",
        "loom::wait_queue",
        "a wait is decided while a poll is on the way to the lock, and the new waker is never woken",
    ),
    (
        "refresh_keeps_the_old_waker",
        "semantics",
        "a future that moved to another task wakes the one it came from",
    ),
    (
        "a_batch_is_woken_under_the_lock",
        "semantics",
        "a waker that calls back finds the internal lock taken by its own thread",
    ),
    ("clone_under_the_lock", "semantics", "the clone of a waker calls back under the internal lock"),
    (
        "drop_a_waker_under_the_lock",
        "semantics",
        "the drop of a cancelled wait's waker calls back under the internal lock",
    ),
    ("one_is_woken_under_the_lock", "semantics", "the same, where one waiter alone was due"),
    ("a_panic_ends_the_wake_loop", "semantics", "a waker that panics takes away the wakes of later batches"),
    ("one_batch_only", "semantics", "more waiters than a batch holds are due, and the others sleep on"),
    // Batches.
    ("a_batch_of_one_more", "units", "a full batch is asked to hold another waker"),
    ("moves_are_not_counted", "units", "the time under the lock grows with the waiters that are moved"),
    (
        "a_panic_wakes_twice",
        "units",
        "the waker that panicked is taken out of the batch a second time: a double free",
    ),
    (
        "a_verdict_before_the_waker",
        "loom::wait_queue",
        "the waker is taken out of a node that its future has back already, and may have freed",
    ),
    (
        "the_news_lose_their_debt",
        "semantics",
        "a waiter that was notified by `notify(n)`, and has moved to the lock, tells nobody when it goes away",
    ),
    ("a_broadcast_reaches_late_comers", "semantics", "who comes between two batches is woken as well"),
    (
        "a_broadcast_reaches_nobody_of_its_own",
        "semantics",
        "those who waited when it began are taken for late-comers",
    ),
    (
        "a_moved_waiter_is_not_counted",
        "semantics",
        "the lock takes the last one that was moved to it for nobody",
    ),
    ("first_come_last_served", "units", "a new entry comes before the first, not behind the last"),
    (
        "a_hand_over_forgets_the_others",
        "semantics",
        "the word says that nobody waits, and the new owner frees the lock under those who do",
    ),
    (
        "an_unlock_wakes_under_the_lock",
        "semantics",
        "a waker that polls inline finds the internal lock taken by its own thread",
    ),
    ("one_bypass_too_many", "semantics", "the first waiter is overtaken once more than the limit says"),
    (
        "a_bypass_that_waits_is_not_counted",
        "loom::lock",
        "who overtakes at its last look before waiting, does so for free",
    ),
    (
        "a_notified_waiter_takes_its_wake_along",
        "semantics",
        "with bypass, the one behind a notified waiter that goes away is never woken",
    ),
    (
        "a_waiter_moves_to_the_wrong_lock",
        "semantics",
        "notified waiters of two locks are given the first one's",
    ),
    // Who may change threads.
    ("a_lock_of_anything_is_sync", "types", "an `Rc` behind a lock is reached from two threads"),
    ("a_guard_forgets_its_value", "types", "`&Cell` goes to another thread through a shared guard"),
    (
        "a_mapped_guard_forgets_its_part",
        "types",
        "RUSTSEC-2020-0059: a guard of an `Rc` inside a `Send` value is sent",
    ),
    ("a_mapped_guard_is_covariant", "types", "a shorter reference is written where a longer one is read"),
    ("a_queue_of_anything_is_sync", "types", "an `Rc` is pushed here and popped there"),
    (
        "an_acquire_looks_before_it_announces",
        "loom::semaphore",
        "a permit that comes back between the two wakes nobody",
    ),
    ("try_acquire_overtakes", "semantics", "who asks for few takes what a first waiter collects"),
    ("a_forgotten_permit_still_counts", "semantics", "a bounded semaphore cannot get it back"),
    ("a_reduction_is_not_remembered", "semantics", "a bounded semaphore takes back more than its new bound"),
    (
        "a_hand_over_forgets_what_is_there",
        "semantics",
        "permits go past the word, and those that it held for the first waiter stay there while others wait for them",
    ),
    (
        "a_hand_over_serves_one_only",
        "semantics",
        "who is to be refused, or asks for nothing, waits behind the one that was handed its permits",
    ),
    ("a_wait_looks_before_it_announces", "loom::event", "a `set` between the two wakes nobody"),
    (
        "a_set_before_the_lock",
        "loom::event",
        "a `set` that was cleared already wakes who began to wait after the `clear`",
    ),
    // The condition.
    (
        "a_wait_unlocks_before_it_queues",
        "loom::condition",
        "a notification by the next owner of the lock comes too early",
    ),
    (
        "a_notified_wait_looks_once",
        "loom::condition",
        "a notification while the waker is replaced wakes the old one",
    ),
    ("the_news_die_with_their_waiter", "semantics", "a notified waiter that goes away tells nobody"),
    (
        "wait_until_keeps_the_news",
        "loom::condition",
        "the same, where the wait was cancelled to get the lock back",
    ),
    (
        "nobody_tells_the_next_of_the_told",
        "semantics",
        "those who were notified behind one that went away sleep on",
    ),
    // The queue.
    ("a_cancelled_pop_keeps_its_claim", "semantics", "the item that it was promised is nobody's"),
    ("try_pop_takes_what_is_promised", "semantics", "a `pop` that was woken for an item finds none"),
    ("close_now_drops_what_is_promised", "semantics", "the same, by `close_now`"),
    ("displaced_work_is_never_done", "semantics", "`join` waits for an item that `force_push` has taken out"),
    ("a_drained_queue_is_not_closed", "semantics", "who waits for an item of a closed queue waits for ever"),
    (
        "a_closed_queue_is_over_too_soon",
        "semantics",
        "a `pop` gives up although an item that was promised to another may come back",
    ),
    ("a_ring_one_too_long", "units", "the last slot is followed by one that does not exist"),
];

/// One of them, or one of an ordering.
#[derive(Clone, Debug)]
pub(crate) struct Mistake {
    pub name: String,
    pub found_by: String,
    pub breaks: String,
    /// Below `core/src`.
    pub file: String,
    pub is_ordering: bool,
}

/// The mistakes that can be made in the sources: `(name, file)` each.
pub(crate) fn known(places: &[(String, String)]) -> Result<Vec<Mistake>, String> {
    if let Some((name, ..)) = MARKED.iter().find(|(name, ..)| places.iter().all(|(placed, _)| placed != name))
    {
        return Err(format!("{name} is in the list, and marked nowhere in the core"));
    }
    places.iter().map(|(name, file)| of_place(name, file)).collect()
}

/// The names of those that only the type checker can find.
pub(crate) fn of_types() -> Vec<&'static str> {
    MARKED.iter().filter(|(_, found_by, _)| *found_by == "types").map(|(name, ..)| *name).collect()
}

fn of_place(name: &str, file: &str) -> Result<Mistake, String> {
    let is_ordering = name.contains("::");
    let (found_by, breaks) = match MARKED.iter().find(|(marked, ..)| *marked == name) {
        Some((_, found_by, breaks)) => ((*found_by).to_owned(), (*breaks).to_owned()),
        None if is_ordering => {
            // The models of that part, if there are any; else all of them.
            let part = name.split([':', '/']).next().unwrap_or_default();
            (format!("loom::{part}"), "what one thread did need not be seen by another".to_owned())
        }
        None => return Err(format!("{file}: {name} is marked, and not in the list")),
    };
    Ok(Mistake { name: name.to_owned(), found_by, breaks, file: file.to_owned(), is_ordering })
}
