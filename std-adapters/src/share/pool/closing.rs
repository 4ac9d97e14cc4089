//! The ends of connections.

use std::sync::Arc;

use super::idle::Held;
use super::record::Event;
use super::{Manager, Shared, Slot};
use crate::runtime::Runtime;
use crate::task::Task;

impl<M: Manager, R: Runtime> Shared<M, R> {
    /// Closes a connection in a task, which holds its slot until the connection is gone, even if no task waits for that.
    pub(super) fn begin_close(self: &Arc<Self>, held: Held<M::Connection>) -> Task<Slot> {
        let ending = Ending { shared: Arc::clone(self), closed: false };
        let Held { connection, slot, .. } = held;
        self.runtime.spawn(async move {
            ending.run(connection).await;
            slot
        })
    }

    /// Closes a connection. No other one takes its place, unless fewer than `min_idle` are left.
    pub(super) fn retire(self: &Arc<Self>, held: Held<M::Connection>) {
        let closing = self.begin_close(held);
        if self.config.min_idle == 0 {
            return;
        }
        let shared = Arc::clone(self);
        drop(self.runtime.spawn(async move {
            drop(closing.await);
            shared.replenish();
        }));
    }
}

/// Says how a connection has ended: it may be dropped without having been closed, at the latest by a runtime that ends.
struct Ending<M: Manager, R: Runtime> {
    shared: Arc<Shared<M, R>>,
    closed: bool,
}

impl<M: Manager, R: Runtime> Ending<M, R> {
    async fn run(mut self, connection: M::Connection) {
        let shared = &self.shared;
        let close = shared.manager.close(connection);
        self.closed = shared.limit(shared.config.close_timeout, close).await.is_some();
    }
}

impl<M: Manager, R: Runtime> Drop for Ending<M, R> {
    fn drop(&mut self) {
        self.shared.record(if self.closed { Event::Closed } else { Event::NotClosed });
    }
}
