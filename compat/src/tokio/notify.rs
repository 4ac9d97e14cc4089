//! `Notify`.

use core::fmt;
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering, fence};
use core::task::{Context, Poll};
use std::sync::Arc;

use anywake_core::ArcPart;
use anywake_core::notify::{NotifiedFuture, PartNotifiedFuture};

/// One task is woken, now or when it comes to wait; or all that wait now are.
#[derive(Debug, Default)]
pub struct Notify {
    notify: anywake_core::Notify,
    /// How often `notify_waiters` was called. It also reaches futures that were not polled yet, and those are not in the
    /// list of the core: they compare this number with that at their beginning.
    calls: AtomicUsize,
}

impl Notify {
    /// A notify without a stored notification.
    pub fn new() -> Self {
        Self::const_new()
    }

    /// As [`new`](Self::new), for a `static`.
    pub const fn const_new() -> Self {
        Self { notify: anywake_core::Notify::new(), calls: AtomicUsize::new(0) }
    }

    /// Waits for a notification, or takes the stored one. A `notify_waiters` reaches the future from now on.
    pub fn notified(&self) -> Notified<'_> {
        Notified {
            notify: self,
            begun: self.calls.load(Ordering::SeqCst),
            wait: Some(self.notify.notified()),
            enabled: false,
        }
    }

    /// As [`notified`](Self::notified), with a future that keeps the notify alive.
    pub fn notified_owned(self: Arc<Self>) -> OwnedNotified {
        let (notify, begun) = (Arc::clone(&self), self.calls.load(Ordering::SeqCst));
        let wait = Some(ArcPart::new(self, |notify| &notify.notify).notified());
        OwnedNotified { notify, begun, wait, enabled: false }
    }

    /// Ends the longest wait. If nobody waits, stores the notification for the next wait.
    pub fn notify_one(&self) {
        self.notify.notify_one();
    }

    /// Ends all waits that have begun, and stores nothing.
    pub fn notify_waiters(&self) {
        self.calls.fetch_add(1, Ordering::SeqCst);
        // Either this finds the wait that `ready` has enabled, or `ready` sees the new number behind its own fence.
        fence(Ordering::SeqCst);
        self.notify.notify_waiters();
    }
}

/// What both futures do; they differ in how they hold the notify.
macro_rules! notified {
    ($(#[$attribute:meta])* $name:ident[$($life:lifetime)?] holds $notify:ty, waits as $wait:ty) => {
        pin_project_lite::pin_project! {
            $(#[$attribute])*
            #[must_use = "futures do nothing unless they are awaited"]
            pub struct $name<$($life)?> {
                notify: $notify,
                begun: usize,
                enabled: bool,
                // None once the wait is over.
                #[pin]
                wait: Option<$wait>,
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($life)?> $name<$($life)?> {
            /// Takes the place in the queue. Returns whether the wait is over.
            pub fn enable(self: Pin<&mut Self>) -> bool {
                let mut this = self.project();
                let Some(wait) = this.wait.as_mut().as_pin_mut() else { return true };
                if *this.enabled {
                    return wait.is_decided();
                }
                let is_reached = || this.notify.calls.load(Ordering::SeqCst) != *this.begun;
                if !is_reached() {
                    *this.enabled = true;
                    let is_decided = wait.enable();
                    // See `notify_waiters`.
                    fence(Ordering::SeqCst);
                    if is_decided || !is_reached() {
                        return is_decided;
                    }
                }
                // What else it was notified of goes to the next one.
                this.wait.set(None);
                true
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($life)?> Future for $name<$($life)?> {
            type Output = ();

            fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
                if !self.enabled {
                    self.as_mut().enable();
                }
                let mut this = self.project();
                let Some(wait) = this.wait.as_mut().as_pin_mut() else { return Poll::Ready(()) };
                let polled = wait.poll(context);
                if polled.is_ready() {
                    this.wait.set(None);
                }
                polled
            }
        }

        #[allow(single_use_lifetimes, reason = "the macro declares what its caller names")]
        impl<$($life)?> fmt::Debug for $name<$($life)?> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("notify", &*self.notify).finish_non_exhaustive()
            }
        }
    };
}

notified! {
    /// The future of [`Notify::notified`].
    Notified['a] holds &'a Notify, waits as NotifiedFuture<'a>
}

notified! {
    /// The future of [`Notify::notified_owned`].
    OwnedNotified[] holds Arc<Notify>, waits as PartNotifiedFuture<Notify>
}
