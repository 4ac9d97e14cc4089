//! One clock for coroutines that are to wake in one turn.
//!
//! In asyncio all who sleep until the same moment wake in one turn of its loop. Timers of the runtimes fire one by one,
//! and which is first is chance. Where the book's output hangs on that, the coroutines wait for a common clock instead.

use core::future::Future;
use core::pin::pin;
use core::time::Duration;

use anywake::{Event, Runtime};
use futures_util::future::{Either, select};

/// An event that is set and cleared over and over: each time reaches exactly those who wait.
pub(crate) struct Clock {
    strike: Event,
}

impl Clock {
    pub(crate) const fn new() -> Self {
        Self { strike: Event::new() }
    }

    /// Waits for so many strikes.
    pub(crate) async fn sleep(&self, ticks: u32) {
        for _ in 0..ticks {
            self.strike.wait().await;
        }
    }

    /// Strikes once every `tick` while `work` goes on, in the same task.
    pub(crate) async fn run<R: Runtime, F: Future>(&self, tick: Duration, work: F) -> F::Output {
        let strikes = async {
            loop {
                R::default().sleep(tick).await;
                self.strike.set();
                self.strike.clear();
            }
        };
        match select(pin!(work), pin!(strikes)).await {
            Either::Left((output, _)) => output,
            Either::Right((never, _)) => never,
        }
    }
}
