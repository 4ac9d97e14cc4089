//! A small connection pool, checked by each of the three tools that anywake has for programs built on it.
//!
//! ```text
//! RUSTFLAGS="--cfg loom" cargo test --release --test models                    every interleaving
//! RUSTFLAGS="--cfg loom --cfg shuttle" cargo test --release --test models      40 000 interleavings, by chance
//! cargo test --test simulation                                                 1000 orders of tasks
//! ```
//!
//! All of them pass. With `--features planted` the pool has a mistake, and each of them fails.
//!
//! # The mistake
//! A connection that is returned goes to the caller who has waited longest, through a channel. The caller may have gone
//! when it arrives: its request was cancelled. If the channel carries the bare connection, the connection is dropped with it,
//! and the pool has one less, until nobody gets one any more. If the channel carries the connection with its way back, a
//! [`Pooled`], dropping it returns the connection to the pool.
//!
//! No test that lets its callers wait in peace sees that. It takes a cancellation between the hand-over and the next poll.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use anywake_core::oneshot::{self, Sender};

// The one line that models ask for: what is not of anywake must be the checker's, too.
#[cfg(loom)]
use anywake_core::model::sync::Mutex;
#[cfg(not(loom))]
use std::sync::Mutex;

/// What a waiting caller is sent.
#[cfg(not(feature = "planted"))]
type Handed<C> = Pooled<C>;
#[cfg(feature = "planted")]
type Handed<C> = C;

/// A fixed number of connections, each of which one caller uses at a time.
#[derive(Debug)]
pub struct Pool<C> {
    state: Arc<Mutex<State<C>>>,
}

#[derive(Debug)]
struct State<C> {
    idle: Vec<C>,
    /// In the order in which they came. If there are some, nothing is idle.
    waiting: VecDeque<Sender<Handed<C>>>,
}

/// A connection that returns to its pool when it is dropped.
#[derive(Debug)]
pub struct Pooled<C> {
    pool: Pool<C>,
    /// `None` once it has been returned.
    connection: Option<C>,
}

impl<C> Pool<C> {
    pub fn new(connections: impl IntoIterator<Item = C>) -> Self {
        let state = State { idle: connections.into_iter().collect(), waiting: VecDeque::new() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Waits for a connection. Dropping the future loses none.
    pub async fn take(&self) -> Pooled<C> {
        let mut receiver = {
            let mut state = self.state.lock().unwrap();
            if let Some(connection) = state.idle.pop() {
                return self.pooled(connection);
            }
            let (sender, receiver) = oneshot::channel();
            state.waiting.push_back(sender);
            receiver
        };
        let handed = receiver.recv().await.expect("the pool keeps the sender until it sends");
        self.accept(handed)
    }

    /// How many connections nobody uses.
    pub fn idle(&self) -> usize {
        self.state.lock().unwrap().idle.len()
    }

    /// Hands the connection to the first caller who is still there.
    fn put_back(&self, mut connection: C) {
        loop {
            let sender = {
                let mut state = self.state.lock().unwrap();
                match state.waiting.pop_front() {
                    Some(sender) => sender,
                    None => return state.idle.push(connection),
                }
            };
            match sender.send(self.hand(connection)) {
                Ok(()) => return,
                Err(gone) => connection = Self::take_out(gone.into_inner()),
            }
        }
    }

    fn pooled(&self, connection: C) -> Pooled<C> {
        Pooled { pool: self.clone(), connection: Some(connection) }
    }
}

#[cfg(not(feature = "planted"))]
impl<C> Pool<C> {
    fn hand(&self, connection: C) -> Pooled<C> {
        self.pooled(connection)
    }

    fn accept(&self, handed: Pooled<C>) -> Pooled<C> {
        handed
    }

    fn take_out(mut handed: Pooled<C>) -> C {
        handed.connection.take().expect("it was not dropped")
    }
}

/// The mistake: the way back is added by the caller, who may not be there any more.
#[cfg(feature = "planted")]
impl<C> Pool<C> {
    fn hand(&self, connection: C) -> C {
        connection
    }

    fn accept(&self, handed: C) -> Pooled<C> {
        self.pooled(handed)
    }

    fn take_out(handed: C) -> C {
        handed
    }
}

impl<C> Clone for Pool<C> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state) }
    }
}

impl<C> Drop for Pooled<C> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.put_back(connection);
        }
    }
}

impl<C> Deref for Pooled<C> {
    type Target = C;

    fn deref(&self) -> &C {
        self.connection.as_ref().expect("it was not dropped")
    }
}

impl<C> DerefMut for Pooled<C> {
    fn deref_mut(&mut self) -> &mut C {
        self.connection.as_mut().expect("it was not dropped")
    }
}
