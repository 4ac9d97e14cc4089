//! Waits that are given up, in all the ways there are.

use core::future::poll_fn;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::sync::Arc;
use std::task::Wake;

use anywake::{Elapsed, Runtime, Wait};

use crate::rng::Rng;

/// How long a task puts up with a wait.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    /// As long as it takes.
    Endless,
    /// So many polls, each with another waker; then the future is dropped, or asked to give back what it has.
    Polls { most: usize, ask: bool },
    /// So long.
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

/// How a wait went that was not waited for to the end.
#[derive(Debug)]
pub(crate) enum GivenUp<R> {
    /// The future was dropped.
    Dropped,
    /// It gave this back.
    Returned(R),
}

/// Waits, for no longer than `patience` allows.
pub(crate) async fn bear<R, W>(wait: W, patience: Patience) -> Result<W::Output, GivenUp<W::Returned>>
where
    R: Runtime,
    W: Wait,
{
    match patience {
        Patience::Endless => Ok(wait.await),
        Patience::Time(limit) => {
            let waited = wait.within::<R>(limit).await;
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

/// Another waker for the same task: a future that is polled with it has to replace the one it has.
struct Relay(Waker);

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
    }
}
