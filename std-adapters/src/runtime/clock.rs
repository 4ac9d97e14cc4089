//! Timers for executors that have none: one thread that sleeps until the next of them is due.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use crate::task::catch;

/// The thread's, which lives as long as the process.
static CLOCK: LazyLock<Arc<Clock>> = LazyLock::new(|| {
    let clock = Arc::new(Clock { due: Mutex::default(), changed: Condvar::new() });
    let runs = Arc::clone(&clock);
    thread::Builder::new()
        .name("anywake timers".into())
        .spawn(move || runs.run())
        .expect("a thread for timers");
    clock
});

struct Clock {
    due: Mutex<Due>,
    /// The first that is due is an earlier one now.
    changed: Condvar,
}

#[derive(Default)]
struct Due {
    wakers: BTreeMap<Key, Waker>,
    next: u64,
}

/// When, and a number that makes it unique.
type Key = (Instant, u64);

impl Clock {
    /// No waker is cloned, woken or dropped while this is held.
    fn due(&self) -> MutexGuard<'_, Due> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) -> ! {
        let mut due = self.due();
        loop {
            let now = Instant::now();
            let first =
                due.wakers.first_key_value().map(|(&(when, _), _)| when.saturating_duration_since(now));
            due = match first {
                Some(Duration::ZERO) => {
                    let woken = due.wakers.pop_first();
                    drop(due);
                    // A waker that panics is its executor's affair; the other timers go on.
                    drop(catch(|| woken.map(|(_, waker)| waker.wake())));
                    self.due()
                }
                Some(rest) => self.changed.wait_timeout(due, rest).unwrap_or_else(PoisonError::into_inner).0,
                None => self.changed.wait(due).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

/// A sleep by the clock of the system, which a thread of this crate ends. That of an executor without timers.
#[must_use = "a sleep does nothing unless it is awaited"]
pub struct ThreadSleep {
    /// `None` if that is beyond the range of the clock.
    when: Option<Instant>,
    key: Option<Key>,
}

impl ThreadSleep {
    pub(crate) fn new(duration: Duration) -> Self {
        Self { when: Instant::now().checked_add(duration), key: None }
    }
}

impl Future for ThreadSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(when) = self.when else { return Poll::Pending };
        if when <= Instant::now() {
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        let mut due = CLOCK.due();
        let key = *self.key.get_or_insert_with(|| {
            due.next += 1;
            (when, due.next)
        });
        let replaced = due.wakers.insert(key, waker);
        let is_first = due.wakers.first_key_value().is_some_and(|(&first, _)| first == key);
        drop(due);
        drop(replaced);
        if is_first {
            CLOCK.changed.notify_one();
        }
        Poll::Pending
    }
}

impl Drop for ThreadSleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let waker = CLOCK.due().wakers.remove(&key);
            drop(waker);
        }
    }
}

impl fmt::Debug for ThreadSleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadSleep").field("when", &self.when).finish_non_exhaustive()
    }
}
