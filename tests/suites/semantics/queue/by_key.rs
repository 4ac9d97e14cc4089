//! A queue in the order of keys.

use super::*;

type Jobs<T, const N: usize> = StaticPriorityQueue<T, N>;

/// A queue with items of these keys, whose items are their places.
fn filled<const N: usize>(keys: &[u32]) -> Jobs<usize, N> {
    let queue = Jobs::new();
    for (item, key) in keys.iter().enumerate() {
        queue.try_push_at(item, *key).unwrap();
    }
    queue
}

fn items<const N: usize>(queue: &Jobs<usize, N>) -> Vec<usize> {
    drain(queue).into_iter().map(|keyed| keyed.item).collect()
}

#[test]
fn the_smallest_key_comes_first_and_of_equal_keys_the_oldest() {
    assert_eq!(items(&filled::<6>(&[2, 0, 1, 0, 2, 1])), [1, 3, 2, 5, 0, 4]);
    let queue = leak(StaticPriorityQueue::<&str, 2, i64>::new());
    queue.try_push_at("zero", 0).unwrap();
    queue.try_push(Keyed { key: -1, item: "less" }).unwrap();
    assert_eq!(queue.peek(), Some(Keyed { key: -1, item: "less" }));
    assert_eq!((queue.capacity(), queue.is_full()), (2, true));
    assert_eq!([(); 2].map(|()| queue.try_pop().unwrap().item), ["less", "zero"]);
}

#[test]
fn an_item_that_stays_is_not_overtaken_by_its_own_key_for_ever() {
    let queue = filled::<3>(&[1, 1]);
    for next in 2..1000 {
        queue.try_push_at(next, 1).unwrap();
        assert_eq!(queue.try_pop().unwrap().item, next - 2);
    }
}

/// An item is compared by nobody's code: it may even have a comparison that panics.
#[test]
fn no_code_of_the_items_runs_when_they_are_ordered() {
    #[derive(Debug, Eq)]
    struct Touchy;
    impl PartialEq for Touchy {
        fn eq(&self, _: &Self) -> bool {
            panic!("it is compared")
        }
    }
    impl PartialOrd for Touchy {
        fn partial_cmp(&self, _: &Self) -> Option<core::cmp::Ordering> {
            panic!("it is compared")
        }
    }
    let queue = StaticPriorityQueue::<Touchy, 4>::new();
    (0..4).for_each(|key| queue.try_push_at(Touchy, 4 - key).unwrap());
    assert_eq!([(); 4].map(|()| queue.try_pop().unwrap().key), [1, 2, 3, 4]);
}

#[test]
fn a_pop_that_was_promised_an_item_takes_the_one_that_is_first_when_it_runs() {
    let queue = Jobs::<_, 4>::new();
    let mut pops = queue_up(2, || queue.pop());
    queue.try_push_at("can wait", 5).unwrap();
    assert!(pops[0].is_woken() && !pops[1].is_woken());
    queue.try_push_at("urgent", 1).unwrap();
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty), "both are promised");
    assert_eq!(pops[1].ready().unwrap().item, "urgent", "whoever runs first has it");
    assert_eq!(pops[0].ready().unwrap().item, "can wait");
}

#[test]
fn a_cancelled_pop_leaves_its_item_in_its_place() {
    let queue = Jobs::<_, 4>::new();
    let pop = queued(queue.pop());
    queue.try_push_at("first", 1).unwrap();
    queue.try_push_at("second", 1).unwrap();
    drop(pop);
    assert_eq!([(); 2].map(|()| queue.try_pop().unwrap().item), ["first", "second"]);
}

#[test]
fn pushes_wait_in_one_line_whatever_their_keys() {
    let queue = filled::<1>(&[7]);
    let mut pushes = [queued(queue.push_at(1, 5)), queued(queue.push_at(2, 0))];
    assert_eq!(queue.try_push_at(3, 0), Err(TryPushError::Full(Keyed { key: 0, item: 3 })));
    assert_eq!(queue.try_pop().unwrap().item, 0);
    assert!(pushes[0].is_woken() && !pushes[1].is_woken());
    assert_eq!(queue.try_pop().unwrap().item, 1);
    pushes.iter_mut().for_each(|push| push.ready().unwrap());
    assert_eq!(items(&queue), [2]);
}

#[test]
fn a_cancelled_push_returns_its_item_and_key() {
    let queue = filled::<1>(&[7]);
    let mut push = pin!(queue.push_at(1, 5));
    assert!(!push.as_mut().enable());
    assert_eq!(push.cancel(), Some(Keyed { key: 5, item: 1 }));
    assert_eq!(items(&queue), [0]);
}

