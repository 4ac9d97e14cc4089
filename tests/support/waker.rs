//! A waker that counts what is done to it, and can do something of its own at each of these moments.

use core::fmt;
use core::mem::ManuallyDrop;
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use core::task::{RawWaker, RawWakerVTable, Waker};
use std::sync::Arc;

/// What is done to a waker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// It is cloned.
    Clone,
    /// It is woken, by value or by reference.
    Wake,
    /// It, or a clone of it, goes away; being woken by value is going away too.
    Drop,
}

type Hook = Box<dyn Fn() + Send + Sync>;

/// Counts the clones, wakes and drops of its wakers; with a hook, also re-enters, polls inline, or panics there.
///
/// Counting is `SeqCst`: tests read the counters from any thread and reason about none of it.
pub struct CountingWaker {
    counts: [AtomicUsize; 3],
    alive: AtomicUsize,
    hook: Option<(Call, Hook)>,
}

impl CountingWaker {
    /// One that only counts.
    pub fn new() -> Arc<Self> {
        Self::build(None)
    }

    /// One that calls `hook` on each `call`, after counting it.
    pub fn reentrant(call: Call, hook: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Self::build(Some((call, Box::new(hook))))
    }

    /// One that panics on each `call`, after counting it.
    pub fn panicking(call: Call) -> Arc<Self> {
        Self::reentrant(call, move || panic!("the waker's {call:?} panics"))
    }

    fn build(hook: Option<(Call, Hook)>) -> Arc<Self> {
        Arc::new(Self { counts: Default::default(), alive: AtomicUsize::new(0), hook })
    }

    /// A waker of it; its making is not counted as a clone, its drop is counted.
    pub fn waker(self: &Arc<Self>) -> Waker {
        // SAFETY: the table's functions take the data for what it is, one strong count of an `Arc<Self>`, and
        // `Self` is `Send + Sync + 'static`.
        unsafe { Waker::new(self.one_more(), &TABLE) }
    }

    /// How often it was woken.
    pub fn wakes(&self) -> usize {
        self.count(Call::Wake)
    }

    /// How often `call` was done to its wakers.
    pub fn count(&self, call: Call) -> usize {
        self.counts[call as usize].load(SeqCst)
    }

    /// How many of its wakers exist.
    pub fn alive(&self) -> usize {
        self.alive.load(SeqCst)
    }

    fn one_more(self: &Arc<Self>) -> *const () {
        self.alive.fetch_add(1, SeqCst);
        Arc::into_raw(Arc::clone(self)).cast()
    }

    fn one_less(&self) {
        self.alive.fetch_sub(1, SeqCst);
        self.called(Call::Drop);
    }

    fn called(&self, call: Call) {
        self.counts[call as usize].fetch_add(1, SeqCst);
        if let Some((_, hook)) = self.hook.as_ref().filter(|(when, _)| *when == call) {
            hook();
        }
    }
}

impl fmt::Debug for CountingWaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CountingWaker").field("counts", &self.counts).finish_non_exhaustive()
    }
}

// One table at one address, so that `will_wake` is true of every clone.
static TABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// The strong count behind a waker, left as it is.
///
/// # Safety
/// `data` is from [`CountingWaker::waker`], and its strong count has not been given back.
unsafe fn borrow(data: *const ()) -> ManuallyDrop<Arc<CountingWaker>> {
    // SAFETY: it came out of `Arc::into_raw`, says the caller.
    ManuallyDrop::new(unsafe { Arc::from_raw(data.cast()) })
}

unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: called through the table, so `data` is that of a waker that is alive.
    let shared = unsafe { borrow(data) };
    // First: if the hook panics, there is no clone.
    shared.called(Call::Clone);
    RawWaker::new(shared.one_more(), &TABLE)
}

unsafe fn wake(data: *const ()) {
    // SAFETY: called through the table, so `data` is that of a waker that is alive.
    let shared = unsafe { Gone::new(data) };
    shared.0.called(Call::Wake);
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: called through the table, so `data` is that of a waker that is alive.
    unsafe { borrow(data) }.called(Call::Wake);
}

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: called through the table, so `data` is that of a waker that is alive.
    drop(unsafe { Gone::new(data) });
}

/// A waker that goes away, in the end also if a hook panics before.
struct Gone(Arc<CountingWaker>);

impl Gone {
    /// # Safety
    /// As for [`borrow`]; this gives the strong count back.
    unsafe fn new(data: *const ()) -> Self {
        // SAFETY: passed on to the caller.
        Self(ManuallyDrop::into_inner(unsafe { borrow(data) }))
    }
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.one_less();
    }
}
