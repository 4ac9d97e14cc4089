//! The chain against a `VecDeque`, around the ends of blocks, and how many blocks it has.

use std::boxed::Box;
use std::collections::VecDeque;

use super::*;

/// Items on the heap: a tool that watches memory sees one that is lost, doubled or read before it was written.
type Item = Box<usize>;

impl<T> Chain<T> {
    /// The number of blocks in the chain, and whether there is a spare.
    fn blocks(&self) -> (usize, bool) {
        let mut blocks = 0;
        let mut next = self.first;
        while let Some(block) = next {
            blocks += 1;
            // SAFETY: J1, the blocks of the chain are valid.
            let following = unsafe { block.as_ref() }.next;
            assert_eq!(following.is_none(), Some(block) == self.last, "the last block has no next one");
            next = following;
        }
        (blocks, self.spare.is_some())
    }
}

fn push<T>(chain: &mut Chain<T>, item: T) {
    if let Err(item) = chain.push_back(item, 0) {
        let memory = Chain::<T>::allocate().expect("there is memory");
        drop(chain.grow(memory));
        assert!(chain.push_back(item, 0).is_ok(), "there is a place now");
    }
}

/// Every order of operations that begins with `filled` items, of which `taken` are taken.
fn every_order(filled: usize, taken: usize) {
    const STEPS: u32 = if cfg!(miri) { 4 } else { 7 };

    for sequence in 0..3_usize.pow(STEPS) {
        let mut chain = Chain::<Item>::new();
        let mut expected = VecDeque::new();
        for item in 0..filled {
            push(&mut chain, Box::new(item));
            expected.push_back(item);
        }
        for _ in 0..taken {
            assert_eq!(chain.pop_front().map(|item| *item), expected.pop_front());
            drop(chain.take_loose());
        }
        let mut rest = sequence;
        for step in 0..STEPS as usize {
            match rest % 3 {
                0 => {
                    push(&mut chain, Box::new(1000 + step));
                    expected.push_back(1000 + step);
                }
                1 => assert_eq!(chain.pop_front().map(|item| *item), expected.pop_front()),
                _ => assert_eq!(chain.pop_back().map(|item| *item), expected.pop_back()),
            }
            drop(chain.take_loose());
            assert_eq!(chain.len(), expected.len());
            let (blocks, has_spare) = chain.blocks();
            assert_eq!(blocks, (chain.head + chain.len).div_ceil(BLOCK).max(usize::from(blocks > 0)));
            assert!(chain.len > 0 || blocks + usize::from(has_spare) <= 1, "an empty chain keeps one block");
            rest /= 3;
        }
        while let Some(item) = chain.pop_front() {
            assert_eq!(Some(*item), expected.pop_front());
        }
        assert!(expected.is_empty());
    }
}

#[test]
fn every_order_from_nothing() {
    every_order(0, 0);
}

#[test]
fn every_order_around_the_end_of_a_block() {
    every_order(BLOCK - 2, 0);
    every_order(BLOCK, BLOCK - 2);
    every_order(BLOCK + 2, BLOCK - 2);
}

#[test]
fn every_order_around_the_end_of_the_second_block() {
    every_order(2 * BLOCK - 2, BLOCK + 2);
    every_order(2 * BLOCK + 1, BLOCK - 1);
}

#[test]
fn a_chain_without_an_item_has_no_memory() {
    let mut chain = Chain::<Item>::new();
    assert_eq!(chain.blocks(), (0, false));
    assert_eq!((chain.pop_front(), chain.pop_back()), (None, None));
    assert_eq!(chain.push_back(Box::new(1), 0), Err(Box::new(1)), "the item comes back");
}

#[test]
fn memory_goes_when_the_chain_empties() {
    let mut chain = Chain::new();
    (0..10 * BLOCK).for_each(|item| push(&mut chain, item));
    assert_eq!(chain.blocks(), (10, false));
    for item in 0..10 * BLOCK {
        assert_eq!(chain.pop_front(), Some(item));
        drop(chain.take_loose());
        let (blocks, has_spare) = chain.blocks();
        assert_eq!(blocks, (chain.head + chain.len).div_ceil(BLOCK).max(1));
        assert_eq!(has_spare, chain.len > 0 && item + 1 >= BLOCK, "one block is kept");
    }
    assert_eq!(chain.blocks(), (1, false));
}

#[test]
fn two_that_grow_at_once_leave_one_spare() {
    let mut chain = Chain::<u8>::new();
    let [one, other, third] = [(); 3].map(|()| Chain::<u8>::allocate().expect("there is memory"));
    assert!(chain.grow(one).0.is_none());
    assert!(chain.grow(other).0.is_some(), "there is a spare already");
    assert!(chain.push_back(1, 0).is_ok());
    assert_eq!(chain.pop_front(), Some(1));
    assert!(chain.grow(third).0.is_some(), "an empty chain keeps its block");
    assert_eq!(chain.blocks(), (1, false));
}

#[test]
fn a_copy_of_the_first_item() {
    let mut chain = Chain::new();
    assert_eq!(chain.first(), None);
    push(&mut chain, 5);
    push(&mut chain, 6);
    assert_eq!((chain.first(), chain.len()), (Some(5), 2));
    chain.pop_front();
    chain.pop_front();
    assert_eq!(chain.first(), None);
}

#[test]
fn items_without_a_size() {
    let mut chain = Chain::new();
    (0..3 * BLOCK).for_each(|_| push(&mut chain, ()));
    assert_eq!(core::iter::from_fn(|| chain.pop_front()).count(), 3 * BLOCK);
}
