//! `close_now`: the items in the queue are dropped.

use super::*;

#[test]
fn close_now_drops_what_is_queued_and_counts_it_as_done() {
    let drops = Drops::new();
    let queue = StaticQueue::<Item, 3>::new();
    for id in 0..3 {
        queue.try_push(drops.item(id)).unwrap();
    }
    let in_work = queue.try_pop().unwrap();
    let mut join = queued(queue.join());
    queue.close_now();
    assert_eq!((drops.count(), queue.len(), queue.unfinished()), (2, 0, 1));
    assert!(!join.is_woken());
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    assert_eq!(queue.try_push(in_work).unwrap_err().into_inner().id, 0);
    queue.task_done().unwrap();
    join.ready();
}

#[test]
fn close_now_ends_a_join_if_nothing_is_in_work() {
    let queue = full::<2>();
    let mut join = queued(queue.join());
    queue.close_now();
    join.ready();
    assert_eq!(state(&queue), (0, 0, 0, true));
}

#[test]
fn close_now_gives_pushes_that_wait_their_items_back() {
    let queue = full::<1>();
    let mut pushes = [queued(queue.push(1)), queued(queue.push(2))];
    queue.close_now();
    assert_eq!(pushes[0].ready(), Err(PushError(1)));
    assert_eq!(pushes[1].ready(), Err(PushError(2)));
    assert_eq!(state(&queue), (0, 0, 0, true));
}

#[test]
fn close_now_ends_pops_that_wait() {
    let queue = StaticQueue::<u8, 1>::new();
    let mut pops = queue_up(40, || queue.pop());
    queue.close_now();
    assert!(pops.iter_mut().all(|pop| pop.is_woken() && pop.ready() == Err(Closed)));
}

#[test]
fn close_now_keeps_the_promise_to_a_pop_that_has_not_run() {
    let queue = full::<3>();
    assert_eq!(drain(&queue), [0, 1, 2]);
    let mut pop = queued(queue.pop());
    for item in 5..8 {
        queue.try_push(item).unwrap();
    }
    queue.close_now();
    assert_eq!(queue.len(), 1);
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    assert_eq!(pop.ready(), Ok(5), "the claimed item is the first one");
}

#[test]
fn an_item_promised_before_close_now_is_dropped_with_its_pop() {
    let drops = Drops::new();
    let queue = StaticQueue::<Item, 1>::new();
    let pop = queued(queue.pop());
    queue.try_push(drops.item(1)).unwrap();
    let mut join = queued(queue.join());
    queue.close_now();
    assert_eq!((drops.count(), queue.unfinished()), (0, 1));
    pop.cancel();
    assert_eq!((drops.count(), queue.unfinished()), (1, 0));
    join.ready();
}

#[test]
fn close_now_after_close_drops_the_rest() {
    let drops = Drops::new();
    let queue = StaticQueue::<Item, 2>::new();
    queue.try_push(drops.item(1)).unwrap();
    queue.close();
    assert_eq!(drops.count(), 0);
    queue.close_now();
    assert_eq!(drops.count(), 1);
    queue.close();
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
}
