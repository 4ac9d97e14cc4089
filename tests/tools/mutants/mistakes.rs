//! What each mistake that is marked in the core breaks, and the cheapest check that finds it.
//!
//! Most were made once, here or in another project; each is the smallest change that makes it. `marks.rs` says how to
//! mark one.

/// Name, check, and what it breaks. Of the models, those that find it.
pub(crate) const MARKED: &[(&str, &str, &str)] = &[
    // The protocol.
    ("cancel_drops_the_grant", "semantics", "what a cancelled wait was granted is lost"),
    (
        "cancel_serves_nobody",
        "semantics",
        "a first waiter that is cancelled leaves waiters behind it that could go on",
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
        "a future that moved to another task wakes the task that it came from",
    ),
    (
        "the_lock_is_free_before_the_waiter_is_linked",
        "loom::wait_queue",
        "a waiter enters a list while another thread, or an interrupt, works on it",
    ),
    ("clone_under_the_lock", "semantics", "the clone of a waker calls back under the internal lock"),
    (
        "drop_a_waker_under_the_lock",
        "semantics",
        "the drop of a cancelled wait's waker calls back under the internal lock",
    ),
    (
        "drop_a_replaced_waker_under_the_lock",
        "semantics",
        "the drop of the waker of an earlier poll calls back under the internal lock",
    ),
    (
        "an_enabled_wait_loses_its_grant",
        "semantics",
        "what `enable` was granted is asked for again at the first poll",
    ),
    (
        "a_batch_is_woken_under_the_lock",
        "semantics",
        "a waker that calls back finds the internal lock taken by its own thread",
    ),
    (
        "one_is_woken_under_the_lock",
        "semantics",
        "a waker that calls back finds the internal lock taken, where one waiter alone was due",
    ),
    (
        "an_unlock_wakes_under_the_lock",
        "semantics",
        "a waker that calls back finds the internal lock taken, where an unlock needs no wake loop",
    ),
    ("a_panic_ends_the_wake_loop", "semantics", "a waker that panics takes away the wakes of later batches"),
    ("one_batch_only", "semantics", "more waiters than a batch holds are due, and the others sleep on"),
    (
        "a_look_comes_before_its_announcement",
        "loom::event",
        "what is set or released between the two wakes nobody",
    ),
    (
        "a_second_mut_of_the_lists_lives",
        "miri",
        "two `&mut` to the insides of a primitive exist at once: undefined, whatever the compiler makes of it",
    ),
    // Batches.
    ("a_batch_of_one_more", "units", "a full batch is asked to hold another waker"),
    ("requeues_are_not_counted", "units", "the time under the lock grows with the waiters that are requeued"),
    (
        "a_panic_wakes_twice",
        "units",
        "the waker that panicked is taken out of the batch a second time: a double free",
    ),
    // The node, its status and its lists.
    (
        "a_verdict_before_the_waker",
        "loom::wait_queue",
        "the waker is taken out of a node that its future has back, and may have freed",
    ),
    (
        "a_requeued_waiter_is_not_counted",
        "semantics",
        "the lock takes the last waiter that was requeued to it for none",
    ),
    (
        "a_notification_is_not_forwarded",
        "semantics",
        "a waiter that `notify(n)` reached is dropped, and the next one sleeps on",
    ),
    (
        "the_locks_queue_forgets_to_forward",
        "semantics",
        "a waiter that `notify(n)` reached is dropped in the queue of its lock, and the next one sleeps on",
    ),
    (
        "a_broadcast_reaches_late_comers",
        "semantics",
        "a waiter that comes between two batches is woken as well",
    ),
    (
        "a_broadcast_reaches_none_of_its_own",
        "semantics",
        "those that waited when it began are taken for late-comers",
    ),
    (
        "an_old_broadcast_goes_on_for_ever",
        "units",
        "after half of all generations a broadcast under way takes new waiters for its own",
    ),
    (
        "a_full_batch_begins_no_generation",
        "semantics",
        "a broadcast to exactly a batch of waiters reaches one more that comes while it wakes them",
    ),
    ("first_come_last_served", "units", "a new entry comes before the first, not behind the last"),
    ("the_last_entry_stays", "units", "a list keeps pointing at its only entry when that has left"),
    // The raw lock.
    (
        "a_contended_lock_takes_a_look_for_a_swap",
        "loom::raw_lock",
        "two threads that find the lock free at once both hold it",
    ),
    // The lock.
    (
        "a_hand_over_forgets_the_others",
        "semantics",
        "the word says that nobody waits, and the new owner frees the lock under those that do",
    ),
    ("one_bypass_too_many", "semantics", "the first waiter is overtaken once more than the limit says"),
    (
        "a_bypass_without_limit_overflows",
        "semantics",
        "a lock that is overtaken eight thousand times overflows its word",
    ),
    (
        "a_bypass_that_waits_is_not_counted",
        "loom::lock",
        "a task that overtakes at its last look before it waits does so for free",
    ),
    (
        "a_bypass_in_the_queue_is_not_counted",
        "semantics",
        "a queued waiter that overtakes the first one does so for free",
    ),
    (
        "a_woken_waiter_takes_its_wake_along",
        "semantics",
        "with bypass, the waiter behind a woken one that is dropped is never woken",
    ),
    (
        "a_requeue_is_not_announced",
        "semantics",
        "the owner unlocks without a look at the waiters that were requeued to it",
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
        "a_part_of_anything_is_sent",
        "types",
        "a `Cell` in an `Arc` is reached from two threads through a handle of its part",
    ),
    // The semaphore.
    ("try_acquire_overtakes", "semantics", "a request for few takes what a first waiter collects"),
    (
        "the_last_look_misses_a_permit",
        "loom::semaphore",
        "a permit that comes back before the announcement is left there while the waiter sleeps",
    ),
    ("a_request_for_nothing_waits", "semantics", "a request for no permits waits behind requests for some"),
    (
        "a_granted_acquire_keeps_its_permits",
        "semantics",
        "the permits of an acquire that was granted and dropped are lost",
    ),
    ("a_single_acquire_is_refused", "semantics", "an acquire of one fails where permits may come later"),
    ("a_forgotten_permit_still_counts", "semantics", "a bounded semaphore cannot get it back"),
    ("a_reduction_is_not_remembered", "semantics", "a bounded semaphore takes back more than its new bound"),
    (
        "a_hand_over_forgets_what_is_there",
        "semantics",
        "permits bypass the word, and those that it held for the first waiter stay there while others wait for them",
    ),
    (
        "a_hand_over_serves_one_only",
        "semantics",
        "a waiter that is to be refused, or asks for nothing, waits behind the one that was handed its permits",
    ),
    // The event.
    ("a_set_after_the_wakes", "loom::event", "a wait that a `set` has ended finds the flag clear"),
    (
        "a_set_before_the_lock",
        "loom::event",
        "a `set` that was cleared already wakes a waiter that came after the `clear`",
    ),
    // The condition.
    (
        "a_wait_unlocks_before_it_queues",
        "loom::condition",
        "a notification by the next owner of the lock comes too early",
    ),
    ("a_notification_dies_with_its_waiter", "semantics", "a notified waiter that is dropped tells nobody"),
    (
        "wait_until_drops_its_notification",
        "loom::condition",
        "a notified wait that was cancelled to get the lock back tells nobody",
    ),
    (
        "a_dropped_wait_keeps_the_lock",
        "semantics",
        "a wait that was granted its lock and is dropped leaves it locked",
    ),
    (
        "a_notification_forgets_the_others",
        "semantics",
        "the word says that nobody waits any more, and later notifications reach nobody",
    ),
    (
        "a_waiter_is_requeued_to_the_wrong_lock",
        "semantics",
        "notified waiters of two locks are requeued to the notifier's",
    ),
    // The queue.
    ("a_strangers_panic_costs_an_item", "semantics", "a `pop` loses its item to a waker that panics"),
    ("a_join_ends_before_the_last_drop", "units", "`close_now` ends a `join` while an item is still there"),
    ("a_cancelled_pop_keeps_its_claim", "semantics", "the item that it was promised is nobody's"),
    ("try_pop_takes_what_is_promised", "semantics", "a `pop` that was woken for an item finds none"),
    (
        "close_now_drops_what_is_promised",
        "semantics",
        "a `pop` that was woken for an item finds none after a `close_now`",
    ),
    ("displaced_work_is_never_done", "semantics", "`join` waits for an item that `force_push` has taken out"),
    ("a_drained_queue_is_not_closed", "semantics", "a wait for an item of a closed queue never ends"),
    (
        "a_closed_queue_is_over_too_soon",
        "semantics",
        "a `pop` gives up although an item that was promised to another may come back",
    ),
    (
        "a_panic_ends_the_discard",
        "semantics",
        "items behind one whose drop panics stay in a queue that is closed",
    ),
    ("a_panic_leaves_the_work_undone", "semantics", "`join` waits for an item whose drop panicked"),
    ("a_ring_one_too_long", "units", "the last slot is followed by one that does not exist"),
    // The toolbox.
    (
        "a_change_of_state_wakes_one_consumer",
        "toolbox",
        "an item that is not enough for the first consumer is never seen by a later one",
    ),
    ("a_join_is_told_by_an_earlier_round", "toolbox", "a `join` ends with the work of an earlier round"),
    (
        "a_load_leaves_what_was_inserted_meanwhile",
        "toolbox",
        "a load does not replace what was inserted while it ran",
    ),
    (
        "a_stranger_panics_into_a_pop",
        "toolbox",
        "the waker of another task that panics costs a `pop` its item",
    ),
    (
        "those_who_leave_are_never_forgotten",
        "toolbox",
        "a barrier takes tasks that have left for ones that are leaving",
    ),
    ("an_arrival_that_was_dropped_stays", "toolbox", "a dropped arrival still counts"),
    ("a_slot_in_use_is_removed", "toolbox", "a slot goes while a load works on it"),
    ("a_stale_slot_in_use_is_pruned", "toolbox", "a slot is pruned while a load works on it"),
    (
        "users_of_a_slot_are_not_counted",
        "toolbox",
        "a slot goes while a load works on it, because its users are not counted",
    ),
    ("a_newcomer_gets_a_gate_of_its_own", "toolbox", "two tasks hold the lock of one key"),
    ("a_slot_that_goes_still_counts", "toolbox", "keys that nobody uses any more are counted"),
    (
        "a_load_comes_back_after_an_invalidation",
        "toolbox",
        "a load from before an invalidation stores its value",
    ),
    (
        "an_invalidation_does_not_reach_who_waits",
        "toolbox",
        "a task waits for a load whose value was invalidated",
    ),
    ("a_use_of_a_value_does_not_count", "toolbox", "a bounded cache evicts a value that was just used"),
    ("a_slot_in_use_is_evicted", "toolbox", "a slot is evicted while a load works on it"),
    ("close_now_drops_the_best", "toolbox", "`close_now` drops the items that were promised"),
    ("a_gather_returns_again", "toolbox", "`gather` polled again returns nothing as if it were something"),
    ("a_mutex_knows_no_holder", "toolbox", "a comparison that comes back to its own queue hangs"),
    ("a_sleep_beyond_the_clock_panics", "toolbox", "a simulated sleep beyond the range of `Instant` panics"),
    ("a_stream_comes_before_its_deadline", "toolbox", "a stream that is always ready never ends"),
    ("a_token_is_eaten", "toolbox", "an unpark that was meant for the caller of a blocking wait is lost"),
    ("a_budget_never_ends", "toolbox", "a wait that is always granted never lets others run"),
    (
        "a_cancelled_function_stays_in_the_queue",
        "toolbox",
        "a function that is cancelled in its queue ends when its turn comes",
    ),
    ("a_moved_deadline_expires", "toolbox", "a deadline that is moved while its timer fires expires"),
    (
        "a_wait_leaves_its_waker_in_the_task",
        "toolbox",
        "a wait for a task that has elapsed leaves its waker there",
    ),
    (
        "a_join_waits_for_what_comes_later",
        "toolbox",
        "a `join` of a pool waits for functions that were spawned after it",
    ),
    ("a_receipt_is_lost", "toolbox", "an `emit` whose item is dropped hangs"),
    ("a_stay_never_ends", "toolbox", "what a dropped scope leaves is never over"),
    ("a_destructor_is_in_no_scope", "toolbox", "what a destructor in a scope leaves is not waited for"),
    ("a_broken_connection_comes_back", "toolbox", "a discarded connection is handed out again"),
    (
        "an_abort_spares_those_who_leave",
        "toolbox",
        "tasks that are leaving an aborted barrier are not broken",
    ),
    (
        "a_stranger_panics_into_the_last_pop",
        "toolbox",
        "the waker of a refused task that panics costs a `pop` the last item of a closed queue",
    ),
    // Interrupts.
    ("interrupts_stay_on", "firmware", "an interrupt handler finds a list half linked"),
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
        return Err(format!("{name} is in the list, and marked nowhere"));
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
