//! [`UnboundedQueue`](anywake_core::queue::UnboundedQueue): a push never waits, and memory comes and goes with the items.

use anywake_tests::Arc;

use anywake_core::channel::unbounded;
use anywake_core::queue::UnboundedQueue;

use super::*;

/// Above the ends of several blocks.
const MANY: usize = 150;

fn new<T>() -> UnboundedQueue<T> {
    Queue::unbounded()
}

#[test]
fn a_new_queue_is_empty() {
    let queue = UnboundedQueue::<u8>::default();
    assert_eq!(state(&queue), (0, 0, 0, false));
    assert!(queue.is_empty() && queue.peek().is_none());
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty));
    let shown = format!("{queue:?}");
    assert!(shown.starts_with("Queue { len: 0") && !shown.contains("capacity"), "{shown}");
}

#[cfg(not(feature = "local"))]
#[test]
fn it_lives_in_a_static() {
    static QUEUE: UnboundedQueue<usize> = Queue::unbounded();
    let mut pop = queued(QUEUE.pop());
    std::thread::spawn(|| (0..MANY).for_each(|item| QUEUE.push_now(item).unwrap())).join().unwrap();
    assert_eq!(pop.ready(), Ok(0));
    assert!(drain(&QUEUE).into_iter().eq(1..MANY));
}

#[test]
fn items_come_out_in_the_order_they_went_in() {
    let queue = new();
    let (mut pushed, mut popped) = (0, 0);
    // The number of items goes up and down, at each place in a block.
    for round in 0..MANY {
        for _ in 0..round % 67 {
            queue.push_now(pushed).unwrap();
            pushed += 1;
        }
        for _ in 0..round % 61 {
            let Ok(item) = queue.try_pop() else { break };
            assert_eq!(item, popped);
            popped += 1;
        }
        assert_eq!((queue.len(), queue.peek().is_some()), (pushed - popped, pushed > popped));
    }
    assert!(drain(&queue).into_iter().eq(popped..pushed));
}

#[test]
fn try_push_is_never_refused_for_want_of_room() {
    let queue = new();
    (0..MANY).for_each(|item| queue.try_push(item).unwrap());
    queue.close();
    assert_eq!(queue.try_push(MANY), Err(TryPushError::Closed(MANY)));
    assert_eq!(queue.push_now(MANY), Err(PushError(MANY)));
    assert_eq!(queue.len(), MANY);
}

#[test]
fn waiting_pops_are_served_in_order() {
    let queue = new();
    let mut pops = queue_up(3, || queue.pop());
    queue.push_now(1).unwrap();
    queue.push_now(2).unwrap();
    assert!(pops[0].is_woken() && pops[1].is_woken() && !pops[2].is_woken());
    assert_eq!((pops[0].ready(), pops[1].ready()), (Ok(1), Ok(2)));
}

#[test]
fn promise_1_an_item_goes_on_when_its_pop_is_dropped() {
    let queue = new();
    let mut pops = queue_up(2, || queue.pop());
    queue.push_now(1).unwrap();
    pops.remove(0).cancel();
    assert_eq!(pops[0].ready(), Ok(1));
}

#[test]
fn a_closed_queue_is_drained() {
    let queue = new();
    (0..MANY).for_each(|item| queue.push_now(item).unwrap());
    let mut closed = queued(queue.closed());
    assert!(queue.close());
    closed.ready();
    assert!(drain(&queue).into_iter().eq(0..MANY));
    assert_eq!(Task::new(queue.pop()).ready(), Err(Closed));
}

#[test]
fn close_now_delivers_what_is_promised_and_drops_the_rest() {
    let drops = Drops::new();
    let queue = new::<Item>();
    let mut pops = queue_up(40, || queue.pop());
    (0..100).for_each(|id| queue.push_now(drops.item(id)).unwrap());
    assert!(queue.close_now());
    assert_eq!((drops.count(), queue.len(), queue.unfinished()), (60, 40, 40));
    let ids: Vec<_> = pops.iter_mut().map(|pop| pop.ready().unwrap().id).collect();
    assert!(ids.into_iter().eq(0..40));
}

