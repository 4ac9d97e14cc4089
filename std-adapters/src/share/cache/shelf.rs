//! [`Shelf`]: the slots of a cache, and the order in which their values were used.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anywake_core::Semaphore;

use crate::share::keyed::{Slot, Slots};

/// What belongs to a key of a cache. The task that loads has the permit of the gate.
pub(super) type SlotOf<K, V> = Slot<K, Semaphore, Stored<V>>;

/// A gate through which one task goes at a time.
pub(super) fn gate() -> Semaphore {
    Semaphore::new(1)
}

pub(super) struct Value<V> {
    pub(super) value: V,
    pub(super) until: Option<Instant>,
}

impl<V> Value<V> {
    /// `now` is not looked at if the value does not expire.
    pub(super) fn is_fresh(&self, now: Option<Instant>) -> bool {
        self.until.is_none_or(|until| now.is_some_and(|now| now < until))
    }
}

/// A value in its slot.
pub(in crate::share) struct Stored<V> {
    /// Behind an `Arc`, so that it is cloned and dropped outside of the mutex.
    pub(super) value: Arc<Value<V>>,
    /// Its last use, in the [`Order`].
    used: u64,
}

/// What left the shelf, to be dropped outside of the mutex.
pub(super) enum Outdated<K, V> {
    Slot { _slot: SlotOf<K, V> },
    Value { _value: Stored<V> },
}

/// The hashes of the keys that have a value, by the last use of the value. Each use has a number of its own.
struct Order {
    by_use: BTreeMap<u64, u64>,
    next: u64,
}

impl Order {
    fn add(&mut self, hash: u64) -> u64 {
        let used = self.next;
        self.next += 1;
        self.by_use.insert(used, hash);
        used
    }

    fn remove(&mut self, used: u64) {
        self.by_use.remove(&used);
    }
}

pub(super) struct Shelf<K, V> {
    slots: Slots<K, Semaphore, Stored<V>>,
    order: Order,
    capacity: usize,
}

impl<K, V> Shelf<K, V> {
    pub(super) const fn new() -> Self {
        let order = Order { by_use: BTreeMap::new(), next: 0 };
        Self { slots: Slots::new(), order, capacity: usize::MAX }
    }

    /// The slots, for a change that concerns no value.
    pub(super) const fn slots(&mut self) -> &mut Slots<K, Semaphore, Stored<V>> {
        &mut self.slots
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.order.by_use.len()
    }

    /// The value of a slot, unless it has expired. That is a use of the value. `None` if there is no such slot.
    #[allow(clippy::option_option, reason = "no slot, or a slot without a value")]
    pub(super) fn use_value(
        &mut self,
        hash: u64,
        now: Option<Instant>,
        is_it: impl Fn(&SlotOf<K, V>) -> bool,
    ) -> Option<Option<Arc<Value<V>>>> {
        let slot = self.slots.find(hash, is_it)?;
        let Some(stored) = slot.value.as_mut().filter(|stored| stored.value.is_fresh(now)) else {
            return Some(None);
        };
        // Without a bound the order is not needed, and a use costs nothing.
        // mistake a_use_of_a_value_does_not_count: self.capacity < usize::MAX ~> false
        if self.capacity < usize::MAX {
            self.order.remove(stored.used);
            stored.used = self.order.add(hash);
        }
        Some(Some(Arc::clone(&stored.value)))
    }

    /// Puts a value into a slot. Returns what has to leave, or `None` if there is no such slot.
    pub(super) fn store(
        &mut self,
        hash: u64,
        value: &Arc<Value<V>>,
        is_it: impl Fn(&SlotOf<K, V>) -> bool,
    ) -> Option<Vec<Outdated<K, V>>> {
        let slot = self.slots.find(hash, is_it)?;
        let stored = Stored { value: Arc::clone(value), used: self.order.add(hash) };
        let replaced = slot.value.replace(stored);
        if let Some(replaced) = &replaced {
            self.order.remove(replaced.used);
        }
        let mut outdated = self.evict();
        outdated.extend(replaced.map(|_value| Outdated::Value { _value }));
        Some(outdated)
    }

    /// Adds a slot with a value and without users. Returns what has to leave.
    pub(super) fn add(&mut self, hash: u64, key: K, value: &Arc<Value<V>>) -> Vec<Outdated<K, V>> {
        let stored = Stored { value: Arc::clone(value), used: self.order.add(hash) };
        self.slots.add(hash, Slot { key, gate: Arc::new(gate()), users: 0, value: Some(stored) });
        self.evict()
    }

    /// Removes a slot, even if it is in use.
    pub(super) fn remove(
        &mut self,
        hash: u64,
        is_it: impl Fn(&SlotOf<K, V>) -> bool,
    ) -> Option<SlotOf<K, V>> {
        let slot = self.slots.take(hash, is_it)?;
        self.removed(&slot);
        Some(slot)
    }

    /// Removes all slots for which `is_one` returns true, even if they are in use.
    pub(super) fn remove_all(&mut self, is_one: impl Fn(&SlotOf<K, V>) -> bool) -> Vec<SlotOf<K, V>> {
        let slots = self.slots.take_all(is_one);
        slots.iter().for_each(|slot| self.removed(slot));
        slots
    }

    fn removed(&mut self, slot: &SlotOf<K, V>) {
        if let Some(stored) = &slot.value {
            self.order.remove(stored.used);
        }
    }

    /// Limits the values to `capacity`. Returns what has to leave.
    pub(super) fn limit(&mut self, capacity: usize) -> Vec<Outdated<K, V>> {
        self.capacity = capacity;
        self.evict()
    }

    /// Takes the values that are too many, the least recently used first.
    fn evict(&mut self) -> Vec<Outdated<K, V>> {
        let mut evicted = Vec::new();
        while self.len() > self.capacity {
            let Some((used, hash)) = self.order.by_use.pop_first() else { break };
            evicted.extend(self.take_value(hash, used));
        }
        evicted
    }

    /// Takes a value, and with it its slot, if that is not in use.
    fn take_value(&mut self, hash: u64, used: u64) -> Option<Outdated<K, V>> {
        let is_it = |slot: &SlotOf<K, V>| slot.value.as_ref().is_some_and(|stored| stored.used == used);
        let slot = self.slots.find(hash, is_it)?;
        // mistake a_slot_in_use_is_evicted: slot.users > 0 ~> false
        if slot.users > 0 {
            return slot.value.take().map(|_value| Outdated::Value { _value });
        }
        self.slots.take(hash, is_it).map(|_slot| Outdated::Slot { _slot })
    }
}
