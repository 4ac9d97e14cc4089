//! Items that count their drops.

use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::Arc;

/// Makes [`Item`]s and counts their drops.
#[derive(Clone, Debug, Default)]
pub struct Drops(Arc<AtomicUsize>);

impl Drops {
    /// A counter at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes an item.
    pub fn item(&self, id: u32) -> Item {
        self.make(id, false)
    }

    /// Makes an item whose drop is counted and then panics, unless the thread is panicking already.
    pub fn bomb(&self, id: u32) -> Item {
        self.make(id, true)
    }

    fn make(&self, id: u32, explosive: bool) -> Item {
        Item { id, explosive, drops: self.clone() }
    }

    /// The number of items dropped so far.
    pub fn count(&self) -> usize {
        self.0.load(SeqCst)
    }
}

/// An item whose drop is counted. Items with the same `id` are equal.
#[derive(Debug)]
pub struct Item {
    /// The number by which a test recognizes it.
    pub id: u32,
    explosive: bool,
    drops: Drops,
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.drops.0.fetch_add(1, SeqCst);
        assert!(!self.explosive || std::thread::panicking(), "item {} panics in its drop", self.id);
    }
}
