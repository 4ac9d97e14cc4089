//! The allocations of queues without a bound: a block for every 32 items at most, none where the number of items goes up
//! and down, and no call of the allocator under the internal lock. Without memory an item comes back.

use core::pin::pin;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use anywake_core::channel::{UnboundedSender, unbounded};
use anywake_core::queue::UnboundedQueue;
use anywake_core::{PushError, Queue, TryPopError, TryPushError};
use anywake_tests::assert_ready;

use crate::{CALLS_BACK, CROWD, Crowd, REFUSES, Report, allocations, left_behind, wakes};

const BLOCK: usize = 32;

static CALLED: UnboundedQueue<usize> = Queue::unbounded();
static CALLS: AtomicUsize = AtomicUsize::new(0);

/// Called by the allocator: takes the internal lock of a queue that may be in the middle of a push or a pop.
pub(crate) fn call_back() {
    CALLS.fetch_add(1, Relaxed);
    CALLED.len();
}

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("UnboundedQueue: made, asked, waited for and closed, without an item", || {
        let queue = Queue::<usize>::unbounded();
        assert_eq!(queue.try_pop(), Err(TryPopError::Empty));
        let mut pops = pin!(Crowd::new(|_| queue.pop()));
        pops.as_mut().wait();
        pops.as_mut().cancel(7);
        assert_eq!(wakes(|| assert!(queue.close())), CROWD - 1);
    });
    let queue = Queue::unbounded();
    queue.push_now(0).unwrap();
    assert_eq!(queue.try_pop(), Ok(0));
    report.scenario("UnboundedQueue: one item after the other, and as many as a block holds", || {
        for item in 0..3 * BLOCK {
            queue.push_now(item).unwrap();
            assert_eq!(queue.try_pop(), Ok(item));
        }
        for _ in 0..3 {
            (0..BLOCK).for_each(|item| queue.push_now(item).unwrap());
            (0..BLOCK).for_each(|item| assert_eq!(queue.try_pop(), Ok(item)));
        }
    });
    report.scenario("UnboundedQueue: waiting pops, pushing and cancelling", || {
        let mut pops = pin!(Crowd::new(|_| queue.pop()));
        pops.as_mut().wait();
        (0..BLOCK).for_each(|item| queue.push_now(item).unwrap());
        (0..BLOCK).for_each(|place| assert_eq!(assert_ready!(pops.as_mut().poll(place)), Ok(place)));
        (BLOCK..CROWD).for_each(|place| pops.as_mut().cancel(place));
    });
    (0..40).for_each(|item| queue.push_now(item).unwrap());
    (0..30).for_each(|item| assert_eq!(queue.try_pop(), Ok(item)));
    (40..70).for_each(|item| queue.push_now(item).unwrap());
    report.scenario("UnboundedQueue: blocks that come and go, through the spare", || {
        for item in 30..1000 {
            assert_eq!(queue.try_pop(), Ok(item));
            queue.push_now(item + 40).unwrap();
        }
    });
    drop(queue);
    blocks_are_counted();
    a_channel_that_is_idle();
    without_memory_the_item_comes_back();
    the_allocator_is_called_without_the_lock();
}

fn blocks_are_counted() {
    for items in [1, BLOCK, BLOCK + 1, 10 * BLOCK, 1000] {
        let queue = Queue::unbounded();
        let count = allocations(|| (0..items).for_each(|item| queue.push_now(item).unwrap()));
        assert_eq!(count, items.div_ceil(BLOCK), "a block for every 32 items");
    }
    let kept = left_behind(|| {
        let queue = Queue::unbounded();
        (0..100_000).for_each(|item| queue.push_now(item).unwrap());
        (0..100_000).for_each(|item| assert_eq!(queue.try_pop(), Ok(item)));
        core::mem::forget(queue);
    });
    assert_eq!(kept, 1, "after a burst one block is left");
    for taken in [0, 1, BLOCK, 70, 100] {
        let kept = left_behind(|| {
            let queue = Queue::unbounded();
            (0..100).for_each(|item| queue.push_now(Box::new(item)).unwrap());
            (0..taken).for_each(|_| drop(queue.try_pop().unwrap()));
        });
        assert_eq!(kept, 0, "nothing is left of a queue that is dropped");
    }
    let kept = left_behind(|| {
        let queue = Queue::unbounded();
        (0..100).for_each(|item| queue.push_now(item).unwrap());
        assert!(queue.close_now());
        core::mem::forget(queue);
    });
    assert_eq!(kept, 1, "after `close_now` one block is left");
    println!("   -  UnboundedQueue: blocks");
}

fn a_channel_that_is_idle() {
    let mut channel = None;
    assert_eq!(allocations(|| channel = Some(unbounded::<[u64; 8]>())), 1, "its `Arc`");
    let clones = allocations(|| {
        let (sender, receiver) = channel.as_ref().expect("it was made");
        let more: [UnboundedSender<_>; 3] = [(); 3].map(|()| sender.clone());
        assert!(receiver.try_recv().is_err() && more[0].downgrade().upgrade().is_some());
    });
    assert_eq!(clones, 0);
    assert_eq!(left_behind(|| drop(unbounded::<u8>())), 0);
    println!("   1  UnboundedSender, UnboundedReceiver: an idle channel");
}

fn without_memory_the_item_comes_back() {
    let refused = |push: &dyn Fn()| {
        REFUSES.store(true, Relaxed);
        push();
        REFUSES.store(false, Relaxed);
    };
    for full in [0, BLOCK, 2 * BLOCK] {
        let queue = Queue::unbounded();
        (0..full).for_each(|item| queue.push_now(item).unwrap());
        let state = (queue.len(), queue.unfinished());
        refused(&|| {
            assert!(
                queue.push_now(7) == Err(PushError(7)) && queue.try_push(8) == Err(TryPushError::Full(8))
            );
        });
        assert_eq!((queue.len(), queue.unfinished()), state, "nothing has changed");
        assert!(!queue.is_closed());
        queue.push_now(full).unwrap();
        assert!(core::iter::from_fn(|| queue.try_pop().ok()).eq(0..=full), "nothing is lost");
    }
    // What there is a place for needs no memory.
    let queue = Queue::unbounded();
    queue.push_now(0).unwrap();
    refused(&|| (1..BLOCK).for_each(|item| assert!(queue.push_now(item).is_ok())));
    assert_eq!(queue.len(), BLOCK);
    println!("   -  UnboundedQueue: without memory");
}

fn the_allocator_is_called_without_the_lock() {
    CALLS_BACK.store(true, Relaxed);
    for _ in 0..2 {
        (0..100).for_each(|item| CALLED.push_now(item).unwrap());
        (0..100).for_each(|item| assert!(CALLED.try_pop() == Ok(item)));
    }
    (0..100).for_each(|item| CALLED.push_now(item).unwrap());
    CALLED.close_now();
    CALLS_BACK.store(false, Relaxed);
    assert!(CALLS.load(Relaxed) > 10, "blocks came and went: {}", CALLS.load(Relaxed));
    println!("   -  UnboundedQueue: an allocator that calls back");
}
