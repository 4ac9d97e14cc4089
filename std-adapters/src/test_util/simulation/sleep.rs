//! The timer of a simulation.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::Arc;

use super::world::{TimerKey, World};

/// A sleep in a [`Simulation`](super::Simulation), made by [`Simulated.sleep`](super::Simulated::sleep).
#[must_use = "a sleep does nothing unless it is awaited"]
pub struct Sleep {
    world: Arc<World>,
    key: TimerKey,
}

impl Sleep {
    pub(super) fn new(duration: Duration) -> Self {
        let world = World::current();
        let key = world.timer(duration);
        Self { world, key }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.world.set_timer(self.key, cx.waker().clone())
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.world.forget_timer(self.key);
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").finish_non_exhaustive()
    }
}
