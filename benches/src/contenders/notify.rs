//! Notifies: a notification for one task, stored if nobody waits, and a broadcast.

use core::future::Future;
use core::sync::atomic::{AtomicBool, Ordering};

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use event_listener::listener;

use super::contender;
use crate::harness::Contender;

/// A notify of one library.
pub trait Notify: Contender + Send + Sync + 'static {
    /// Makes one that stores nothing.
    fn new() -> Self;
    /// Notifies one task, or stores one notification.
    fn notify_one(&self);
    /// Waits for a notification.
    fn notified(&self) -> impl Future<Output: Sized> + Send;
}

/// A notify for any number of tasks, each of which has its own notification.
pub trait ManyWaiters: Notify {}

/// A notify that can end all waits.
pub trait Broadcast: ManyWaiters {
    /// Ends the waits that have begun.
    fn notify_waiters(&self);
}

/// Calls `f` with every notify.
macro_rules! each_notify {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::notify::*;
        each_queueing_notify!($f($($argument),*));
        $f::<MaitakeWaitCell>($($argument),*);
        $f::<EmbassySignal>($($argument),*);
        $f::<EventListener>($($argument),*);
        $f::<StackListener>($($argument),*);
    }};
}
pub(crate) use each_notify;

/// Calls `f` with every notify for any number of tasks.
macro_rules! each_queueing_notify {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::notify::*;
        each_broadcast!($f($($argument),*));
        $f::<Asyncband>($($argument),*);
    }};
}
pub(crate) use each_queueing_notify;

/// Calls `f` with every notify that can end all waits.
macro_rules! each_broadcast {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::notify::*;
        $f::<Anywake>($($argument),*);
        $f::<Tokio>($($argument),*);
        $f::<MaitakeWaitQueue>($($argument),*);
    }};
}
pub(crate) use each_broadcast;

/// anywake.
pub struct Anywake(anywake_core::Notify);
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

impl Notify for Anywake {
    fn new() -> Self {
        Self(anywake_core::Notify::new())
    }

    #[inline]
    fn notify_one(&self) {
        self.0.notify_one();
    }

    #[inline]
    fn notified(&self) -> impl Future<Output: Sized> + Send {
        self.0.notified()
    }
}

impl ManyWaiters for Anywake {}

impl Broadcast for Anywake {
    #[inline]
    fn notify_waiters(&self) {
        self.0.notify_waiters();
    }
}

/// tokio's `Notify`.
pub struct Tokio(tokio::sync::Notify);
contender!(Tokio, "tokio", order = Fifo);

impl Notify for Tokio {
    fn new() -> Self {
        Self(tokio::sync::Notify::const_new())
    }

    #[inline]
    fn notify_one(&self) {
        self.0.notify_one();
    }

    #[inline]
    fn notified(&self) -> impl Future<Output: Sized> + Send {
        self.0.notified()
    }
}

impl ManyWaiters for Tokio {}

impl Broadcast for Tokio {
    #[inline]
    fn notify_waiters(&self) {
        self.0.notify_waiters();
    }
}

/// maitake-sync's `WaitQueue`.
pub struct MaitakeWaitQueue(maitake_sync::WaitQueue);
contender!(MaitakeWaitQueue, "maitake-sync WaitQueue", order = Fifo);

impl Notify for MaitakeWaitQueue {
    fn new() -> Self {
        Self(maitake_sync::WaitQueue::new())
    }

    #[inline]
    fn notify_one(&self) {
        self.0.wake();
    }

    #[inline]
    fn notified(&self) -> impl Future<Output: Sized> + Send {
        self.0.wait()
    }
}

impl ManyWaiters for MaitakeWaitQueue {}

impl Broadcast for MaitakeWaitQueue {
    #[inline]
    fn notify_waiters(&self) {
        self.0.wake_all();
    }
}

/// asyncband's `AutoResetEvent`.
pub struct Asyncband(asyncband::event::AutoResetEvent);
contender!(Asyncband, "asyncband", order = Fifo);

impl Notify for Asyncband {
    fn new() -> Self {
        Self(asyncband::event::AutoResetEvent::new())
    }

    #[inline]
    fn notify_one(&self) {
        self.0.set();
    }

    #[inline]
    fn notified(&self) -> impl Future<Output: Sized> + Send {
        self.0.wait()
    }
}

impl ManyWaiters for Asyncband {}

/// maitake-sync's `WaitCell`, for one waiter.
pub struct MaitakeWaitCell(maitake_sync::WaitCell);
contender!(MaitakeWaitCell, "maitake-sync WaitCell");

impl Notify for MaitakeWaitCell {
    fn new() -> Self {
        Self(maitake_sync::WaitCell::new())
    }

    #[inline]
    fn notify_one(&self) {
        self.0.wake();
    }

    #[inline]
    fn notified(&self) -> impl Future<Output: Sized> + Send {
        self.0.wait()
    }
}

/// embassy-sync's `Signal` without a value, for one waiter.
pub struct EmbassySignal(embassy_sync::signal::Signal<CriticalSectionRawMutex, ()>);
contender!(EmbassySignal, "embassy-sync Signal");

impl Notify for EmbassySignal {
    fn new() -> Self {
        Self(embassy_sync::signal::Signal::new())
    }

    #[inline]
    fn notify_one(&self) {
        self.0.signal(());
    }

    #[inline]
    fn notified(&self) -> impl Future<Output: Sized> + Send {
        self.0.wait()
    }
}

/// event-listener with a flag that stores the notification: try to take it, listen, try again. With several waiters, two
/// notifications may become one. `listen()` allocates.
pub struct EventListener {
    stored: AtomicBool,
    event: event_listener::Event,
}
contender!(EventListener, "event-listener");

impl EventListener {
    #[inline]
    fn take(&self) -> bool {
        // Ordering: Acquire pairs with the Release in `notify_one`.
        self.stored.swap(false, Ordering::Acquire)
    }
}

impl Notify for EventListener {
    fn new() -> Self {
        Self { stored: AtomicBool::new(false), event: event_listener::Event::new() }
    }

    #[inline]
    fn notify_one(&self) {
        // Ordering: Release pairs with the Acquire in `take`; `notify` has the fence against a lost wake.
        self.stored.store(true, Ordering::Release);
        self.event.notify(1);
    }

    #[inline]
    fn notified(&self) -> impl Future<Output: Sized> + Send {
        async {
            while !self.take() {
                let listener = self.event.listen();
                if self.take() {
                    return;
                }
                listener.await;
            }
        }
    }
}

/// event-listener with `listener!`, which keeps the listener in the waiting future.
pub struct StackListener(EventListener);
contender!(StackListener, "event-listener stack");

impl Notify for StackListener {
    fn new() -> Self {
        Self(EventListener::new())
    }

    #[inline]
    fn notify_one(&self) {
        self.0.notify_one();
    }

    #[inline]
    fn notified(&self) -> impl Future<Output: Sized> + Send {
        async {
            while !self.0.take() {
                listener!(self.0.event => listener);
                if self.0.take() {
                    return;
                }
                listener.await;
            }
        }
    }
}
