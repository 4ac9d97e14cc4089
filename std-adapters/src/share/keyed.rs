//! [`Slots`]: what belongs to a key, for as long as it is used. [`KeyedLock`](crate::KeyedLock) and
//! [`Cache`](crate::Cache) stand on it.
//!
//! A slot has a gate, at which its users wait for each other, and may have a value. Each user has a [`Turn`], from
//! before it looks at the gate until after it has left the gate. A slot counts its turns. The last turn that ends removes
//! the slot, unless the slot has a value.
//!
//! A task that is dropped or that panics drops its turn, so it leaves no slot behind (singleflight-async #5). A slot is
//! not removed while another task is on its way to the gate, so a key never has two gates in use (remux #296). The
//! references to the gate are not counted in place of the turns: a reference that is dropped removes nothing (wt-dead
//! #165).
//!
//! Under the mutex keys are compared, and no other code of the caller runs: hashes are computed before, keys are cloned
//! before and dropped after, and the gate wakes no task there.

use core::hash::BuildHasherDefault;
use core::ops::Deref;
use std::collections::HashMap;
use std::hash::DefaultHasher;
use std::sync::Arc;

/// What belongs to a key.
pub(super) struct Slot<K, G, V> {
    pub(super) key: K,
    /// Where the users wait for each other. It also tells this slot from a later one for the same key.
    pub(super) gate: Arc<G>,
    /// How many turns there are.
    pub(super) users: usize,
    pub(super) value: Option<V>,
}

/// The slots by the hashes of their keys. Two keys hardly ever have the same hash.
pub(super) struct Slots<K, G, V> {
    by_hash: HashMap<u64, Vec<Slot<K, G, V>>, BuildHasherDefault<DefaultHasher>>,
    count: usize,
}

impl<K, G, V> Slots<K, G, V> {
    pub(super) const fn new() -> Self {
        Self { by_hash: HashMap::with_hasher(BuildHasherDefault::new()), count: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.count
    }

    pub(super) fn find(
        &mut self,
        hash: u64,
        is_it: impl Fn(&Slot<K, G, V>) -> bool,
    ) -> Option<&mut Slot<K, G, V>> {
        self.by_hash.get_mut(&hash)?.iter_mut().find(|slot| is_it(slot))
    }

    pub(super) fn add(&mut self, hash: u64, slot: Slot<K, G, V>) {
        self.by_hash.entry(hash).or_default().push(slot);
        self.count += 1;
    }

    pub(super) fn take(
        &mut self,
        hash: u64,
        is_it: impl Fn(&Slot<K, G, V>) -> bool,
    ) -> Option<Slot<K, G, V>> {
        let slots = self.by_hash.get_mut(&hash)?;
        let index = slots.iter().position(is_it)?;
        let slot = slots.swap_remove(index);
        if slots.is_empty() {
            self.by_hash.remove(&hash);
        }
        // mistake a_slot_that_goes_still_counts: self.count -= 1; ~>
        self.count -= 1;
        Some(slot)
    }

    pub(super) fn take_all(&mut self, is_one: impl Fn(&Slot<K, G, V>) -> bool) -> Vec<Slot<K, G, V>> {
        let mut taken = Vec::new();
        self.by_hash.retain(|_, slots| {
            while let Some(index) = slots.iter().position(&is_one) {
                taken.push(slots.swap_remove(index));
            }
            !slots.is_empty()
        });
        self.count -= taken.len();
        taken
    }
}

/// A collection that has [`Slots`] behind a mutex.
pub(super) trait Keyed {
    type Key;
    type Gate;
    type Value;

    /// Calls `change` under the mutex.
    fn with_slots<O>(&self, change: impl FnOnce(&mut Slots<Self::Key, Self::Gate, Self::Value>) -> O) -> O;
}

type SlotOf<C> = Slot<<C as Keyed>::Key, <C as Keyed>::Gate, <C as Keyed>::Value>;

/// The use of a slot, in the collection that `H` refers to.
pub(super) struct Turn<H: Deref<Target: Keyed>> {
    collection: H,
    hash: u64,
    gate: Arc<<H::Target as Keyed>::Gate>,
}

impl<H: Deref<Target: Keyed>> Turn<H> {
    /// A turn at the slot of the key. If there is none, it is made, with this gate.
    pub(super) fn begin(
        collection: H,
        hash: u64,
        key: &<H::Target as Keyed>::Key,
        gate: <H::Target as Keyed>::Gate,
    ) -> Self
    where
        <H::Target as Keyed>::Key: Eq + Clone,
    {
        let gate = Arc::new(gate);
        let slot = Slot { key: key.clone(), gate: Arc::clone(&gate), users: 1, value: None };
        // Not moved into the closure: a comparison may panic, and the slot would be dropped under the mutex.
        let mut new = Some(slot);
        let found = collection.with_slots(|slots| match slots.find(hash, |slot| slot.key == *key) {
            Some(slot) => {
                // mistake users_of_a_slot_are_not_counted: slot.users += 1; ~>
                slot.users += 1;
                Some(Arc::clone(&slot.gate))
            }
            None => {
                if let Some(slot) = new.take() {
                    slots.add(hash, slot);
                }
                None
            }
        });
        // mistake a_newcomer_gets_a_gate_of_its_own: found.unwrap_or(gate) ~> gate
        let turn = Self { collection, hash, gate: found.unwrap_or(gate) };
        // While the turn exists: the drop of a key may panic.
        drop(new);
        turn
    }

    pub(super) const fn gate(&self) -> &Arc<<H::Target as Keyed>::Gate> {
        &self.gate
    }

    pub(super) fn is_at(&self, slot: &SlotOf<H::Target>) -> bool {
        Arc::ptr_eq(&slot.gate, &self.gate)
    }
}

impl<H: Deref<Target: Keyed>> Drop for Turn<H> {
    fn drop(&mut self) {
        let removed = self.collection.with_slots(|slots| {
            let slot = slots.find(self.hash, |slot| self.is_at(slot))?;
            slot.users -= 1;
            // mistake a_slot_in_use_is_removed: slot.users == 0 && slot.value.is_none() ~> slot.value.is_none()
            let unused = slot.users == 0 && slot.value.is_none();
            if unused { slots.take(self.hash, |slot| self.is_at(slot)) } else { None }
        });
        drop(removed);
    }
}
