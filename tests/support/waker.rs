//! A waker that counts the calls to it, and can run a hook at one kind of call.

use core::fmt;
use core::mem::ManuallyDrop;
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use core::task::{RawWaker, RawWakerVTable, Waker};

use crate::flavour::{Arc, Portable};

/// A kind of call to a waker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// The waker is cloned.
    Clone,
    /// The waker is woken, by value or by reference.
    Wake,
    /// The waker or a clone of it is dropped, or consumed by a wake by value.
    Drop,
}

#[cfg(not(feature = "local"))]
type Hook = Box<dyn Fn() + Send + Sync>;
#[cfg(feature = "local")]
type Hook = Box<dyn Fn()>;

/// Counts the clones, wakes and drops of its wakers. A hook can re-enter the primitive, poll inline, or panic there.
///
/// The counters are `SeqCst`: tests read them from any thread, and no test depends on a weaker ordering.
pub struct CountingWaker {
    counts: [AtomicUsize; 3],
    alive: AtomicUsize,
    hook: Option<(Call, Hook)>,
}

impl CountingWaker {
    /// A counter without a hook.
    pub fn new() -> Arc<Self> {
        Self::build(None)
    }

    /// A counter that runs `hook` at each `call`, after counting it.
    pub fn reentrant(call: Call, hook: impl Fn() + Portable + 'static) -> Arc<Self> {
        Self::build(Some((call, Box::new(hook))))
    }

    /// A counter that panics at each `call`, after counting it.
    pub fn panicking(call: Call) -> Arc<Self> {
        Self::reentrant(call, move || panic!("the waker panics in {call:?}"))
    }

    fn build(hook: Option<(Call, Hook)>) -> Arc<Self> {
        Arc::new(Self { counts: Default::default(), alive: AtomicUsize::new(0), hook })
    }

    /// Makes a waker. Making it does not count as a clone; dropping it counts as a drop.
    pub fn waker(self: &Arc<Self>) -> Waker {
        // SAFETY: the data is one strong count of an `Arc<Self>`, which is how the functions of the table use it, and
        // `Self` is `Send + Sync + 'static`. (In the flavour for one thread it is neither; nor do its primitives leave theirs.)
        unsafe { Waker::new(self.one_more(), &TABLE) }
    }

    /// The number of wakes so far.
    pub fn wakes(&self) -> usize {
        self.count(Call::Wake)
    }

    /// The number of calls of this kind so far.
    pub fn count(&self, call: Call) -> usize {
        self.counts[call as usize].load(SeqCst)
    }

    /// The number of its wakers that exist now.
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

// A static has one address, so `will_wake` is true of every clone.
static TABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// The `Arc` behind a waker, without taking over its strong count.
///
/// # Safety
/// `data` is from [`CountingWaker::waker`], and its strong count has not been released.
unsafe fn borrow(data: *const ()) -> ManuallyDrop<Arc<CountingWaker>> {
    // SAFETY: the caller promises that `data` came from `Arc::into_raw` and that its strong count still exists.
    ManuallyDrop::new(unsafe { Arc::from_raw(data.cast()) })
}

unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: called through the table, so `data` is that of a waker that is alive.
    let shared = unsafe { borrow(data) };
    // Before the clone is made: if the hook panics, there is none.
    shared.called(Call::Clone);
    RawWaker::new(shared.one_more(), &TABLE)
}

unsafe fn wake(data: *const ()) {
    // SAFETY: called through the table, so `data` is that of a waker that is alive.
    let shared = unsafe { Consumed::new(data) };
    shared.0.called(Call::Wake);
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: called through the table, so `data` is that of a waker that is alive.
    unsafe { borrow(data) }.called(Call::Wake);
}

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: called through the table, so `data` is that of a waker that is alive.
    drop(unsafe { Consumed::new(data) });
}

/// A waker that is consumed. Its drop is counted even if a hook panics first.
struct Consumed(Arc<CountingWaker>);

impl Consumed {
    /// # Safety
    /// As for [`borrow`]. The new value takes over the strong count.
    unsafe fn new(data: *const ()) -> Self {
        // SAFETY: the caller promises what `borrow` requires.
        Self(ManuallyDrop::into_inner(unsafe { borrow(data) }))
    }
}

impl Drop for Consumed {
    fn drop(&mut self) {
        self.0.one_less();
    }
}
