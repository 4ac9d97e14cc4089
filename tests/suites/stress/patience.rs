//! Waits that are dropped, given up or timed out.

use core::future::poll_fn;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::sync::Arc;
use std::task::Wake;

use anywake::{Elapsed, Runtime, Wait};

use crate::rng::Rng;

/// The limit of a wait.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    /// None.
    Endless,
    /// A number of polls, each with another waker. Then the future is given up, if `ask` is set, or dropped.
    Polls { most: usize, ask: bool },
    /// A time.
    Time(Duration),
}

impl Patience {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        if rng.once_in(2) { Self::Endless } else { Self::limited(rng) }
    }

    pub(crate) fn limited(rng: &mut Rng) -> Self {
        if rng.once_in(4) {
            Self::Time(Duration::from_micros(rng.below(600) as u64))
        } else {
            Self::Polls { most: rng.below(5), ask: rng.once_in(2) }
        }
    }
}

/// The end of a wait that reached its limit.
#[derive(Debug)]
pub(crate) enum GivenUp<R> {
    /// The future was dropped.
    Dropped,
    /// The future was given up, and returned this.
    Returned(R),
}

/// Waits until the future is ready or the limit is reached.
pub(crate) async fn wait_with<R, W>(wait: W, patience: Patience) -> Result<W::Output, GivenUp<W::Returned>>
where
    R: Runtime,
    W: Wait,
{
    match patience {
        Patience::Endless => Ok(wait.await),
        Patience::Time(limit) => {
            let waited = wait.within(R::default(), limit).await;
            waited.map_err(|Elapsed(returned)| GivenUp::Returned(returned))
        }
        Patience::Polls { most, ask } => poll_a_few_times::<R, _>(wait, most, ask).await,
    }
}

async fn poll_a_few_times<R, W>(wait: W, most: usize, ask: bool) -> Result<W::Output, GivenUp<W::Returned>>
where
    R: Runtime,
    W: Wait,
{
    let mut wait = pin!(wait);
    for _ in 0..most {
        let polled = poll_fn(|context| {
            let waker = Waker::from(Arc::new(Relay(context.waker().clone())));
            Poll::Ready(wait.as_mut().poll(&mut Context::from_waker(&waker)))
        });
        if let Poll::Ready(output) = polled.await {
            return Ok(output);
        }
        R::default().yield_now().await;
    }
    if ask { wait.give_up().map_err(GivenUp::Returned) } else { Err(GivenUp::Dropped) }
}

/// A new waker of the same task, so that a future that is polled with it must replace the previous one.
struct Relay(Waker);

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
    }
}
