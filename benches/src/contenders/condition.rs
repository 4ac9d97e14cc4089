//! Condition variables, each with its lock.

use core::future::Future;
use core::ops::DerefMut;
use core::pin::pin;

use super::contender;
use crate::harness::Contender;

/// A condition variable and its lock, of one library.
pub trait Condition: Contender + Send + Sync + 'static {
    /// Holds the lock while it lives.
    type Guard<'a>: DerefMut<Target = u64> + Send;
    /// Makes an unlocked one, without waiters.
    fn new() -> Self;
    /// Waits for the lock.
    fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send;
    /// Unlocks, waits for a notification, and locks again.
    fn wait<'a>(&'a self, guard: Self::Guard<'a>) -> impl Future<Output = Self::Guard<'a>> + Send;
    /// Wakes one waiter.
    fn notify_one(&self);
    /// Wakes all waiters.
    fn notify_all(&self);
    /// Wakes one waiter, called by the owner of the lock, if a library makes use of that.
    #[inline]
    fn notify_one_with(&self, _guard: &Self::Guard<'_>) {
        self.notify_one();
    }
    /// Wakes all waiters, called by the owner of the lock, if a library makes use of that.
    #[inline]
    fn notify_all_with(&self, _guard: &Self::Guard<'_>) {
        self.notify_all();
    }
}

/// Calls `f` with every condition.
macro_rules! each_condition {
    ($f:ident($($argument:expr),*)) => {{
        use $crate::contenders::condition::*;
        $f::<Anywake>($($argument),*);
        $f::<Asyncband>($($argument),*);
        $f::<AsyncStd>($($argument),*);
        $f::<TokioNotify>($($argument),*);
        $f::<EventListener>($($argument),*);
    }};
}
pub(crate) use each_condition;

/// anywake.
pub struct Anywake(anywake_core::Lock<u64>, anywake_core::Condition);
contender!(Anywake, "anywake", kind = Ours, order = Fifo);

impl Condition for Anywake {
    type Guard<'a> = anywake_core::LockGuard<'a, u64>;

    fn new() -> Self {
        Self(anywake_core::Lock::new(0), anywake_core::Condition::new())
    }

    #[inline]
    fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send {
        self.0.lock()
    }

    #[inline]
    fn wait<'a>(&'a self, guard: Self::Guard<'a>) -> impl Future<Output = Self::Guard<'a>> + Send {
        self.1.wait(guard)
    }

    #[inline]
    fn notify_one(&self) {
        self.1.notify_one();
    }

    #[inline]
    fn notify_all(&self) {
        self.1.notify_all();
    }

    #[inline]
    fn notify_one_with(&self, guard: &Self::Guard<'_>) {
        self.1.notify_one_with(guard);
    }

    #[inline]
    fn notify_all_with(&self, guard: &Self::Guard<'_>) {
        self.1.notify_all_with(guard);
    }
}

/// asyncband.
pub struct Asyncband(asyncband::mutex::Mutex<u64>, asyncband::condvar::Condvar);
contender!(Asyncband, "asyncband", order = Fifo);

impl Condition for Asyncband {
    type Guard<'a> = asyncband::mutex::MutexGuard<'a, u64>;

    fn new() -> Self {
        Self(asyncband::mutex::Mutex::new(0), asyncband::condvar::Condvar::new())
    }

    #[inline]
    fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send {
        self.0.lock()
    }

    #[inline]
    fn wait<'a>(&'a self, guard: Self::Guard<'a>) -> impl Future<Output = Self::Guard<'a>> + Send {
        self.1.wait(guard)
    }

    #[inline]
    fn notify_one(&self) {
        self.1.notify_one();
    }

    #[inline]
    fn notify_all(&self) {
        self.1.notify_all();
    }
}

/// async-std's `Condvar`, with the mutex of async-lock that it requires.
pub struct AsyncStd(async_std::sync::Mutex<u64>, async_std::sync::Condvar);
contender!(AsyncStd, "async-std");

impl Condition for AsyncStd {
    type Guard<'a> = async_std::sync::MutexGuard<'a, u64>;

    fn new() -> Self {
        Self(async_std::sync::Mutex::new(0), async_std::sync::Condvar::new())
    }

    #[inline]
    fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send {
        self.0.lock()
    }

    #[inline]
    fn wait<'a>(&'a self, guard: Self::Guard<'a>) -> impl Future<Output = Self::Guard<'a>> + Send {
        self.1.wait(guard)
    }

    #[inline]
    fn notify_one(&self) {
        self.1.notify_one();
    }

    #[inline]
    fn notify_all(&self) {
        self.1.notify_all();
    }
}

/// tokio has no condition variable. Its users write this with `Notify`, enabled before the lock is released.
pub struct TokioNotify(tokio::sync::Mutex<u64>, tokio::sync::Notify);
contender!(TokioNotify, "tokio Mutex + Notify", order = Fifo);

impl Condition for TokioNotify {
    type Guard<'a> = tokio::sync::MutexGuard<'a, u64>;

    fn new() -> Self {
        Self(tokio::sync::Mutex::const_new(0), tokio::sync::Notify::const_new())
    }

    #[inline]
    fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send {
        self.0.lock()
    }

    #[inline]
    async fn wait<'a>(&'a self, guard: Self::Guard<'a>) -> Self::Guard<'a> {
        let mut notified = pin!(self.1.notified());
        notified.as_mut().enable();
        drop(guard);
        notified.await;
        self.0.lock().await
    }

    #[inline]
    fn notify_one(&self) {
        self.1.notify_one();
    }

    #[inline]
    fn notify_all(&self) {
        self.1.notify_waiters();
    }
}

/// async-lock has no condition variable either. Its maintainers recommend this, with an event-listener.
pub struct EventListener(async_lock::Mutex<u64>, event_listener::Event);
contender!(EventListener, "async-lock + event-listener");

impl Condition for EventListener {
    type Guard<'a> = async_lock::MutexGuard<'a, u64>;

    fn new() -> Self {
        Self(async_lock::Mutex::new(0), event_listener::Event::new())
    }

    #[inline]
    fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send {
        self.0.lock()
    }

    #[inline]
    async fn wait<'a>(&'a self, guard: Self::Guard<'a>) -> Self::Guard<'a> {
        event_listener::listener!(self.1 => listener);
        drop(guard);
        listener.await;
        self.0.lock().await
    }

    #[inline]
    fn notify_one(&self) {
        // `additional`, since `notify(1)` wakes no listener while one that it woke earlier has not run yet.
        use event_listener::IntoNotification;
        self.1.notify(1.additional());
    }

    #[inline]
    fn notify_all(&self) {
        self.1.notify(usize::MAX);
    }
}
