//! Models of the event.

use core::task::Poll;
use std::sync::Arc;

use crate::sys::atomic::{AtomicBool, Ordering};

use super::{
    Shared, WakeCount, block_on, carries_memory, join, model, own, poll, queued, queued_for, spawn, write_and,
};
use crate::event::Event;

/// `set` between the first look and the last one before waiting: it is seen there, or wakes; and brings what was
/// done before it.
#[test]
fn a_set_meets_the_last_look() {
    model(|| {
        let (event, value) = (Arc::new(Event::new()), Shared::new(0));
        let setter = write_and(&value, Arc::clone(&event), |event| event.set());
        let mut wait = own(&event, Event::wait);
        if poll(&mut wait).is_pending() {
            block_on(wait);
        }
        assert_eq!(value.get(), 1);
        setter.join().unwrap();
        assert_eq!(event.waiters(), 0);
    });
}

/// A wait that a `set` ended finds the flag set, as long as nobody clears it.
#[test]
fn a_wait_that_has_ended_finds_the_flag_set() {
    model(|| {
        let event = Arc::new(Event::new());
        let mut wait = queued(own(&event, Event::wait));
        let setter = Arc::clone(&event);
        let setter = spawn(move || setter.set());
        if poll(&mut wait).is_pending() {
            block_on(wait);
        }
        assert!(event.is_set());
        setter.join().unwrap();
    });
}

/// A poll that finds itself woken, without a wake-up, sees what was done before the `set`.
#[test]
fn a_set_carries_memory_to_a_waiter() {
    model(|| {
        let (event, value) = (Arc::new(Event::new()), Shared::new(0));
        let mut wait = queued(own(&event, Event::wait));
        let setter = write_and(&value, Arc::clone(&event), |event| event.set());
        if poll(&mut wait).is_pending() {
            block_on(wait);
        }
        assert_eq!(value.get(), 1);
        setter.join().unwrap();
    });
}

/// A thread that sees the flag set sees what was done before that.
#[test]
fn a_set_carries_memory_to_is_set() {
    model(|| carries_memory(Event::new(), Event::set, |event| event.is_set()));
}

/// Also if somebody waits, and the flag is set under the lock.
#[test]
fn a_broadcast_carries_memory_to_is_set() {
    model(|| {
        let (event, value) = (Arc::new(Event::new()), Shared::new(0));
        let _waiter = queued(own(&event, Event::wait));
        let setter = write_and(&value, Arc::clone(&event), |event| event.set());
        if event.is_set() {
            assert_eq!(value.get(), 1);
        }
        setter.join().unwrap();
    });
}

/// And a thread that sees it clear again sees what was done before that.
#[test]
fn a_clear_carries_memory_to_is_set() {
    model(|| {
        let event = Event::new();
        event.set();
        carries_memory(event, Event::clear, |event| !event.is_set());
    });
}

/// The loop that every user writes: clear, look at what the event stands for, wait if it is not there. It misses
/// nothing, also when the `set` found the flag set already.
#[test]
fn clear_look_and_wait_misses_nothing() {
    model(|| {
        let event = Arc::new(Event::new());
        event.set();
        let there = Arc::new(AtomicBool::new(false));
        let setter = {
            let (event, there) = (Arc::clone(&event), Arc::clone(&there));
            spawn(move || {
                there.store(true, Ordering::Relaxed);
                event.set();
            })
        };
        event.clear();
        if !there.load(Ordering::Relaxed) {
            block_on(event.wait());
            assert!(there.load(Ordering::Relaxed));
        }
        setter.join().unwrap();
    });
}

