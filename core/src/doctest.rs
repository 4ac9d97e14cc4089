//! What the examples of this documentation run on; not part of the API.

#[cfg(not(loom))]
use crate::sys::atomic::{AtomicUsize, Ordering};

/// Polls until it is ready, on this thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = core::pin::pin!(future);
    let mut context = core::task::Context::from_waker(core::task::Waker::noop());
    loop {
        if let core::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        core::hint::spin_loop();
    }
}

/// A clock that a look at it advances by a millisecond. So a sleep ends after as many polls.
#[cfg(not(loom))]
#[derive(Clone, Copy, Debug)]
pub struct Clock;

/// Until when.
#[cfg(not(loom))]
#[derive(Debug)]
pub struct Sleep(core::time::Duration);

#[cfg(not(loom))]
impl crate::Timer for Clock {
    type Instant = core::time::Duration;
    type Sleep = Sleep;

    fn now(&self) -> core::time::Duration {
        static MILLISECONDS: AtomicUsize = AtomicUsize::new(0);
        // Ordering: Relaxed, since it only counts.
        core::time::Duration::from_millis(MILLISECONDS.fetch_add(1, Ordering::Relaxed) as u64)
    }

    fn sleep(&self, duration: core::time::Duration) -> Sleep {
        Sleep(self.now().saturating_add(duration))
    }
}

#[cfg(not(loom))]
impl Future for Sleep {
    type Output = ();

    fn poll(self: core::pin::Pin<&mut Self>, _: &mut core::task::Context<'_>) -> core::task::Poll<()> {
        use crate::Timer as _;
        if Clock.now() < self.0 { core::task::Poll::Pending } else { core::task::Poll::Ready(()) }
    }
}
