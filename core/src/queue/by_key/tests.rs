//! The heap against a sorted list, in every order of operations on a few slots and a few keys.

use std::boxed::Box;
use std::vec::Vec;

use super::*;

const STEPS: u32 = if cfg!(miri) { 4 } else { 7 };

/// Items on the heap: a tool that watches memory sees one that is lost, doubled or read before it was written.
type Item = Keyed<Box<u32>, u8>;

fn numbers(item: Item) -> (u8, u32) {
    (item.key, *item.item)
}

/// Where an item belongs in the sorted list: behind all of the same key.
fn place(sorted: &[(u8, u32)], key: u8) -> usize {
    sorted.partition_point(|(other, _)| *other <= key)
}

fn every_order<const N: usize>(filled: u32) {
    // Three keys to push, a forced push of the middle one, and two ways to pop.
    for sequence in 0..6_u32.pow(STEPS) {
        let mut heap = Heap::<Box<u32>, u8, N>::new();
        let mut sorted = Vec::new();
        let mut rest = sequence;
        for step in 0..filled + STEPS {
            let choice = if step < filled { step * step % 3 } else { rest % 6 };
            if step >= filled {
                rest /= 6;
            }
            let key = choice as u8;
            match choice {
                0..=2 => {
                    let pushed = heap.push_back(Keyed { key, item: Box::new(step) }, 0);
                    assert_eq!(pushed.is_ok(), sorted.len() < N, "the item comes back if there is no slot");
                    if pushed.is_ok() {
                        sorted.insert(place(&sorted, key), (key, step));
                    }
                }
                3 => {
                    let displaced = heap.displace(Keyed { key: 1, item: Box::new(step) });
                    let Ok((displaced, kept)) = displaced else {
                        assert!(sorted.is_empty());
                        continue;
                    };
                    sorted.insert(place(&sorted, 1), (1, step));
                    assert_eq!(Some(numbers(displaced)), sorted.pop());
                    heap.push_back(kept, 0).unwrap();
                }
                4 => {
                    assert_eq!(heap.pop_front().map(numbers), (!sorted.is_empty()).then(|| sorted.remove(0)))
                }
                _ => assert_eq!(heap.pop_back().map(numbers), sorted.pop()),
            }
            assert_eq!((heap.len(), heap.slots()), (sorted.len(), N));
        }
        for expected in sorted {
            assert_eq!(heap.pop_front().map(numbers), Some(expected));
        }
        assert!(heap.pop_front().is_none() && heap.pop_back().is_none());
    }
}

#[test]
fn every_order_on_one_slot() {
    every_order::<1>(0);
}

#[test]
fn every_order_on_three_slots() {
    every_order::<3>(0);
}

#[test]
fn every_order_on_eight_slots_of_which_six_are_taken() {
    every_order::<8>(6);
}

#[test]
fn many_items_come_out_sorted_and_equal_keys_in_their_order() {
    let mut heap = Heap::<u32, u8, 100>::new();
    let mut sorted = Vec::new();
    let mut key = 1_u32;
    for step in 0..100 {
        key = key * 37 % 101;
        let short = (key % 7) as u8;
        heap.push_back(Keyed { key: short, item: step }, 0).unwrap();
        sorted.insert(sorted.partition_point(|(other, _)| *other <= short), (short, step));
    }
    assert!(heap.push_back(Keyed { key: 0, item: 0 }, 0).is_err());
    for (place, expected) in sorted.into_iter().enumerate() {
        assert_eq!(heap.first().map(|first| (first.key, first.item)), Some(expected));
        let popped = heap.pop_front().unwrap();
        assert_eq!((popped.key, popped.item), expected, "item {place}");
    }
    assert_eq!(heap.first(), None);
}

#[test]
fn slots_are_held_back() {
    let mut heap = Heap::<(), i8, 3>::new();
    heap.push_back(Keyed { key: -1, item: () }, 2).unwrap();
    assert!(heap.push_back(Keyed { key: -1, item: () }, 2).is_err());
    heap.push_back(Keyed { key: -2, item: () }, 1).unwrap();
    assert_eq!(heap.pop_front().unwrap().key, -2);
}

/// The last entry takes the place of the one that is removed, below a parent that comes after it.
#[test]
fn a_leaf_that_is_removed_is_replaced_in_order() {
    let mut heap = Heap::<(), u8, 7>::new();
    for key in [0, 5, 1, 6, 7, 2, 3] {
        heap.push_back(Keyed { key, item: () }, 0).unwrap();
    }
    assert_eq!(heap.pop_back().unwrap().key, 7);
    let keys: Vec<_> = core::iter::from_fn(|| heap.pop_front()).map(|keyed| keyed.key).collect();
    assert_eq!(keys, [0, 1, 2, 3, 5, 6]);
}
