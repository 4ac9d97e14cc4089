//! How a checkout comes to its connection.

use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, ready};
use std::sync::Arc;

use anywake_core::semaphore::OwnedAcquireFuture;
use anywake_core::{Closed, Permit};

use super::attempt::Attempt;
use super::record::Event;
use super::{Manager, PoolError, Pooled, Shared};
use crate::runtime::Runtime;

type Checkout<M, R> = Result<Pooled<M, R>, PoolError<<M as Manager>::Error>>;

impl<M: Manager, R: Runtime> Shared<M, R> {
    pub(super) async fn check_out(self: &Arc<Self>) -> Checkout<M, R> {
        let mut attempt = None;
        loop {
            let mut pooled = self.next(attempt).await?;
            if !pooled.is_reused() || self.is_usable(&mut pooled).await {
                pooled.begin_use();
                return Ok(pooled);
            }
            attempt = self.without(pooled);
        }
    }

    /// Goes on without a connection that is broken: with another idle one, or with one in its place.
    fn without(self: &Arc<Self>, broken: Pooled<M, R>) -> Option<Attempt<M, R>> {
        if self.ready.available_permits() > 0 {
            return None;
        }
        Some(self.begin_replacing(broken))
    }

    /// A connection that comes back or is idle, or one that is made, whichever is there first.
    async fn next(self: &Arc<Self>, mut attempt: Option<Attempt<M, R>>) -> Checkout<M, R> {
        // The place in the queue is kept whatever else happens.
        let mut idle = pin!(self.ready.acquire());
        let mut slot = pin!(Arc::clone(&self.slots).acquire_owned());
        poll_fn(|cx| {
            if let Poll::Ready(permit) = idle.as_mut().poll(cx) {
                return Poll::Ready(self.redeem(permit));
            }
            loop {
                if attempt.is_none() {
                    attempt = ready!(self.poll_attempt(slot.as_mut(), cx));
                }
                let Some(current) = &mut attempt else { return Poll::Ready(Err(PoolError::Closed)) };
                if let Some(made) = ready!(Pin::new(current).poll(cx)) {
                    return Poll::Ready(made);
                }
                attempt = None;
            }
        })
        .await
    }

    fn redeem(self: &Arc<Self>, permit: Result<Permit<'_>, Closed>) -> Checkout<M, R> {
        permit.ok().and_then(|permit| self.take(permit)).ok_or(PoolError::Closed)
    }

    /// An attempt for which no checkout waits, or a new one as soon as there may be another connection. `None` in a closed
    /// pool.
    fn poll_attempt(
        self: &Arc<Self>,
        mut slot: Pin<&mut OwnedAcquireFuture>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Attempt<M, R>>> {
        if let Some(attempt) = self.adopt() {
            // A slot that was granted meanwhile goes to the next.
            slot.set(Arc::clone(&self.slots).acquire_owned());
            return Poll::Ready(Some(attempt));
        }
        let slot = ready!(slot.poll(cx)).ok();
        Poll::Ready(slot.and_then(|slot| self.begin_attempt(slot)))
    }

    async fn is_usable(&self, pooled: &mut Pooled<M, R>) -> bool {
        if pooled.is_too_old() {
            self.record(Event::Recycled);
            return false;
        }
        let error = match self.limit(self.config.connect_timeout, self.manager.check(pooled)).await {
            Some(Ok(())) => return true,
            Some(Err(error)) => PoolError::Connection(error),
            None => PoolError::ConnectTimedOut,
        };
        self.record(Event::Broken { error: Some(&error) });
        false
    }
}
