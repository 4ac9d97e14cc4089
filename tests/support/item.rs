//! Items that count their drops.

use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::Arc;

/// Makes [`Item`]s and knows how many of them were dropped.
#[derive(Clone, Debug, Default)]
pub struct Drops(Arc<AtomicUsize>);

impl Drops {
    /// None made, none dropped.
    pub fn new() -> Self {
        Self::default()
    }

    /// An item.
    pub fn item(&self, id: u32) -> Item {
        self.make(id, false)
    }

    /// An item whose drop panics, after it was counted, unless the thread panics already.
    pub fn bomb(&self, id: u32) -> Item {
        self.make(id, true)
    }

    fn make(&self, id: u32, explosive: bool) -> Item {
        Item { id, explosive, drops: self.clone() }
    }

    /// How many were dropped.
    pub fn count(&self) -> usize {
        self.0.load(SeqCst)
    }
}

/// An item that counts its drop. Equal to another one with the same `id`.
#[derive(Debug)]
pub struct Item {
    /// What it is known by.
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
