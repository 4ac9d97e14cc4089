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
    (
        "a_rwlock_of_anything_is_sync",
        "types",
        "an `Rc` behind a reader-writer lock is reached from two threads",
    ),
    ("a_read_guard_of_anything_is_sent", "types", "a `Cell` is read by readers on two threads"),
    ("a_mapped_read_guard_forgets_its_part", "types", "a part that is a `Cell` is read on two threads"),
    (
        "a_mapped_write_guard_is_covariant",
        "types",
        "a shorter reference is written where a longer one is read",
    ),
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
    // The cell.
    (
        "a_claim_takes_a_role_that_is_taken",
        "semantics",
        "two initialisers are at work, and the cell has two values",
    ),
    ("a_fill_forgets_who_waits", "semantics", "the waiters for the value, and for the role, sleep for ever"),
    ("a_full_cell_grants_the_role", "semantics", "a waiter initialises a cell that has a value already"),
    ("a_role_is_free_before_its_heir", "semantics", "a task that comes later overtakes the next in line"),
    ("a_role_dies_with_its_owner", "semantics", "after an error or a panic nobody can initialise the cell"),
    ("an_heir_keeps_the_role", "semantics", "the role is lost with a waiter that was granted it and dropped"),
    (
        "a_panic_keeps_the_role",
        "semantics",
        "the future that panicked keeps all others waiting until it is dropped",
    ),
    (
        "a_value_is_published_before_it_is_written",
        "loom::once_cell",
        "a thread that finds the cell full reads what is not there yet",
    ),
    ("a_cell_leaks_its_value", "semantics", "the value of a cell is never dropped"),
    ("a_lazy_forgets_its_progress", "semantics", "each poll of a lazy value begins anew"),
    (
        "a_cell_of_anything_is_sync",
        "types",
        "RUSTSEC-2020-0101: a value that is not `Send` is set on one thread and dropped on another",
    ),
    ("a_lazy_shares_its_future_unsent", "types", "a future that is not `Send` is polled by another thread"),
    (
        "one_permit_too_many_goes_past",
        "semantics",
        "the first waiter of a semaphore is overtaken once more than the limit says",
    ),
    (
        "a_permit_taken_in_the_queue_is_not_counted",
        "semantics",
        "a queued waiter that takes permits before the first one does so for free",
    ),
    (
        "the_last_to_overtake_leaves_permits_to_nobody",
        "semantics",
        "permits lie idle for a first waiter that is not polled, and a waiter that looks in vain misses them later",
    ),
    (
        "a_grant_forgets_to_wake",
        "loom::semaphore",
        "a waiter is granted what is left by the last one that overtakes it, and sleeps on",
    ),
    (
        "the_last_to_retry_leaves_its_mark",
        "semantics",
        "a semaphore says for ever that somebody waits, after its last waiter took its permits by itself",
    ),
    (
        "a_new_first_is_not_refused",
        "semantics",
        "a request for more permits than there can be waits on, where the one before it took its permits by itself",
    ),
    (
        "a_refused_waiters_panic_costs_a_permit",
        "semantics",
        "a poll that has its permits loses them to the waker of a wait that it refuses",
    ),
    (
        "only_the_first_waiter_is_woken",
        "semantics",
        "a woken waiter that is not polled holds up those behind it, although there are permits for them",
    ),
    // The reader-writer lock.
    ("an_upgrade_ignores_the_readers", "semantics", "an upgraded writer writes while others read"),
    ("a_try_overtakes", "semantics", "a reader that does not wait prolongs a phase while a writer waits"),
    ("a_writer_leaves_no_phase", "semantics", "readers wait for every writer that waits"),
    ("a_downgrade_lets_a_writer_in", "semantics", "a writer that became a reader is not inside any more"),
    ("upgrades_in_a_row_starve_a_writer", "semantics", "a writer waits for ever while others upgrade"),
    (
        "a_writer_that_becomes_upgradable_owes_nobody",
        "semantics",
        "an upgradable reader waits for ever while writers become upgradable readers before they leave",
    ),
    (
        "a_batch_of_readers_is_overtaken",
        "semantics",
        "a writer that comes between two batches goes in before the readers of the second one",
    ),
    (
        "a_cancelled_writer_keeps_readers_out",
        "semantics",
        "readers behind a writer that gave up wait until all others have left",
    ),
    (
        "a_phase_admits_upgradable_readers_for_ever",
        "semantics",
        "a writer waits while one upgradable reader after another goes in",
    ),
    ("a_full_lock_sleeps", "units", "a reader waits although the lock, which was full, has room"),
    (
        "a_second_close_of_a_semaphore_closes_it",
        "semantics",
        "two tasks both believe that they have closed it",
    ),
    // The event.
    ("a_set_after_the_wakes", "loom::event", "a wait that a `set` has ended finds the flag clear"),
    (
        "a_set_before_the_lock",
        "loom::event",
        "a `set` that was cleared already wakes a waiter that came after the `clear`",
    ),
    // The signal.
    (
        "a_promised_value_is_taken_by_another",
        "semantics",
        "an attempt or a late wait takes the value of a task that is woken, and finds none",
    ),
    ("one_value_is_promised_twice", "semantics", "a newer value wakes a second task, and there is one value"),
    ("a_value_is_lost_with_its_wait", "semantics", "a wait that a value was promised to is dropped"),
    (
        "a_returned_value_wakes_nobody",
        "semantics",
        "the value of a dropped wait lies there, and others sleep",
    ),
    // The oneshot.
    ("a_value_is_sent_to_nobody", "semantics", "a send succeeds although the receiver is gone"),
    ("a_send_wakes_nobody", "semantics", "the receiver sleeps on beside its value"),
    ("a_sender_goes_without_a_word", "semantics", "the receiver waits for a sender that is gone"),
    (
        "a_receiver_goes_without_a_word",
        "semantics",
        "the sender waits for the end of a receiver that is gone",
    ),
    (
        "a_receiver_leaves_the_value_behind",
        "semantics",
        "tokio #6558: what was sent and not received lives on in its slot",
    ),
    (
        "a_receiver_looks_before_the_value_is_sent",
        "loom::oneshot",
        "RUSTSEC-2021-0124: after a close, the receiver looks into the slot while the sender writes there",
    ),
    (
        "a_value_is_published_before_it_is_there",
        "loom::oneshot",
        "the receiver sees that the value is sent, and finds an empty slot",
    ),
    (
        "a_slot_remembers_its_last_ends",
        "semantics",
        "the ends of a new round are closed, or find an old value",
    ),
    ("a_oneshot_of_anything_is_sync", "types", "an `Rc` is sent here and received there"),
    // The notify.
    (
        "a_notification_is_stored_although_a_task_waits",
        "semantics",
        "`notify_one` does not look whether somebody waits, who then sleeps beside a stored notification",
    ),
    (
        "a_notification_goes_to_a_waiter_of_a_broadcast",
        "semantics",
        "a wait that a broadcast still has to wake swallows the notification of a wait that came after the broadcast",
    ),
    (
        "a_notification_for_a_waiter_that_left_is_lost",
        "loom::notify",
        "`notify_one` sees a waiter, which is cancelled before the notifier has the lock: nothing is stored",
    ),
    (
        "a_broadcast_only_looks",
        "loom::notify",
        "a wait is enabled too late for the broadcast, and does not see what was done before it either",
    ),
    ("a_pulse_reaches_late_comers", "semantics", "a task that waits again between two batches passes twice"),
    (
        "a_pulse_is_passed_on",
        "semantics",
        "a broadcast reaches another wait when one that it reached is dropped",
    ),
    (
        "a_stored_notification_is_taken_twice",
        "loom::notify",
        "the last look of a wait and the fast path of another both take the one stored notification",
    ),
    ("a_notification_is_lost_with_its_wait", "semantics", "a wait that `notify_one` reached is dropped"),
    // The barrier.
    ("a_round_is_complete_too_soon", "semantics", "a round lets its tasks go while one is missing"),
    ("the_first_to_arrive_leads", "semantics", "the leader is one whose pass can be lost"),
    (
        "one_who_leaves_is_taken_off_the_next_round",
        "semantics",
        "a wait of a complete round is cancelled between two batches, and the next round misses an arrival",
    ),
    (
        "a_round_takes_late_comers_along",
        "semantics",
        "tasks that come between two batches pass with those before them",
    ),
    (
        "an_index_goes_on_into_the_next_round",
        "semantics",
        "two rounds are let go by one loop, and share their indices",
    ),
    (
        "a_reset_tears_a_complete_round",
        "semantics",
        "a reset between two batches refuses tasks of a complete round",
    ),
    ("an_aborted_barrier_is_filled_up", "semantics", "tasks that come after an abort wait"),
    ("a_reset_mends_nothing", "semantics", "a barrier stays broken"),
    // The latch and the wait group.
    (
        "a_zero_before_the_lock",
        "loom::wait_group",
        "a token that is dropped ends a wait that began after another token was added",
    ),
    (
        "a_latch_counts_below_zero",
        "units",
        "two threads take the last count of a latch that somebody waits for",
    ),
    (
        "a_count_down_takes_what_a_guard_holds",
        "semantics",
        "a latch opens while a guard lives, and the drop of the guard finds no count",
    ),
    ("what_a_guard_holds_counts_for_nothing", "semantics", "a wait ends although guards or tokens are left"),
    (
        "a_latch_counts_beyond_its_word",
        "semantics",
        "a count that is too high is no error where it is made, and the latch panics",
    ),
    ("tokens_wrap", "units", "a token too many makes the group look empty"),
    ("a_close_forgets_the_tokens", "semantics", "a wait for a closed group ends although tokens are left"),
    ("a_clone_is_not_counted", "semantics", "a wait ends although a clone of a token is left"),
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
        "a_notification_goes_to_one_that_has_been_notified",
        "semantics",
        "a waiter of a `notify_all` that is under way swallows a `notify_one`, and a late-comer sleeps",
    ),
    (
        "a_waiter_is_requeued_to_the_wrong_lock",
        "semantics",
        "notified waiters of two locks are requeued to the notifier's",
    ),
    // The cancellation token.
    (
        "a_child_is_linked_without_a_last_look",
        "loom::cancellation_token",
        "a child that is made while its parent is being cancelled is never cancelled",
    ),
    (
        "a_dying_child_stays_linked",
        "loom::cancellation_token",
        "a child that a `cancel` has taken out is taken out again by the thread that drops it",
    ),
    (
        "a_dying_child_is_revived",
        "loom::cancellation_token",
        "a `cancel` works on a child that another thread is freeing",
    ),
    (
        "a_cancel_misses_the_last_look",
        "semantics",
        "a token is cancelled between the two looks of a wait, which never ends",
    ),
    (
        "only_children_are_cancelled",
        "semantics",
        "the waits of a child never end when its parent is cancelled",
    ),
    (
        "a_panic_ends_the_walk",
        "semantics",
        "a waker that panics keeps other descendants from being cancelled",
    ),
    ("the_future_goes_first", "semantics", "a future goes on after its token was cancelled"),
    (
        "a_cancelled_future_is_kept",
        "semantics",
        "what a cancelled future holds is dropped only with the future around it",
    ),
    ("a_guard_cancels_nothing", "semantics", "the tasks of a scope that has ended run on"),
    // The broadcast.
    ("a_broadcast_of_anything_is_sync", "types", "two threads clone one `Cell` at once"),
    (
        "a_gap_hides_a_value",
        "semantics",
        "a receiver behind values that never had a place is told that it missed one which is there",
    ),
    (
        "a_closed_broadcast_forgets_what_is_kept_back",
        "semantics",
        "a receiver is told of the end while a value is kept back for it",
    ),
    (
        "a_value_is_displaced_under_its_reader",
        "semantics",
        "`publish_now` moves a value out while a receiver clones it",
    ),
    ("a_reader_stays_counted", "semantics", "a value that all have read is waited for"),
    ("what_is_kept_back_never_enters", "semantics", "the newest value never arrives"),
    ("a_dropped_receiver_is_waited_for", "semantics", "a value waits for a receiver that is gone"),
    ("the_last_sender_leaves_the_broadcast_open", "semantics", "a receiver waits for senders that are gone"),
    (
        "a_strangers_panic_costs_a_value",
        "semantics",
        "the waker of a publish panics in a `recv` that made room, whose value is lost",
    ),
    ("a_panic_in_clone_pins_the_place", "semantics", "a value whose clone panicked is never displaced"),
    ("a_leaver_stays_counted", "semantics", "the values of a dropped receiver stay"),
    ("a_panic_ends_the_leaving", "semantics", "values behind one whose drop panics stay"),
    ("a_lag_is_told_twice", "semantics", "a lagging receiver hears the same number for ever"),
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
    ("a_reserved_slot_is_given_away", "semantics", "an item enters a slot that is reserved for another"),
    (
        "a_closed_queue_forgets_what_is_reserved",
        "semantics",
        "a `pop` gives up although an item may still come into a slot that was reserved",
    ),
    ("a_returned_slot_wakes_nobody", "semantics", "room that was reserved and given back goes to nobody"),
    ("a_cancelled_reserve_keeps_its_slot", "semantics", "the room of a dropped reservation is nobody's"),
    ("recv_many_of_none_waits", "semantics", "a `recv_many` with a limit of 0 waits, or takes an item"),
    ("recv_many_is_not_over", "semantics", "a `recv_many` that has returned its output is not terminated"),
    ("the_last_sender_leaves_the_queue_open", "semantics", "a receiver waits for senders that are gone"),
    (
        "the_last_receiver_leaves_the_items",
        "semantics",
        "items that nobody will receive live as long as the senders",
    ),
    ("a_closed_channel_gets_an_end", "semantics", "a weak end comes back to a channel that is closed"),
    ("a_ring_one_too_long", "units", "the last slot is followed by one that does not exist"),
    // The queue's storage: slack, and blocks.
    (
        "slack_is_for_everybody",
        "semantics",
        "items that nobody is promised fill the slack, beyond the capacity",
    ),
    ("slack_is_for_nobody", "semantics", "a push waits although the items before it are promised"),
    (
        "an_item_for_a_slot_is_lost_beyond_the_capacity",
        "semantics",
        "an item for a reserved slot is dropped if returned claims fill the slack",
    ),
    (
        "a_claim_makes_room_for_nobody",
        "semantics",
        "a push waits although an item was promised to a wait that is only enabled",
    ),
    ("a_full_block_is_filled_again", "units", "an item is written over the first one of its block"),
    ("an_empty_queue_keeps_its_spare", "units", "the memory of a burst stays in a queue that is empty"),
    ("memory_is_freed_under_the_lock", "allocations", "the allocator calls back under the internal lock"),
    ("equal_keys_come_in_any_order", "units", "an item stays while others of its key come and go"),
    ("the_left_child_is_always_first", "units", "an item comes out before one of a smaller key"),
    ("a_removed_leaf_leaves_a_hole_in_the_order", "units", "an item comes out after one of a larger key"),
    ("close_now_drops_an_urgent_item", "units", "`close_now` drops the items that were promised"),
    ("a_new_item_displaces_an_urgent_one", "units", "an item that can wait displaces one that cannot"),
    ("the_oldest_item_comes_first", "semantics", "a queue whose newest item is the first returns the oldest"),
    ("the_least_urgent_waits_for_ever", "semantics", "a less urgent request is overtaken without a bound"),
    (
        "a_due_waiter_is_overtaken_again",
        "semantics",
        "of two that were overtaken often enough, the more urgent one is served first",
    ),
    (
        "an_urgent_request_overtakes_its_own_level",
        "semantics",
        "a request overtakes an earlier one of its level",
    ),
    ("a_waiter_that_became_due_is_forgotten", "semantics", "permits that suffice for a waiter stay free"),
    ("a_hand_over_is_not_counted", "semantics", "permits that are handed over do not count as an overtaking"),
    (
        "an_urgent_request_waits_behind_others",
        "semantics",
        "an urgent request waits although its permits are there",
    ),
    ("close_now_drops_the_newest", "semantics", "`close_now` drops the items that were promised"),
    ("a_closed_queue_grows", "loom::queue_storage", "an item enters behind the last receiver, and is kept"),
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
    (
        "an_aborted_group_tells_nobody",
        "toolbox",
        "the children of an aborted group do not learn that they should end",
    ),
    (
        "an_elapsed_wait_keeps_its_place",
        "toolbox",
        "a wait that has elapsed stays in its queue until it is dropped",
    ),
    ("a_skipped_tick_loses_the_rhythm", "toolbox", "an interval that skips ticks counts from a wrong time"),
    ("a_failed_attempt_waits_for_the_delay", "toolbox", "an attempt that has failed holds up the next one"),
    (
        "a_group_leaves_its_function_behind",
        "toolbox",
        "a group that is aborted ends before a function that blocks in it",
    ),
    ("a_grace_has_no_end", "toolbox", "a child that does not end by itself keeps its aborted group for ever"),
    ("a_stay_never_ends", "toolbox", "what a dropped scope leaves is never over"),
    ("a_destructor_is_in_no_scope", "toolbox", "what a destructor in a scope leaves is not waited for"),
    ("a_broken_connection_comes_back", "toolbox", "a discarded connection is handed out again"),
    (
        "a_stranger_panics_into_the_last_pop",
        "toolbox",
        "the waker of a refused task that panics costs a `pop` the last item of a closed queue",
    ),
    // Interrupts.
    ("interrupts_stay_on", "firmware", "an interrupt handler finds a list half linked"),
    (
        "a_count_of_work_wraps",
        "units",
        "on 32 bits, a queue whose items are never done stops, or a join ends although items are not done",
    ),
    // Who waits for whom.
    (
        "a_broadcast_is_taken_for_a_hand_over",
        "diagnose",
        "a wait that keeps nothing from others is reported as a futurelock",
    ),
    ("the_grant_of_another_task_is_reported", "diagnose", "a task that only waits for its turn is reported"),
    (
        "a_joined_wait_is_reported",
        "diagnose",
        "a grant is reported that is polled a moment later, in the same turn",
    ),
    (
        "a_grant_has_no_age",
        "diagnose",
        "a grant that nobody polls cannot be told from one that was just made",
    ),
    ("a_released_guard_is_still_a_holder", "diagnose", "a task that holds nothing is shown as a holder"),
    ("split_permits_are_counted_twice", "diagnose", "more permits are held than there are"),
    (
        "a_guard_that_was_sent_on_closes_a_circle",
        "diagnose",
        "a circle is reported, and the guard is with another task that drops it",
    ),
    (
        "permits_that_others_hold_close_a_circle",
        "diagnose",
        "a circle is reported, and enough permits are with tasks outside of it",
    ),
    ("a_task_behind_a_circle_is_reported", "diagnose", "a circle is reported for each task that comes to it"),
    (
        "a_grant_that_leaves_enough_permits_is_reported",
        "diagnose",
        "a futurelock is reported, and the permits of others come back",
    ),
    ("a_moved_primitive_loses_its_holders", "diagnose", "a lock that was moved is locked by nobody"),
    ("a_grant_is_told_twice", "diagnose", "more waits are granted than have begun"),
    ("the_page_is_served_to_everybody", "page", "the names of a program are read from other machines"),
    (
        "a_site_reads_the_page_by_a_name_of_its_own",
        "page",
        "a site whose name leads to the loopback reads the page in the browser",
    ),
    ("markup_in_a_name_is_live", "page", "the name of a primitive runs as a script in the page"),
    // The watch.
    ("a_watch_of_anything_is_sync", "types", "two threads read a `Cell` at once (RUSTSEC-2025-0023)"),
    ("a_pending_value_stays_hidden", "semantics", "a borrow is dropped, and the newest value is never seen"),
    ("a_third_version_is_read", "semantics", "values of three versions are read, and a send finds no slot"),
    ("a_value_becomes_visible_and_wakes_nobody", "semantics", "the receivers of a pending value sleep on"),
    ("an_outdated_value_dies_under_the_lock", "semantics", "the drop of a value that uses its watch hangs"),
    ("a_version_wakes_one_receiver", "semantics", "all others sleep until the next value"),
    (
        "the_end_comes_before_the_last_value",
        "semantics",
        "a closed watch with a pending value looks as if the last value had been seen",
    ),
    ("the_last_sender_leaves_the_watch_open", "semantics", "receivers wait for a value that nobody can send"),
    ("a_change_is_not_marked_as_seen", "semantics", "`changed` returns again and again for one value"),
    ("a_modification_overwrites_another", "semantics", "of two modifications at once one is lost"),
    (
        "a_copied_value_displaces_a_newer_one",
        "semantics",
        "a value is sent while a pending one is copied, and is gone when that comes back",
    ),
    // The sink of a sender.
    ("a_sink_keeps_the_room_that_it_releases", "toolbox", "room that nobody uses is kept from all others"),
    ("a_closed_sink_keeps_its_sender", "toolbox", "the channel stays open although its last sink is closed"),
    (
        "a_sink_takes_back_its_place",
        "toolbox",
        "a sink whose poll finds no room leaves the line, and is overtaken by all that come later",
    ),
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
