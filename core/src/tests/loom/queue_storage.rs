//! Models of queues that grow, of queues with slack, and of queues in another order. A block holds two items here.

use std::sync::Arc;

use super::{block_on, join, model, own, queued, spawn};
use crate::channel::unbounded;
use crate::queue::{Queue, SlackQueue, StaticPriorityQueue, TryPopError, UnboundedQueue};

type Unbounded = UnboundedQueue<u32>;
type Slack = SlackQueue<u32>;
type ByKey = StaticPriorityQueue<u32, 2>;

fn slack() -> Arc<Slack> {
    Arc::new(Queue::with_slack(1, 1).unwrap())
}

/// Two pushes find the last block full at once, and each comes with another: no item is lost or overwritten.
#[test]
fn two_pushes_grow_at_once() {
    model(|| {
        let queue = Arc::new(Unbounded::default());
        (1..=2).for_each(|item| queue.push_now(item).unwrap());
        let pushers = [3, 4].map(|item| {
            let queue = Arc::clone(&queue);
            spawn(move || queue.push_now(item).unwrap())
        });
        assert_eq!((block_on(queue.pop()), block_on(queue.pop())), (Ok(1), Ok(2)));
        assert_eq!(block_on(queue.pop()).unwrap() + block_on(queue.pop()).unwrap(), 7);
        join(pushers);
        assert_eq!((queue.len(), queue.waiters()), (0, 0));
    });
}

/// Pushes that grow meet pops that empty blocks: items stay in order.
#[test]
fn a_push_that_grows_meets_pops() {
    model(|| {
        let queue = Arc::new(Unbounded::default());
        (1..=2).for_each(|item| queue.push_now(item).unwrap());
        let pusher = Arc::clone(&queue);
        let pusher = spawn(move || (3..=5).for_each(|item| pusher.push_now(item).unwrap()));
        for item in 1..=5 {
            assert_eq!(block_on(queue.pop()), Ok(item));
        }
        pusher.join().unwrap();
        assert_eq!(queue.try_pop(), Err(TryPopError::Empty));
    });
}

/// A `pop` goes away with its claim while another push grows the queue: the next one gets the item.
#[test]
fn a_claim_in_blocks_that_goes_away() {
    model(|| {
        let queue = Arc::new(Unbounded::default());
        let first = queued(own(&queue, Unbounded::pop));
        let second = queued(own(&queue, Unbounded::pop));
        let pusher = Arc::clone(&queue);
        let threads = [spawn(move || pusher.push_now(7).unwrap()), spawn(move || drop(first))];
        assert_eq!(block_on(second), Ok(7));
        join(threads);
        assert_eq!((queue.len(), queue.waiters()), (0, 0));
    });
}

/// The last receiver goes while a send needs memory: the item comes back, or is dropped with the others, once.
#[test]
fn the_last_receiver_goes_while_a_send_grows() {
    model(|| {
        let (sender, receiver) = unbounded::<Arc<()>>();
        let item = Arc::new(());
        (0..2).for_each(|_| sender.send_now(Arc::clone(&item)).unwrap());
        let sent = Arc::clone(&item);
        let leaver = spawn(move || drop(receiver));
        let back = sender.send_now(sent);
        leaver.join().unwrap();
        assert!(sender.is_closed() && sender.is_empty());
        assert_eq!(Arc::strong_count(&item), if back.is_ok() { 1 } else { 2 });
    });
}

/// A `pop` with an item in slack goes away while two push: nothing is lost, the order stays, and there are never more
/// than capacity and slack.
#[test]
fn a_claim_in_slack_goes_away_while_two_push() {
    model(|| {
        let queue = slack();
        let pop = queued(own(&queue, Slack::pop));
        queue.try_push(1).unwrap();
        let leaver = spawn(move || drop(pop));
        let pushers = [2, 3].map(|item| {
            let queue = Arc::clone(&queue);
            spawn(move || block_on(queue.push(item)).unwrap())
        });
        assert!(queue.len() <= 2);
        assert_eq!(block_on(queue.pop()), Ok(1));
        assert!(queue.len() <= 2);
        assert_eq!(block_on(queue.pop()).unwrap() + block_on(queue.pop()).unwrap(), 5);
        leaver.join().unwrap();
        join(pushers);
        assert_eq!((queue.len(), queue.waiters()), (0, 0));
    });
}

/// A `pop` begins to wait while two push into a queue of one: as soon as an item is promised, both get in.
#[test]
fn a_promise_makes_room_for_a_push_that_waits() {
    model(|| {
        let queue = slack();
        queue.try_push(1).unwrap();
        let push = queued(own(&queue, |queue| queue.push(2)));
        let mut pop = own(&queue, Slack::pop);
        let enabler = spawn(move || {
            assert!(pop.future.as_mut().enable());
            pop
        });
        assert_eq!(block_on(push), Ok(()));
        let pop = enabler.join().unwrap();
        assert_eq!(block_on(pop), Ok(1));
        assert_eq!(queue.try_pop(), Ok(2));
    });
}

/// An item comes into a reserved slot while the claim before it goes away.
#[test]
fn an_item_for_a_slot_meets_a_claim_that_goes_away() {
    model(|| {
        let queue = slack();
        let pop = queued(own(&queue, Slack::pop));
        queue.try_push(1).unwrap();
        let slot = Arc::clone(&queue).try_reserve_owned().unwrap();
        let threads = [spawn(move || slot.send(2).unwrap()), spawn(move || drop(pop))];
        assert_eq!((block_on(queue.pop()), block_on(queue.pop())), (Ok(1), Ok(2)));
        join(threads);
        assert_eq!((queue.len(), queue.unfinished()), (0, 2));
    });
}

/// Two push items of different keys into a queue in the order of keys, while a `pop` goes away with its claim: what is
/// there in the end comes out in order, and nothing is lost.
#[test]
fn a_claim_by_key_goes_away_while_two_push() {
    model(|| {
        let queue = Arc::new(ByKey::new());
        let pop = queued(own(&queue, ByKey::pop));
        let pushers = [2, 1].map(|key| {
            let queue = Arc::clone(&queue);
            spawn(move || queue.try_push_at(key * 10, key).unwrap())
        });
        drop(pop);
        join(pushers);
        assert_eq!((block_on(queue.pop()).unwrap().item, block_on(queue.pop()).unwrap().item), (10, 20));
        assert_eq!((queue.len(), queue.waiters()), (0, 0));
    });
}

/// A push waits for room in a queue in the order of keys, while two pop: all three items arrive.
#[test]
fn a_push_by_key_waits_while_two_pop() {
    model(|| {
        let queue = Arc::new(ByKey::new());
        (1..=2).for_each(|key| queue.try_push_at(key, key).unwrap());
        let pusher = Arc::clone(&queue);
        let pusher = spawn(move || block_on(pusher.push_at(4, 0)).unwrap());
        let popper = Arc::clone(&queue);
        let sum = Arc::new(core::sync::atomic::AtomicU32::new(0));
        let added = Arc::clone(&sum);
        let popper = spawn(move || {
            let item = block_on(popper.pop()).unwrap().item;
            added.fetch_add(item, core::sync::atomic::Ordering::Relaxed);
        });
        let own = block_on(queue.pop()).unwrap().item + block_on(queue.pop()).unwrap().item;
        join([pusher, popper]);
        assert_eq!(own + sum.load(core::sync::atomic::Ordering::Relaxed), 7);
        assert_eq!((queue.len(), queue.waiters()), (0, 0));
    });
}