#[test]
fn a_reserved_place_takes_an_urgent_item() {
    let queue = filled::<2>(&[7]);
    let slot = queue.try_reserve().unwrap();
    assert!(queue.is_full());
    slot.send(Keyed { key: 0, item: 9 }).unwrap();
    assert_eq!(items(&queue), [9, 0]);
}

#[test]
fn a_forced_push_displaces_the_item_that_would_come_out_last() {
    let queue = filled::<3>(&[1, 3, 3]);
    assert_eq!(queue.force_push(Keyed { key: 2, item: 9 }), Ok(Some(Keyed { key: 3, item: 2 })));
    assert_eq!(queue.unfinished(), 3, "what is displaced was never pushed");
    assert_eq!(items(&queue), [0, 9, 1]);
}

#[test]
fn a_forced_push_of_the_last_item_of_all_returns_it_and_changes_nothing() {
    let queue = filled::<3>(&[1, 3, 3]);
    for key in [3, 4] {
        let last = Keyed { key, item: 9 };
        assert_eq!(queue.force_push(last), Ok(Some(last)));
    }
    assert_eq!(state(&queue), (3, 3, 0, false));
    assert_eq!(items(&queue), [0, 1, 2]);
}

#[test]
fn a_forced_push_finds_nothing_to_displace_among_reserved_places() {
    let queue = Jobs::<u8, 1>::new();
    let _slot = queue.try_reserve().unwrap();
    let item = Keyed { key: 0, item: 1 };
    assert_eq!(queue.force_push(item), Err(TryPushError::Full(item)));
}

#[test]
fn a_closed_queue_is_drained_in_order() {
    let queue = filled::<3>(&[2, 1, 3]);
    let mut late = queued(queue.push_at(9, 0));
    assert!(queue.close());
    assert_eq!(late.ready(), Err(PushError(Keyed { key: 0, item: 9 })));
    assert_eq!(items(&queue), [1, 0, 2]);
    assert_eq!(Task::new(queue.pop()).ready(), Err(Closed));
}

#[test]
fn close_now_delivers_the_first_items_to_those_who_were_promised_and_drops_the_others() {
    // All ways to add seven items of three keys.
    for sequence in 0..3_u32.pow(7) {
        let keys: Vec<_> = (0..7).map(|place| sequence / 3_u32.pow(place) % 3).collect();
        let queue = Jobs::<usize, 8>::new();
        let mut pops = queue_up(2, || queue.pop());
        keys.iter().enumerate().for_each(|(item, key)| queue.try_push_at(item, *key).unwrap());
        queue.close_now();
        assert_eq!((queue.len(), queue.unfinished()), (2, 2));
        let mut sorted: Vec<_> = (0..7).collect();
        sorted.sort_by_key(|item| keys[*item]);
        assert_eq!([0, 1].map(|pop| pops[pop].ready().unwrap().item), sorted[..2]);
    }
}

#[test]
fn items_are_dropped_once_in_whatever_way() {
    let drops = Drops::new();
    let queue = Jobs::<Item, 5>::new();
    (0..5).for_each(|id| queue.try_push_at(drops.item(id), id % 2).unwrap());
    drop(queue.force_push(Keyed { key: 0, item: drops.item(5) }));
    assert_eq!(drops.count(), 1);
    drop(queue.try_pop());
    assert_eq!(drops.count(), 2);
    drop(queue);
    assert_eq!(drops.count(), 6);
}

#[test]
fn the_ends_of_a_channel_go_over_it() {
    let queue = Jobs::<_, 4>::new();
    let (sender, receiver) = queue.split();
    sender.try_send(Keyed { key: 2, item: "later" }).unwrap();
    Task::new(sender.send(Keyed { key: 1, item: "now" })).ready().unwrap();
    drop(sender);
    assert_eq!(Task::new(receiver.recv()).ready().unwrap().item, "now");
    assert_eq!(receiver.try_recv().unwrap().item, "later");
    assert_eq!(Task::new(receiver.recv()).ready(), Err(Closed));
    assert!(queue.is_closed());
}

#[test]
fn joins_end_when_all_work_is_done() {
    let queue = filled::<2>(&[1, 0]);
    let mut join = queued(queue.join());
    for _ in 0..2 {
        assert!(!join.is_woken());
        queue.try_pop().unwrap();
        queue.task_done().unwrap();
    }
    join.ready();
}
