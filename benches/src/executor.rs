//! The smallest executors that are still honest.
//!
//! [`LocalSet`] runs boxed tasks on one thread, first woken first polled. Its wakers are what a real runtime's are: reference-counted with
//! atomics, one exchange to see whether the task is queued already, then a push. A cheaper waker would hide that a rival
//! clones more often; a dearer one would drown the differences that are measured.

use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};

/// What the tasks of this thread's set share: reached by the wakers, which must be `Send` and so cannot own it.
struct Ready {
    /// The set that runs on this thread; 0 for none.
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
        // Ordering: the queue is this thread's own; AcqRel is what a runtime with more threads would have to pay.
        if !self.queued.swap(true, Ordering::AcqRel) {
            READY.with(|ready| {
                assert_eq!(
                    ready.set.get(),
                    self.set,
                    "a waker of a LocalSet was used outside its thread or its life"
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

/// A fair executor of one thread. At most one exists on a thread at a time.
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
    /// If this thread has one already.
    pub fn new() -> Self {
        static IDS: AtomicU64 = AtomicU64::new(1);
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        READY.with(|ready| assert_eq!(ready.set.replace(id), 0, "one LocalSet to a thread"));
        Self { id, slots: Vec::new() }
    }

    /// Adds a task, queued to be polled.
    pub fn spawn(&mut self, future: impl Future<Output = ()> + 'a) {
        self.spawn_boxed(Box::pin(future));
    }

    /// The same for a task that is boxed already.
    pub fn spawn_boxed(&mut self, future: Pin<Box<dyn Future<Output = ()> + 'a>>) {
        let task = Arc::new(Task { set: self.id, index: self.slots.len(), queued: AtomicBool::new(false) });
        task.wake_by_ref();
        let waker = Waker::from(task.clone());
        self.slots.push(Slot { task, waker, future: Some(future) });
    }

    /// Runs until every task is done.
    ///
    /// # Panics
    ///
    /// If tasks are left and none of them is woken: a contender lost a wake-up.
    pub fn run(&mut self) {
        let mut live = self.slots.iter().filter(|slot| slot.future.is_some()).count();
        let mut polls = 0;
        while live > 0 {
            let next = READY.with(|ready| ready.queue.borrow_mut().pop_front());
            let slot = &mut self.slots[next.expect("every task waits and nobody is woken")];
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
        // The futures first: dropping one may wake another.
        self.slots.iter_mut().for_each(|slot| slot.future = None);
        READY.with(|ready| {
            ready.queue.borrow_mut().clear();
            ready.set.set(0);
        });
    }
}

/// How many polls the set that runs on this thread has made so far, the present one included.
pub fn polls() -> u64 {
    READY.with(|ready| ready.polls.get())
}

/// Runs one task to its end on a [`LocalSet`] of its own.
pub fn run_one<T>(future: impl Future<Output = T>) -> T {
    let mut result = None;
    let mut set = LocalSet::new();
    set.spawn(async { result = Some(future.await) });
    set.run();
    drop(set);
    result.expect("the set ran it to its end")
}

/// Lets every other task of the runtime have its turn, whatever the runtime: wakes itself and is `Pending` once.
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
        // Ordering: Release pairs with the Acquire in `block_on`; the waker's writes are seen by the poll that follows.
        if !self.woken.swap(true, Ordering::Release) {
            self.thread.unpark();
        }
    }
}

/// Drives a future on this thread, which sleeps in between.
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

/// A waker for futures polled by hand: as costly as a [`LocalSet`]'s to clone and drop, and it counts how often it is woken.
#[derive(Debug, Default)]
pub struct CountingWaker(AtomicU64);

impl CountingWaker {
    /// The waker and the count behind it.
    pub fn pair() -> (Waker, Arc<Self>) {
        let count = Arc::new(Self::default());
        (Waker::from(count.clone()), count)
    }

    /// How often it was woken so far.
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
