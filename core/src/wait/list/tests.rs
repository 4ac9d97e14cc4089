//! The list against a `Vec`, in every order of operations on a few entries.

use core::array;
use core::pin::Pin;
use std::boxed::Box;
use std::vec::Vec;

use super::*;

const ENTRIES: usize = 4;
const STEPS: usize = if cfg!(miri) { 4 } else { 7 };

fn entries() -> Pin<Box<[Links; ENTRIES]>> {
    Box::pin(array::from_fn(|_| Links::alone_at(NonNull::dangling())))
}

/// What the list should be, and the check that it is.
struct Checked<'a> {
    entries: &'a [Links; ENTRIES],
    list: List,
    order: Vec<usize>,
}

impl Checked<'_> {
    fn place(&self, entry: usize) -> NonNull<Links> {
        NonNull::from(&self.entries[entry])
    }

    /// Enters if it is out, and leaves if it is in.
    fn toggle(&mut self, entry: usize) {
        let place = self.place(entry);
        match self.order.iter().position(|&other| other == entry) {
            Some(position) => {
                self.order.remove(position);
                // SAFETY: it is in this list, as the reference says.
                unsafe { self.list.remove(place) };
            }
            None => {
                self.order.push(entry);
                // SAFETY: pinned until the test ends, and in no list.
                unsafe { self.list.push_back(place) };
            }
        }
    }

    /// Follows the links both ways, all around.
    fn check(&self) {
        assert_eq!(self.list.is_empty(), self.order.is_empty());
        let order = self.order.iter().map(|&entry| self.place(entry)).collect::<Vec<_>>();
        assert_eq!(self.list.front(), order.first().copied());
        for (at, &place) in order.iter().enumerate() {
            let next = order[(at + 1) % order.len()];
            // SAFETY: linked, and the list is not changed meanwhile.
            assert_eq!(unsafe { Links::next(place) }, next);
            // SAFETY: as for the first one: the entry is linked (L1).
            assert_eq!(unsafe { Links::prev(next) }, place);
        }
    }
}

#[test]
fn every_order_of_entering_and_leaving() {
    let entries = entries();
    for sequence in 0..ENTRIES.pow(STEPS as u32) {
        let mut checked = Checked { entries: &entries, list: List::new(), order: Vec::new() };
        let mut rest = sequence;
        for _ in 0..STEPS {
            checked.toggle(rest % ENTRIES);
            checked.check();
            rest /= ENTRIES;
        }
    }
}

/// A polled future may be forgotten, and its primitive moved.
#[test]
fn a_list_with_entries_may_be_moved() {
    let entries = entries();
    let mut here = Checked { entries: &entries, list: List::new(), order: Vec::new() };
    here.toggle(0);
    here.toggle(1);
    let mut elsewhere = Box::new(here);
    elsewhere.toggle(2);
    elsewhere.toggle(0);
    elsewhere.check();
}
