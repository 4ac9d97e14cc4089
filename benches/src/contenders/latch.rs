//! Latches: a count that falls to zero once.

use core::future::Future;
use core::sync::atomic::{AtomicU32, Ordering};

use event_listener::listener;

use super::contender;
use crate::harness::Contender;

/// A latch of one library.
pub trait Latch: Contender + Send + Sync + 'static {
    /// Makes one with this count.
    fn new(count: u32) -> Self;
    /// Lowers the count by one.
    fn count_down(&self);
    /// Waits until the count is zero.
    fn wait(&self) -> impl Future<Output: Sized> + Send;
}

/// Calls `f` with every latch.
macro_rules! each_latch {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::latch::*;
        $f::<Anywake>($($argument),*);
        $f::<Asyncband>($($argument),*);
        $f::<StackListener>($($argument),*);
    }};
}
pub(crate) use each_latch;

/// anywake.
pub struct Anywake(anywake_core::Latch);
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

impl Latch for Anywake {
    fn new(count: u32) -> Self {
        Self(anywake_core::Latch::new(count as usize))
    }

    #[inline]
    fn count_down(&self) {
        self.0.count_down(1).expect("the count is above zero");
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        self.0.wait()
    }
}

/// asyncband's `Latch`, which ignores a count too many.
pub struct Asyncband(asyncband::latch::Latch);
contender!(Asyncband, "asyncband", order = Fifo);

impl Latch for Asyncband {
    fn new(count: u32) -> Self {
        Self(asyncband::latch::Latch::new(count))
    }

    #[inline]
    fn count_down(&self) {
        self.0.count_down();
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        self.0.wait()
    }
}

/// A counter and event-listener, as its documentation recommends: check, listen, check again. The listener lies in the
/// waiting future. A count too many wraps.
pub struct StackListener {
    count: AtomicU32,
    zero: event_listener::Event,
}
contender!(StackListener, "event-listener stack", order = Fifo);

impl Latch for StackListener {
    fn new(count: u32) -> Self {
        Self { count: AtomicU32::new(count), zero: event_listener::Event::new() }
    }

    #[inline]
    fn count_down(&self) {
        // Ordering: Release pairs with the Acquire loads in `wait`; `notify` has the fence against a lost wake.
        if self.count.fetch_sub(1, Ordering::Release) == 1 {
            self.zero.notify(usize::MAX);
        }
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        async {
            if self.count.load(Ordering::Acquire) == 0 {
                return;
            }
            listener!(self.zero => listener);
            if self.count.load(Ordering::Acquire) != 0 {
                listener.await;
            }
        }
    }
}
