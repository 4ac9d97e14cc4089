//! [`Broadcast`]: values for all receivers, back-pressure, displacement, clones, and the ends.

mod api;
mod cancel;
mod clones;
mod close;
mod lag;
mod receivers;

use anywake_tests::{Arc, Portable};
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use anywake_core::broadcast::{BroadcastRing, ReceiverOf, RecvError, Storage, TryRecvError, channel, over};
use anywake_core::{Broadcast, Handle, PublishError, TryPublishError};
use anywake_tests::{Call, CountingWaker, Drops, Item, Task, finishes, leak, panic_of, queued};

/// What a receiver that does not wait finds, until it finds nothing.
fn all<T, S, H>(receiver: &mut ReceiverOf<H>) -> Vec<Result<T, TryRecvError>>
where
    T: Clone,
    S: Storage,
    H: Handle<Target = BroadcastRing<T, S>>,
{
    let ends =
        |found: &Result<T, TryRecvError>| matches!(found, Err(TryRecvError::Empty | TryRecvError::Closed));
    core::iter::from_fn(|| Some(receiver.try_recv()).filter(|found| !ends(found))).collect()
}

#[cfg(not(feature = "local"))]
type Hook = Arc<dyn Fn(u32) + Send + Sync>;
#[cfg(feature = "local")]
type Hook = Arc<dyn Fn(u32)>;

/// A value that counts its clones, counts its drops as an [`Item`], and runs a hook when it is cloned.
struct Value {
    item: Item,
    is_original: bool,
    of: Values,
}

/// Makes [`Value`]s.
#[derive(Clone)]
struct Values {
    drops: Drops,
    clones: Arc<AtomicUsize>,
    hook: Hook,
}

impl Values {
    fn new() -> Self {
        Self::with_hook(|_| {})
    }

    fn with_hook(hook: impl Fn(u32) + Portable + 'static) -> Self {
        Self { drops: Drops::new(), clones: Arc::default(), hook: Arc::new(hook) }
    }

    fn make(&self, id: u32) -> Value {
        Value { item: self.drops.item(id), is_original: true, of: self.clone() }
    }

    fn clones(&self) -> usize {
        self.clones.load(SeqCst)
    }
}

impl Clone for Value {
    fn clone(&self) -> Self {
        self.of.clones.fetch_add(1, SeqCst);
        (self.of.hook)(self.item.id);
        Self { item: self.of.drops.item(self.item.id), is_original: false, of: self.of.clone() }
    }
}

/// The ids of values, in place of the values.
fn ids(found: Vec<Result<Value, TryRecvError>>) -> Vec<Result<u32, TryRecvError>> {
    found.into_iter().map(|found| found.map(|value| value.item.id)).collect()
}
