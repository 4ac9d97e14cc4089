//! How to wait for the lock of a key: a turn at its slot, and the core's wait for the lock there.

use core::fmt;
use core::future::Future;
use core::hash::{BuildHasher, Hash};
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::hash::RandomState;
use std::sync::Arc;

use anywake_core::lock::OwnedLockFuture;
use futures_core::FusedFuture;
use pin_project_lite::pin_project;

use super::KeyedLock;
use super::guard::{KeyedGuard, KeyedLockGuard, KeyedLockHandle, OwnedKeyedLockGuard};
use crate::share::keyed::Turn;

pin_project! {
    /// The one wait, over a reference to its [`KeyedLock`].
    #[project = Projection]
    pub(super) enum KeyedWait<H: KeyedLockHandle> {
        /// Not polled. Empty if a key panicked at the first poll.
        Idle { request: Option<(H, H::Key)> },
        /// The lock is dropped before the turn ends.
        Waiting {
            #[pin] lock: OwnedLockFuture<()>,
            turn: Option<(Turn<H>, H::Key)>,
        },
        Done,
    }
}

const COMPLETED: &str = "a wait for a `KeyedLock` was polled after it had completed";

impl<H: KeyedLockHandle> KeyedWait<H> {
    pub(super) const fn new(locks: H, key: H::Key) -> Self {
        Self::Idle { request: Some((locks, key)) }
    }

    const fn phase(&self) -> &'static str {
        match self {
            Self::Idle { .. } => "Idle",
            Self::Waiting { .. } => "Queued",
            Self::Done => "Done",
        }
    }
}

impl<H: KeyedLockHandle<Key: Eq + Hash + Clone, Hasher: BuildHasher>> KeyedWait<H> {
    /// The wait at the lock of the key, and the turn there, which begins with the first call.
    fn begin(mut self: Pin<&mut Self>) -> Projection<'_, H> {
        if let Projection::Idle { request } = self.as_mut().project() {
            let (locks, key) = request.take().expect(COMPLETED);
            let turn = KeyedLock::turn(locks, &key);
            let lock = Arc::clone(turn.gate()).lock_owned();
            self.set(Self::Waiting { lock, turn: Some((turn, key)) });
        }
        self.project()
    }

    fn enable(self: Pin<&mut Self>) -> bool {
        let Projection::Waiting { lock, .. } = self.begin() else { panic!("{COMPLETED}") };
        lock.enable()
    }
}

impl<H: KeyedLockHandle> KeyedWait<H> {
    fn is_decided(&self) -> bool {
        matches!(self, Self::Waiting { lock, .. } if lock.is_decided())
    }
}

impl<H: KeyedLockHandle<Key: Eq + Hash + Clone, Hasher: BuildHasher>> Future for KeyedWait<H> {
    type Output = KeyedGuard<H>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<KeyedGuard<H>> {
        let Projection::Waiting { lock, turn } = self.as_mut().begin() else { panic!("{COMPLETED}") };
        let lock = ready!(lock.poll(cx));
        let (turn, key) = turn.take().expect("a wait has its turn until it is done");
        self.set(Self::Done);
        Poll::Ready(KeyedGuard::new(lock, turn, key))
    }
}

/// Stamps a public future over a [`KeyedWait`].
macro_rules! keyed_futures {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident[$($declared:tt)*][$($used:tt)*] waits as $handle:ty => $guard:ty;
    )+) => {$(
        pin_project! {
            $(#[$meta])*
            ///
            /// The future is lazy: it asks for nothing until it is first polled, and takes its place in the queue then.
            ///
            /// # Panics
            ///
            /// If it is polled again after it has returned its guard.
            #[must_use = "a wait does nothing unless it is awaited"]
            pub struct $name<$($declared)*> {
                #[pin]
                wait: KeyedWait<$handle>,
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($used)*> $name<$($used)*> {
            pub(super) const fn over(wait: KeyedWait<$handle>) -> Self {
                Self { wait }
            }

            /// Whether the wait is decided, so that the next poll returns the guard. False before the first poll or
            /// [`enable`](Self::enable), and after the guard is returned.
            ///
            /// # Examples
            ///
            /// ```
            /// use anywake::KeyedLock;
            ///
            /// let locks = KeyedLock::new();
            /// let guard = locks.try_lock("key");
            /// let mut wait = core::pin::pin!(locks.lock("key"));
            /// wait.as_mut().enable();
            /// assert!(!wait.is_decided());
            /// drop(guard);
            /// assert!(wait.is_decided());
            /// ```
            pub fn is_decided(&self) -> bool {
                self.wait.is_decided()
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($used)*> $name<$($used)*>
        where
            K: Eq + Hash + Clone,
            S: BuildHasher,
        {
            /// Takes the place in the queue of the key now, without a waker. Returns whether the wait is decided, so that
            /// the next poll returns the guard.
            ///
            /// # Panics
            ///
            /// If the future has returned its guard.
            ///
            /// # Examples
            ///
            /// ```
            /// use anywake::KeyedLock;
            ///
            /// let locks = KeyedLock::new();
            /// let mut wait = core::pin::pin!(locks.lock("key"));
            /// assert!(wait.as_mut().enable(), "the lock was free");
            /// assert!(locks.try_lock("key").is_none(), "and is the wait's");
            /// ```
            pub fn enable(self: Pin<&mut Self>) -> bool {
                self.project().wait.enable()
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($used)*> Future for $name<$($used)*>
        where
            K: Eq + Hash + Clone,
            S: BuildHasher,
        {
            type Output = $guard;

            fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<$guard> {
                self.project().wait.poll(cx)
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($used)*> FusedFuture for $name<$($used)*>
        where
            K: Eq + Hash + Clone,
            S: BuildHasher,
        {
            fn is_terminated(&self) -> bool {
                matches!(self.wait, KeyedWait::Done)
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($used)*> fmt::Debug for $name<$($used)*> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("phase", &self.wait.phase()).finish_non_exhaustive()
            }
        }
    )+};
}

keyed_futures! {
    /// The future of [`KeyedLock::lock`]: waits until the lock of the key is the caller's, and returns its guard.
    pub struct KeyedLockFuture['a, K, S = RandomState]['a, K, S] waits as &'a KeyedLock<K, S>
    => KeyedLockGuard<'a, K, S>;

    /// The future of [`KeyedLock::lock_owned`]: waits until the lock of the key is the caller's, and returns a guard that
    /// keeps the [`KeyedLock`] alive.
    pub struct OwnedKeyedLockFuture[K, S = RandomState][K, S] waits as Arc<KeyedLock<K, S>>
    => OwnedKeyedLockGuard<K, S>;
}
