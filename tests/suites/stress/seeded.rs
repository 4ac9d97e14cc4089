//! [`Seeded`]: a single-threaded runtime whose schedule and clock depend only on a seed.
//!
//! On the other runtimes a seed repeats the choices of the tasks, but not their interleaving. Here it repeats both, so
//! a storm that fails fails again.

use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Wake;
use std::time::Instant;

use anywake::{BlockOn, Smol, Spawn, SpawnBlocking, Timer};
use futures_util::future::BoxFuture;

use crate::rng::Rng;

/// The time that one poll takes.
const TICK: Duration = Duration::from_micros(3);

/// The runtime of the thread that is inside [`Seeded::run`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seeded;

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Default)]
struct Executor {
    now: Cell<Duration>,
    /// The tasks, task `n` at index `n - 1`. Number 0 is the future of `run`.
    jobs: RefCell<Vec<Option<Job>>>,
    ready: Ready,
    timers: RefCell<BTreeMap<(Duration, usize), Waker>>,
    polls: Cell<usize>,
}

type Ready = Arc<Mutex<Vec<usize>>>;

thread_local! {
    static EXECUTOR: RefCell<Rc<Executor>> = RefCell::default();
}

fn executor() -> Rc<Executor> {
    EXECUTOR.with_borrow(Rc::clone)
}

struct Bell {
    number: usize,
    ready: Ready,
}

impl Bell {
    fn ring(number: usize, ready: &Ready) {
        let mut ready = ready.lock().unwrap_or_else(PoisonError::into_inner);
        if !ready.contains(&number) {
            ready.push(number);
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        Self::ring(self.number, &self.ready);
    }
}

impl Executor {
    fn waker(&self, number: usize) -> Waker {
        Waker::from(Arc::new(Bell { number, ready: Arc::clone(&self.ready) }))
    }

    fn spawn(&self, job: Job) {
        let mut jobs = self.jobs.borrow_mut();
        jobs.push(Some(job));
        Bell::ring(jobs.len(), &self.ready);
    }

    /// Wakes the tasks whose timers are due. If no task is ready, advances the clock to the next timer.
    fn ring_timers(&self) {
        loop {
            let idle = self.ready.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
            let mut timers = self.timers.borrow_mut();
            let Some(first) = timers.first_entry() else { return };
            let due = first.key().0;
            if due > self.now.get() && !idle {
                return;
            }
            self.now.set(self.now.get().max(due));
            let waker = first.remove();
            drop(timers);
            waker.wake();
        }
    }

    fn choose(&self, rng: &mut Rng) -> usize {
        self.ring_timers();
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(!ready.is_empty(), "all tasks wait, and no timer is set");
        let place = rng.below(ready.len());
        ready.swap_remove(place)
    }

    fn poll_job(&self, number: usize) {
        let Some(mut job) = self.jobs.borrow_mut()[number - 1].take() else { return };
        if job.as_mut().poll(&mut Context::from_waker(&self.waker(number))).is_pending() {
            self.jobs.borrow_mut()[number - 1] = Some(job);
        }
    }
}

impl Seeded {
    /// Runs `future` and the tasks that it spawns, in an order that depends on `seed`. Also returns the number of
    /// polls, by which tests compare orders.
    pub(crate) fn run<F: Future>(seed: u64, future: F) -> (F::Output, usize) {
        let executor = EXECUTOR.with_borrow_mut(|current| {
            *current = Rc::default();
            Rc::clone(current)
        });
        let mut rng = Rng::new(seed, u64::MAX);
        let mut future = pin!(future);
        Bell::ring(0, &executor.ready);
        loop {
            let number = executor.choose(&mut rng);
            executor.now.set(executor.now.get() + TICK);
            executor.polls.set(executor.polls.get() + 1);
            if number > 0 {
                executor.poll_job(number);
            } else if let Poll::Ready(output) =
                future.as_mut().poll(&mut Context::from_waker(&executor.waker(0)))
            {
                return (output, executor.polls.get());
            }
        }
    }
}

impl anywake::Executor for Seeded {
    fn name(self) -> &'static str {
        "seeded"
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        // smol's `yield_now` only wakes the task.
        Smol.yield_now()
    }
}

impl BlockOn for Seeded {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        Self::run(0, future).0
    }
}

impl Spawn for Seeded {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        executor().spawn(Box::pin(future));
    }
}

impl SpawnBlocking for Seeded {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        self.spawn_detached(async move { job() });
    }
}

impl Timer for Seeded {
    type Instant = Instant;
    type Sleep = BoxFuture<'static, ()>;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        let due = executor().now.get() + duration;
        Box::pin(poll_fn(move |context| {
            let executor = executor();
            if executor.now.get() >= due {
                return Poll::Ready(());
            }
            let mut timers = executor.timers.borrow_mut();
            // The number distinguishes timers that are due at the same time.
            timers.insert((due, executor.polls.get()), context.waker().clone());
            Poll::Pending
        }))
    }
}
