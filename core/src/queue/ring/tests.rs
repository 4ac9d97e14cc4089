//! The ring against a `VecDeque`, in every order of operations on a few slots.

use std::boxed::Box;
use std::collections::VecDeque;

use super::*;

const STEPS: u32 = if cfg!(miri) { 6 } else { 9 };

/// Items on the heap: a tool that watches memory sees one that is lost, doubled or read before it was written.
type Item = Box<u32>;

fn every_order<const N: usize>() {
    for sequence in 0..3_u32.pow(STEPS) {
        let mut ring = Ring::new([const { MaybeUninit::<Item>::uninit() }; N]);
        let mut expected = VecDeque::new();
        let mut rest = sequence;
        for step in 0..STEPS {
            match rest % 3 {
                0 => {
                    let pushed = ring.push_back(Box::new(step), 0);
                    if expected.len() < N {
                        expected.push_back(step);
                        assert_eq!(pushed, Ok(()));
                    } else {
                        assert_eq!(pushed, Err(Box::new(step)), "the item comes back");
                    }
                }
                1 => assert_eq!(ring.pop_front().map(|item| *item), expected.pop_front()),
                _ => assert_eq!(ring.pop_back().map(|item| *item), expected.pop_back()),
            }
            assert_eq!((ring.len(), ring.capacity()), (expected.len(), N));
            rest /= 3;
        }
        while let Some(item) = ring.pop_front() {
            assert_eq!(Some(*item), expected.pop_front());
        }
        assert!(expected.is_empty());
    }
}

#[test]
fn every_order_on_one_slot() {
    every_order::<1>();
}

#[test]
fn every_order_on_two_slots() {
    every_order::<2>();
}

#[test]
fn every_order_on_three_slots() {
    every_order::<3>();
}

#[test]
#[cfg(feature = "alloc")]
fn slots_on_the_heap() {
    let mut ring = Ring::new(boxed_slots(2).unwrap());
    ring.push_back("one", 0).unwrap();
    ring.push_back("two", 0).unwrap();
    assert_eq!(ring.push_back("three", 0), Err("three"));
    assert_eq!((ring.pop_front(), ring.pop_front(), ring.pop_front()), (Some("one"), Some("two"), None));
    assert_eq!(boxed_slots::<u8>(0).unwrap_err(), CapacityError::Zero);
    assert_eq!(boxed_slots::<()>(MAX_CAPACITY + 1).unwrap_err(), CapacityError::TooLarge);
    assert_eq!(boxed_slots::<u64>(MAX_CAPACITY).unwrap_err(), CapacityError::TooLarge);
}

#[test]
#[cfg(feature = "alloc")]
fn items_without_a_size_in_the_largest_ring() {
    let mut ring = Ring::new(boxed_slots(MAX_CAPACITY).unwrap());
    for _ in 0..3 {
        ring.push_back((), 0).unwrap();
        ring.push_back((), 0).unwrap();
        assert_eq!(ring.pop_front(), Some(()));
    }
    assert_eq!((ring.len(), ring.capacity::<()>()), (3, MAX_CAPACITY));
}