/// `set` and then `clear`, at once: who waited before is woken.
#[test]
fn set_and_clear_wake_who_waits() {
    model(|| {
        let event = Arc::new(Event::new());
        let wait = queued(own(&event, Event::wait));
        let late = Arc::clone(&event);
        let pulse = Arc::clone(&event);
        let setter = spawn(move || {
            pulse.set();
            pulse.clear();
        });
        let other = spawn(move || {
            // In time or not: it leaves nothing behind.
            let _ = poll(&mut own(&late, Event::wait));
        });
        block_on(wait);
        join([setter, other]);
        assert!(!event.is_set());
        assert_eq!(event.waiters(), 0);
    });
}

/// Who begins to wait after a `clear` is not woken by the `set` that the `clear` took back, even if that one is still
/// at work.
#[test]
fn a_late_comer_waits_for_the_next_set() {
    model(|| {
        let event = Arc::new(Event::new());
        let early = queued(own(&event, Event::wait));
        let (setter, clearer) = (Arc::clone(&event), Arc::clone(&event));
        let setter = spawn(move || setter.set());
        let clearer = spawn(move || {
            if !clearer.is_set() {
                return None;
            }
            clearer.clear();
            Some(queued(own(&clearer, Event::wait)))
        });
        block_on(early);
        let late = clearer.join().unwrap();
        setter.join().unwrap();
        if let Some(mut late) = late {
            assert!(poll(&mut late).is_pending(), "woken by the set before the clear");
            event.set();
            assert!(poll(&mut late).is_ready());
        }
    });
}

/// More waiters than a batch holds, and one that comes between the batches: all the others are woken, once, and it
/// is not.
#[test]
fn a_late_comer_between_two_batches() {
    model(|| {
        let event = Arc::new(Event::new());
        let wakes = WakeCount::new();
        let early = [(); 3].map(|()| queued_for(&wakes, own(&event, Event::wait)));
        let (setter, clearer) = (Arc::clone(&event), Arc::clone(&event));
        let setter = spawn(move || setter.set());
        let clearer = spawn(move || {
            if !clearer.is_set() {
                return None;
            }
            clearer.clear();
            Some(queued(own(&clearer, Event::wait)))
        });
        setter.join().unwrap();
        assert_eq!(wakes.count(), 3);
        for mut wait in early {
            assert_eq!(poll(&mut wait), Poll::Ready(()));
        }
        if let Some(mut late) = clearer.join().unwrap() {
            assert!(poll(&mut late).is_pending(), "woken by the set before the clear");
            assert_eq!(event.waiters(), 1);
            event.set();
            assert!(poll(&mut late).is_ready());
        }
        assert_eq!(event.waiters(), 0);
    });
}

/// One of those that are woken goes away meanwhile, in the first batch or in the second.
#[test]
fn a_waiter_goes_away_between_two_batches() {
    model(|| {
        let event = Arc::new(Event::new());
        let [first, second, third] = [(); 3].map(|()| queued(own(&event, Event::wait)));
        let setter = Arc::clone(&event);
        let threads = [
            spawn(move || setter.set()),
            spawn(move || {
                drop(third);
                drop(first);
            }),
        ];
        block_on(second);
        join(threads);
        assert_eq!(event.waiters(), 0);
        event.clear();
        assert!(poll(&mut own(&event, Event::wait)).is_pending());
    });
}

/// Two set at once: who waits is woken by either.
#[test]
fn two_set_at_once() {
    model(|| {
        let event = Arc::new(Event::new());
        let waits = [(); 2].map(|()| queued(own(&event, Event::wait)));
        let threads = [(); 2].map(|()| {
            let event = Arc::clone(&event);
            spawn(move || event.set())
        });
        waits.into_iter().for_each(block_on);
        join(threads);
        assert!(event.is_set());
        assert_eq!(event.waiters(), 0);
    });
}

/// A waiter changes its waker while it is woken.
#[test]
fn a_set_meets_a_change_of_waker() {
    model(|| {
        let event = Arc::new(Event::new());
        let wait = queued(own(&event, Event::wait));
        let setter = Arc::clone(&event);
        let setter = spawn(move || setter.set());
        block_on(wait);
        setter.join().unwrap();
    });
}
