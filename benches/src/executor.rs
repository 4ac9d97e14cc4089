//! Minimal executors with realistic wakers.
//!
//! [`LocalSet`] runs boxed tasks on one thread, in the order of their wakes. Its wakers resemble those of a real
//! runtime: they are reference-counted with atomics, and a wake is an exchange, which checks whether the task is queued
//! already, and a push. A cheaper waker would hide the cost of a rival's additional clones. A dearer one would hide the
//! measured differences.

use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};

/// The state of the thread's set. The wakers reach it by the thread-local, since they must be `Send` and so cannot own
/// it.
struct Ready {
    /// The number of the set on this thread, or 0.
    set: Cell<u64>,
    queue: RefCell<VecDeque<usize>>,
    polls: Cell<u64>,
}

thread_local! {
    static READY: Ready = const {
        Ready { set: Cell::new(0), queue: RefCell::new(VecDeque::new()), polls: Cell::new(0) }
    };
}

struct Task {
    set: u64,
    index: usize,
    queued: AtomicBool,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Ordering: one thread would need none; AcqRel has the cost of a runtime with several threads.
        if !self.queued.swap(true, Ordering::AcqRel) {
            READY.with(|ready| {
                assert_eq!(
                    ready.set.get(),
                    self.set,
                    "a waker of a LocalSet was used on another thread or after the set was dropped"
                );
                ready.queue.borrow_mut().push_back(self.index);
            });
        }
    }
}

struct Slot<'a> {
    task: Arc<Task>,
    waker: Waker,
    future: Option<Pin<Box<dyn Future<Output = ()> + 'a>>>,
}

/// A fair single-threaded executor. A thread has at most one at a time.
pub struct LocalSet<'a> {
    id: u64,
    slots: Vec<Slot<'a>>,
}

impl core::fmt::Debug for LocalSet<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("LocalSet").field("tasks", &self.slots.len()).finish()
    }
}

impl Default for LocalSet<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> LocalSet<'a> {
    /// An empty set, bound to this thread.
    ///
    /// # Panics
    ///
    /// If this thread has a set already.
    pub fn new() -> Self {
        static IDS: AtomicU64 = AtomicU64::new(1);
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        READY.with(|ready| assert_eq!(ready.set.replace(id), 0, "this thread has a LocalSet already"));
        Self { id, slots: Vec::new() }
    }

    /// Adds a task, and queues it.
    pub fn spawn(&mut self, future: impl Future<Output = ()> + 'a) {
        self.spawn_boxed(Box::pin(future));
    }

    /// Adds a boxed task, and queues it.
    pub fn spawn_boxed(&mut self, future: Pin<Box<dyn Future<Output = ()> + 'a>>) {
        let task = Arc::new(Task { set: self.id, index: self.slots.len(), queued: AtomicBool::new(false) });
        task.wake_by_ref();
        let waker = Waker::from(task.clone());
        self.slots.push(Slot { task, waker, future: Some(future) });
    }

    /// Runs until every task is complete.
    ///
    /// # Panics
    ///
    /// If tasks are left and none of them is woken: a contender has lost a wake.
    pub fn run(&mut self) {
        let mut live = self.slots.iter().filter(|slot| slot.future.is_some()).count();
        let mut polls = 0;
        while live > 0 {
            let next = READY.with(|ready| ready.queue.borrow_mut().pop_front());
            let slot = &mut self.slots[next.expect("tasks wait, and no task is woken: a wake was lost")];
            slot.task.queued.store(false, Ordering::Release);
            let Some(future) = &mut slot.future else { continue };
            polls += 1;
            READY.with(|ready| ready.polls.set(polls));
            if future.as_mut().poll(&mut Context::from_waker(&slot.waker)).is_ready() {
                slot.future = None;
                live -= 1;
            }
        }
    }
}

impl Drop for LocalSet<'_> {
    fn drop(&mut self) {
        // The futures are dropped first, since dropping one may wake another.
        self.slots.iter_mut().for_each(|slot| slot.future = None);
        READY.with(|ready| {
            ready.queue.borrow_mut().clear();
            ready.set.set(0);
        });
    }
}

/// Returns the number of polls of this thread's set so far, including the current one.
pub fn polls() -> u64 {
    READY.with(|ready| ready.polls.get())
}

/// Runs one task to its end, on a new [`LocalSet`].
pub fn run_one<T>(future: impl Future<Output = T>) -> T {
    let mut result = None;
    let mut set = LocalSet::new();
    set.spawn(async { result = Some(future.await) });
    set.run();
    drop(set);
    result.expect("the set runs the task to its end")
}

/// Yields to the other tasks of any runtime: wakes the task and is `Pending` once.
pub fn yield_now() -> impl Future<Output = ()> {
    let mut yielded = false;
    poll_fn(move |cx| {
        if core::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

struct Parker {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Ordering: Release pairs with the Acquire in `block_on`, so that the next poll sees the waker's writes.
        if !self.woken.swap(true, Ordering::Release) {
            self.thread.unpark();
        }
    }
}

/// Runs a future to its end on this thread, which is parked while the future waits.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let parker = Arc::new(Parker { thread: thread::current(), woken: AtomicBool::new(false) });
    let waker = Waker::from(parker.clone());
    let mut cx = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return value;
        }
        while !parker.woken.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }
}

/// A waker for futures that are polled by hand. It costs as much to clone and drop as that of a [`LocalSet`], and
/// counts its wakes.
#[derive(Debug, Default)]
pub struct CountingWaker(AtomicU64);

impl CountingWaker {
    /// Returns a waker and its counter.
    pub fn pair() -> (Waker, Arc<Self>) {
        let count = Arc::new(Self::default());
        (Waker::from(count.clone()), count)
    }

    /// The number of wakes so far.
    pub fn wakes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for CountingWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
