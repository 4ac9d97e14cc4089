//! [`BlockingPool`]: blocking functions, a bounded number at a time.

use core::fmt;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anywake_core::{Event, OwnedPermit, Semaphore};
use futures_util::FutureExt as _;

use crate::runtime::{Spawn, SpawnBlocking};
use crate::task::{self, Task};

/// A bounded part of the runtime's threads for blocking functions: `run_in_executor` with a `ThreadPoolExecutor`.
///
/// The pools of the runtimes are large, and all of a program shares them. This pool limits the use of one thing, such as
/// a database or the processors: at most `threads` functions run, and the others wait, first come first served.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "smol")] {
/// use anywake::{BlockingPool, Runtime, Smol, gather};
///
/// let pool = BlockingPool::new(Smol, 2);
/// let sums = [10, 100, 1000].map(|n| pool.spawn(move || (0..n).sum::<u64>()));
/// assert_eq!(Smol.block_on(gather(sums)).unwrap(), [45, 4950, 499_500]);
/// # }
/// ```
#[doc(alias("ThreadPoolExecutor", "run_in_executor"))]
pub struct BlockingPool<R> {
    slots: Arc<Semaphore>,
    unfinished: Unfinished,
    threads: usize,
    runtime: R,
}

impl<R: Spawn + SpawnBlocking> BlockingPool<R> {
    /// Returns a pool that runs up to `threads` functions at a time.
    ///
    /// # Panics
    ///
    /// If `threads` is zero, or more than [`Semaphore::MAX_PERMITS`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{BlockingPool, Smol};
    ///
    /// assert_eq!(BlockingPool::new(Smol, 4).threads(), 4);
    /// # }
    /// ```
    #[must_use]
    pub fn new(runtime: R, threads: usize) -> Self {
        assert!(threads > 0, "a pool has at least one thread");
        let slots = Arc::new(Semaphore::bounded(threads));
        Self { slots, unfinished: Unfinished::default(), threads, runtime }
    }

    /// Runs `function` when its turn comes, and returns its handle at once.
    ///
    /// The rules are those of [`SpawnBlocking::spawn_blocking`]. A function that has begun cannot be stopped, and keeps its
    /// place until it has ended. A function that is cancelled before its turn is dropped at once, and never called.
    ///
    /// The turn comes whether the handle is polled or not. A function that waits for another function of the same pool
    /// keeps its thread meanwhile. If all threads are taken by such functions, none of them ends.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{BlockingPool, Runtime, Smol};
    ///
    /// let pool = BlockingPool::new(Smol, 1);
    /// let length = pool.spawn(|| "computed on a thread".len());
    /// assert_eq!(Smol.block_on(length).unwrap(), 20);
    /// # }
    /// ```
    pub fn spawn<F, T>(&self, function: F) -> Task<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (task, queued) = task::queued(function, self.unfinished.enter());
        let run = move |slot: OwnedPermit, runtime: R| {
            if queued.is_over() {
                return;
            }
            runtime.spawn_blocking_detached(move || {
                queued.run();
                drop(slot);
            });
        };
        let runtime = self.runtime;
        let mut turn = Box::pin(Arc::clone(&self.slots).acquire_owned());
        // Requested here and not in the task, so that the order is that of the calls.
        if let Some(slot) = turn.as_mut().now_or_never() {
            run(slot.expect("never closed"), runtime);
        } else {
            runtime.spawn_detached(async move { run(turn.await.expect("never closed"), runtime) });
        }
        task
    }

    /// Waits until every function that was spawned before has ended, or was cancelled before its turn.
    ///
    /// The wait takes no thread. It does not wait for functions that are spawned after the call.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{BlockingPool, Runtime, Smol};
    ///
    /// Smol.block_on(async {
    ///     let pool = BlockingPool::new(Smol, 1);
    ///     let task = pool.spawn(|| ());
    ///     pool.join().await;
    ///     assert!(task.is_finished());
    /// });
    /// # }
    /// ```
    pub async fn join(&self) {
        // mistake a_join_waits_for_what_comes_later: self.unfinished.next() ~>
        //     { let _ = self.unfinished.next(); u64::MAX }
        let next = self.unfinished.next();
        while let Some(end) = self.unfinished.oldest_before(next) {
            end.wait().await;
        }
    }

    /// Returns how many functions run at most.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "smol")] {
    /// use anywake::{BlockingPool, Smol};
    ///
    /// assert_eq!(BlockingPool::new(Smol, 2).threads(), 2);
    /// # }
    /// ```
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }
}

/// The functions that have not ended, by their numbers, which are in the order of the calls.
#[derive(Clone, Default)]
struct Unfinished(Arc<Mutex<Numbers>>);

#[derive(Default)]
struct Numbers {
    next: u64,
    ends: BTreeMap<u64, Arc<Event>>,
}

impl Unfinished {
    /// No user code runs while this is held.
    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the next function.
    fn next(&self) -> u64 {
        self.numbers().next
    }

    /// The end of the oldest function, if its number is lower than this one.
    fn oldest_before(&self, next: u64) -> Option<Arc<Event>> {
        let numbers = self.numbers();
        let (&number, end) = numbers.ends.first_key_value()?;
        (number < next).then(|| Arc::clone(end))
    }

    fn enter(&self) -> Entered {
        let mut numbers = self.numbers();
        let number = numbers.next;
        numbers.next += 1;
        numbers.ends.insert(number, Arc::new(Event::new()));
        drop(numbers);
        Entered { number, among: self.clone() }
    }
}

/// A function that has not ended. It has ended when this is dropped.
struct Entered {
    number: u64,
    among: Unfinished,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let end = self.among.numbers().ends.remove(&self.number);
        // Outside of the mutex, since this runs wakers.
        if let Some(end) = end {
            end.set();
        }
    }
}

impl<R> fmt::Debug for BlockingPool<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingPool")
            .field("threads", &self.threads)
            .field("running", &(self.threads - self.slots.available_permits()))
            .field("waiting", &self.slots.waiters())
            .finish_non_exhaustive()
    }
}