#[test]
fn join_waits_for_all_work() {
    let queue = new();
    (0..MANY).for_each(|item| queue.push_now(item).unwrap());
    let mut join = queued(queue.join());
    for _ in 0..MANY {
        assert!(!join.is_woken());
        queue.try_pop().unwrap();
        queue.task_done().unwrap();
    }
    join.ready();
}

#[test]
fn clear_drops_what_is_not_promised() {
    let drops = Drops::new();
    let queue = new::<Item>();
    let mut pop = queued(queue.pop());
    (0..100).for_each(|id| queue.push_now(drops.item(id)).unwrap());
    assert_eq!(queue.clear(), 99);
    assert_eq!(pop.ready().unwrap().id, 99, "the claim takes what is first when it is polled");
}

#[test]
fn items_are_dropped_with_the_queue_even_if_a_drop_panics() {
    let drops = Drops::new();
    let queue = new::<Item>();
    (0..100).for_each(|id| queue.push_now(if id == 40 { drops.bomb(id) } else { drops.item(id) }).unwrap());
    assert!(panic_of(move || drop(queue)).contains("item 40"));
    assert_eq!(drops.count(), 100);
}

#[test]
fn a_channel_without_a_bound() {
    let (sender, receiver) = unbounded();
    let other = sender.clone();
    assert!(sender.same_channel(&other));
    (0..MANY).for_each(|item| sender.send_now(item).unwrap());
    let mut items = Vec::new();
    assert_eq!(Task::new(receiver.recv_many(&mut items, 100)).ready(), 100);
    assert!(items.into_iter().eq(0..100));
    let weak = other.downgrade();
    drop((sender, other));
    assert!(weak.upgrade().is_none());
    assert!(core::iter::from_fn(|| receiver.try_recv().ok()).eq(100..MANY));
    assert_eq!(receiver.try_recv(), Err(TryPopError::Closed));
}

#[test]
fn the_last_receiver_drops_what_is_queued_and_returns_what_comes() {
    let drops = Drops::new();
    let (sender, receiver) = unbounded();
    (0..100).for_each(|id| sender.send_now(drops.item(id)).unwrap());
    drop(receiver);
    assert_eq!((drops.count(), sender.len()), (100, 0));
    let PushError(item) = sender.send_now(drops.item(7)).unwrap_err();
    assert_eq!((item.id, drops.count()), (7, 100));
}

#[test]
fn a_stream_of_its_items() {
    let (sender, receiver) = unbounded();
    let mut items = Box::pin(receiver.into_stream());
    assert_pending!(Task::new(items.next()).poll());
    (0..MANY).for_each(|item| sender.send_now(item).unwrap());
    drop(sender);
    assert!(Task::new(items.collect::<Vec<_>>()).ready().into_iter().eq(0..MANY));
}

#[test]
fn owned_waits() {
    let queue = Arc::new(new());
    let mut pop = queued(Arc::clone(&queue).pop_owned());
    let mut join = Task::new(Arc::clone(&queue).join_owned());
    queue.push_now(1).unwrap();
    assert_pending!(join.poll());
    assert_eq!(pop.ready(), Ok(1));
    queue.task_done().unwrap();
    join.ready();
}

#[cfg(not(feature = "local"))]
#[test]
fn many_push_and_many_pop_at_once() {
    static QUEUE: UnboundedQueue<usize> = Queue::unbounded();
    anywake_tests::finishes(|| {
        std::thread::scope(|scope| {
            for pusher in 0..3 {
                scope.spawn(move || (0..2000).for_each(|item| QUEUE.push_now(item * 3 + pusher).unwrap()));
            }
            let poppers: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        let mut seen = [None::<usize>; 3];
                        let mut count = 0;
                        while count < 3000 {
                            let item = anywake_tests::block_on(QUEUE.pop()).unwrap();
                            assert!(seen[item % 3] < Some(item), "the items of a producer stay in order");
                            seen[item % 3] = Some(item);
                            count += 1;
                        }
                    })
                })
                .collect();
            poppers.into_iter().for_each(|popper| popper.join().unwrap());
        });
    });
    assert_eq!((QUEUE.len(), QUEUE.waiters()), (0, 0));
}
