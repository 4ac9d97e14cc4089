//! [`BlockingPool`]: blocking functions, a bounded number at a time.

use core::fmt;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anywake_core::{Event, OwnedPermit, Semaphore};
use futures_util::FutureExt as _;

use crate::runtime::Runtime;
use crate::task::{self, Task};

/// A bounded part of the runtime's threads for blocking functions: `run_in_executor` with a `ThreadPoolExecutor`.
///
/// The runtimes' own pools are large and shared by everybody. This one keeps, say, the use of a database or of the
/// processors within bounds: at most `threads` functions run, the others wait in the order in which they came.
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

impl<R: Runtime> BlockingPool<R> {
    /// A pool that runs up to `threads` functions at a time.
    ///
    /// # Panics
    ///
    /// If `threads` is none, or more than [`Semaphore::MAX_PERMITS`].
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

    /// Runs `function` as soon as it is its turn, and returns the handle to it.
    ///
    /// The rules are those of [`Runtime::spawn_blocking`]: a function that has begun cannot be stopped, and keeps its
    /// place until it has ended; one that is cancelled before its turn is never called, and is dropped at once.
    ///
    /// Its turn comes whether the handle is polled or not. A function that waits for another one of the same pool keeps
    /// its thread meanwhile: when all threads are taken by such functions, none of them ends.
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
        // Asked here and now: so the order is that of the calls, not that in which some tasks are polled.
        if let Some(slot) = turn.as_mut().now_or_never() {
            run(slot.expect("never closed"), runtime);
        } else {
            runtime.spawn_detached(async move { run(turn.await.expect("never closed"), runtime) });
        }
        task
    }

    /// Waits until every function that was spawned before has ended, or was cancelled before its turn.
    ///
    /// It takes no thread meanwhile: functions that are spawned after it run beside it, and are not waited for.
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

    /// How many functions run at most.
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

/// The functions that have not ended, under the numbers in whose order they came.
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

    /// The number of the function that comes next.
    fn next(&self) -> u64 {
        self.numbers().next
    }

    /// The end of the oldest one, if it came before that number.
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

/// One that has not ended, until it is dropped.
struct Entered {
    number: u64,
    among: Unfinished,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let end = self.among.numbers().ends.remove(&self.number);
        // Outside of the mutex: wakers run.
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
