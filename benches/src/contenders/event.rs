//! Events: one `set` wakes all waiters.

use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};

use event_listener::listener;

use super::contender;
use crate::harness::Contender;

/// An event of one library.
pub trait Event: Contender + Send + Sync + 'static {
    /// Makes an unset one, without waiters.
    fn new() -> Self;
    /// Wakes all waiters. A [`Level`] event also lets later waits through until it is reset.
    fn set(&self);
    /// Makes later waits wait again. An event without a level has nothing to do.
    fn reset(&self);
    /// Waits for the next `set`.
    fn wait(&self) -> impl Future<Output: Sized> + Send;
}

/// An event that stays set.
pub trait Level: Event {}

/// An event whose waits can begin before they are polled.
pub trait EarlyWait: Event {
    /// A wait, by its name.
    type Wait<'a>: Future;
    /// As [`wait`](Event::wait).
    fn named_wait(&self) -> Self::Wait<'_>;
    /// Begins the wait.
    fn enable(wait: Pin<&mut Self::Wait<'_>>);
}

/// Calls `f` with every event.
macro_rules! each_event {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::event::*;
        each_level_event!($f($($argument),*));
        $f::<TokioNotify>($($argument),*);
        $f::<MaitakeWaitQueue>($($argument),*);
    }};
}
pub(crate) use each_event;

/// Calls `f` with every event that stays set.
macro_rules! each_level_event {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::event::*;
        $f::<Anywake>($($argument),*);
        $f::<FuturesIntrusive>($($argument),*);
        $f::<Asyncband>($($argument),*);
        $f::<EventListener>($($argument),*);
        $f::<StackListener>($($argument),*);
    }};
}
pub(crate) use each_level_event;

/// Calls `f` with every event whose waits can begin before they are polled.
macro_rules! each_early_wait {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::event::*;
        $f::<Anywake>($($argument),*);
        $f::<TokioNotify>($($argument),*);
        $f::<MaitakeWaitQueue>($($argument),*);
    }};
}
pub(crate) use each_early_wait;

/// anywake.
pub struct Anywake(anywake_core::Event);
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

impl Event for Anywake {
    fn new() -> Self {
        Self(anywake_core::Event::new())
    }

    #[inline]
    fn set(&self) {
        self.0.set();
    }

    #[inline]
    fn reset(&self) {
        self.0.clear();
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        self.0.wait()
    }
}

impl Level for Anywake {}

impl EarlyWait for Anywake {
    type Wait<'a> = anywake_core::event::EventFuture<'a>;

    #[inline]
    fn named_wait(&self) -> Self::Wait<'_> {
        self.0.wait()
    }

    #[inline]
    fn enable(wait: Pin<&mut Self::Wait<'_>>) {
        assert!(!wait.enable());
    }
}

/// tokio has no event; `Notify::notify_waiters` is its broadcast.
pub struct TokioNotify(tokio::sync::Notify);
contender!(TokioNotify, "tokio Notify", order = Fifo);

impl Event for TokioNotify {
    fn new() -> Self {
        Self(tokio::sync::Notify::const_new())
    }

    #[inline]
    fn set(&self) {
        self.0.notify_waiters();
    }

    #[inline]
    fn reset(&self) {}

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        self.0.notified()
    }
}

impl EarlyWait for TokioNotify {
    type Wait<'a> = tokio::sync::futures::Notified<'a>;

    #[inline]
    fn named_wait(&self) -> Self::Wait<'_> {
        self.0.notified()
    }

    #[inline]
    fn enable(wait: Pin<&mut Self::Wait<'_>>) {
        assert!(!wait.enable());
    }
}

/// futures-intrusive's `ManualResetEvent`.
pub struct FuturesIntrusive(futures_intrusive::sync::ManualResetEvent);
contender!(FuturesIntrusive, "futures-intrusive", order = Fifo);

impl Event for FuturesIntrusive {
    fn new() -> Self {
        Self(futures_intrusive::sync::ManualResetEvent::new(false))
    }

    #[inline]
    fn set(&self) {
        self.0.set();
    }

    #[inline]
    fn reset(&self) {
        self.0.reset();
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        self.0.wait()
    }
}

impl Level for FuturesIntrusive {}

/// asyncband's `ManualResetEvent`.
pub struct Asyncband(asyncband::event::ManualResetEvent);
contender!(Asyncband, "asyncband", order = Fifo);

impl Event for Asyncband {
    fn new() -> Self {
        Self(asyncband::event::ManualResetEvent::new())
    }

    #[inline]
    fn set(&self) {
        self.0.set();
    }

    #[inline]
    fn reset(&self) {
        self.0.reset();
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        self.0.wait()
    }
}

impl Level for Asyncband {}

/// maitake-sync's `WaitQueue`, its broadcast without a level.
pub struct MaitakeWaitQueue(maitake_sync::WaitQueue);
contender!(MaitakeWaitQueue, "maitake-sync WaitQueue", order = Fifo);

impl Event for MaitakeWaitQueue {
    fn new() -> Self {
        Self(maitake_sync::WaitQueue::new())
    }

    #[inline]
    fn set(&self) {
        self.0.wake_all();
    }

    #[inline]
    fn reset(&self) {}

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        self.0.wait()
    }
}

impl EarlyWait for MaitakeWaitQueue {
    type Wait<'a> = maitake_sync::wait_queue::Wait<'a>;

    #[inline]
    fn named_wait(&self) -> Self::Wait<'_> {
        self.0.wait()
    }

    #[inline]
    fn enable(wait: Pin<&mut Self::Wait<'_>>) {
        assert!(wait.subscribe().is_pending());
    }
}

/// event-listener as recommended by its documentation: check a flag, listen, check again. `listen()` allocates.
pub struct EventListener {
    set: AtomicBool,
    event: event_listener::Event,
}
contender!(EventListener, "event-listener", order = Fifo);

impl Event for EventListener {
    fn new() -> Self {
        Self { set: AtomicBool::new(false), event: event_listener::Event::new() }
    }

    #[inline]
    fn set(&self) {
        // Ordering: Release pairs with the Acquire loads in `wait`; `notify` has the fence against a lost wake.
        self.set.store(true, Ordering::Release);
        self.event.notify(usize::MAX);
    }

    #[inline]
    fn reset(&self) {
        self.set.store(false, Ordering::Relaxed);
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        async {
            if self.set.load(Ordering::Acquire) {
                return;
            }
            let listener = self.event.listen();
            if !self.set.load(Ordering::Acquire) {
                listener.await;
            }
        }
    }
}

impl Level for EventListener {}

/// event-listener with `listener!`, which keeps the listener in the waiting future.
pub struct StackListener(EventListener);
contender!(StackListener, "event-listener stack", order = Fifo);

impl Event for StackListener {
    fn new() -> Self {
        Self(EventListener::new())
    }

    #[inline]
    fn set(&self) {
        self.0.set();
    }

    #[inline]
    fn reset(&self) {
        self.0.reset();
    }

    #[inline]
    fn wait(&self) -> impl Future<Output: Sized> + Send {
        async {
            if self.0.set.load(Ordering::Acquire) {
                return;
            }
            listener!(self.0.event => listener);
            if !self.0.set.load(Ordering::Acquire) {
                listener.await;
            }
        }
    }
}

impl Level for StackListener {}
