//! Hazards that need two threads at once.

use core::future::Future;
use core::pin::pin;
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use core::task::Poll;
use std::sync::Mutex;

use anywake_core::{Condition, Event, Lock, PushError, Queue, Semaphore, StaticQueue, TryPushError};
use anywake_tests::{Drops, Item, Task, block_on, finishes, leak, poll_once};

const ROUNDS: usize = if cfg!(miri) { 50 } else { 10_000 };

/// Runs `count` threads to their end. Each runs `body` with its number.
fn threads(count: usize, body: impl Fn(usize) + Send + Sync + 'static) {
    finishes(move || {
        std::thread::scope(|scope| {
            for number in 0..count {
                let body = &body;
                scope.spawn(move || body(number));
            }
        });
    });
}

/// Polls a wait once and drops it, which can meet the other thread at any point of the wait.
fn impatient<F: Future>(wait: F) -> Option<F::Output> {
    match poll_once(pin!(wait)) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[test]
fn a_write_under_the_lock_is_seen_by_the_next_owner() {
    for bypass in [0, 5] {
        let lock: &'static Lock<usize> = leak(Lock::with_bypass(0, bypass));
        threads(3, move |_| {
            for round in 0..ROUNDS {
                match round % 3 {
                    0 => *block_on(lock.lock()) += 1,
                    1 => {
                        while lock.try_lock().map(|mut value| *value += 1).is_none() {
                            std::thread::yield_now();
                        }
                    }
                    _ => {
                        let cancelled = impatient(lock.lock()).map(|mut value| *value += 1).is_none();
                        if cancelled {
                            *block_on(lock.lock()) += 1;
                        }
                    }
                }
            }
        });
        assert_eq!((*lock.try_lock().unwrap(), lock.waiters()), (3 * ROUNDS, 0));
    }
}

#[test]
fn a_set_that_races_with_the_first_wait_is_not_lost() {
    static PING: Event = Event::new();
    static PONG: Event = Event::new();
    threads(2, |number| {
        for _ in 0..ROUNDS {
            if number == 0 {
                PONG.set();
                block_on(PING.wait());
                PING.clear();
            } else {
                block_on(PONG.wait());
                PONG.clear();
                PING.set();
            }
        }
    });
    assert_eq!((PING.waiters(), PONG.waiters()), (0, 0));
}

#[test]
fn permits_are_neither_lost_nor_made_when_cancelling_races_with_granting() {
    static SEMAPHORE: Semaphore = Semaphore::bounded(3);
    threads(3, |number| {
        for _ in 0..ROUNDS {
            drop(block_on(SEMAPHORE.acquire_many(number + 1)).unwrap());
            drop(impatient(SEMAPHORE.acquire_many(3 - number)));
        }
    });
    assert_eq!((SEMAPHORE.available_permits(), SEMAPHORE.waiters()), (3, 0));
    assert!(SEMAPHORE.release(1).is_err());
}

#[test]
fn no_notification_is_lost_when_cancelling_races_with_notifying() {
    static TOKENS: Lock<usize> = Lock::new(0);
    static CHANGED: Condition = Condition::new();
    threads(3, |number| {
        for _ in 0..ROUNDS {
            if number == 0 {
                // One notification per token: if one were lost with a cancelled wait, a consumer would hang.
                for _ in 0..2 {
                    *block_on(TOKENS.lock()) += 1;
                    CHANGED.notify_one();
                }
            } else {
                drop(impatient(async { CHANGED.wait(TOKENS.lock().await).await }));
                let tokens = block_on(TOKENS.lock());
                *block_on(CHANGED.wait_for(tokens, |tokens| *tokens > 0)) -= 1;
            }
        }
    });
    assert_eq!((*TOKENS.try_lock().unwrap(), CHANGED.waiters(), TOKENS.waiters()), (0, 0, 0));
}

#[test]
fn no_item_is_lost_or_doubled_when_cancelling_races_with_passing_it_on() {
    static QUEUE: StaticQueue<usize, 2> = StaticQueue::new();
    let sum = leak(AtomicUsize::new(0));
    threads(4, |number| {
        let mut taken = 0;
        for round in 0..ROUNDS {
            if number < 2 {
                let mut push = Task::new(QUEUE.push(round));
                let entered = push.poll().is_ready() || push.pinned().cancel().is_none();
                if !entered {
                    block_on(QUEUE.push(round)).unwrap();
                }
            } else {
                taken += impatient(QUEUE.pop()).unwrap_or_else(|| block_on(QUEUE.pop())).unwrap();
            }
        }
        sum.fetch_add(taken, SeqCst);
    });
    assert_eq!(sum.load(SeqCst), 2 * (0..ROUNDS).sum::<usize>());
    assert_eq!((QUEUE.len(), QUEUE.waiters()), (0, 0));
}

#[test]
fn close_that_races_with_push_and_pop_gives_every_item_to_exactly_one() {
    for round in 0..ROUNDS / 10 {
        let drops = Drops::new();
        let queue = Queue::with_capacity(2).unwrap();
        let kept = Mutex::new(Vec::new());
        let keep = |item: Item| kept.lock().unwrap().push(item);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for id in 0..4 {
                    if let Err(PushError(item)) = block_on(queue.push(drops.item(id))) {
                        keep(item);
                    }
                }
            });
            scope.spawn(|| {
                while let Ok(item) = block_on(queue.pop()) {
                    keep(item)
                }
            });
            scope.spawn(|| {
                if let Err(TryPushError::Full(item) | TryPushError::Closed(item)) =
                    queue.try_push(drops.item(9))
                {
                    keep(item);
                }
                if round % 2 == 0 { queue.close() } else { queue.close_now() }
            });
        });
        drop(queue);
        // Each item was returned to a thread or dropped by the queue, and never both.
        assert_eq!(kept.lock().unwrap().len() + drops.count(), 5);
    }
}
