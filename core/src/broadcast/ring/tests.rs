//! Rings with gaps between their positions.

use std::vec::Vec;

use super::{Place, Ring};
use crate::wait::wake::BATCH;

/// A ring of seven places with these positions, which begins at every place in turn.
fn rings(positions: &[u64]) -> impl Iterator<Item = Ring<[Place; 7]>> {
    (0..7).map(move |head| {
        let mut ring = Ring { places: [Place::EMPTY; 7], head, len: 0 };
        for position in positions {
            ring.push(*position, 1);
        }
        ring
    })
}

/// Every row of rising positions below 12 that has at most seven of them.
fn rows() -> impl Iterator<Item = Vec<u64>> {
    (0..1_u32 << 12)
        .filter(|bits| bits.count_ones() <= 7)
        .map(|bits| (0..12).filter(|position| bits >> position & 1 == 1).collect())
}

#[test]
fn the_first_value_at_or_behind_a_position_is_found_whatever_never_had_a_place() {
    let rows = if cfg!(miri) { rows().step_by(97).collect::<Vec<_>>() } else { rows().collect() };
    for row in rows {
        for ring in rings(&row) {
            for position in 0..14 {
                let expected = row.iter().position(|found| *found >= position);
                assert_eq!(ring.find(position), expected.map(|offset| (offset, row[offset])), "{row:?}");
            }
        }
    }
}

#[test]
fn a_recount_is_done_in_batches_and_stops_at_the_first_that_asks_for_it() {
    let mut ring = Ring::new([Place::EMPTY; 3 * BATCH]);
    for position in 0..3 * BATCH as u64 {
        ring.push(position, 1);
    }
    let end = 2 * BATCH as u64 + 1;
    let (mut from, mut sections) = (2, 0);
    while from < end {
        assert_eq!(ring.recount(&mut from, end, |place| core::mem::replace(&mut place.unread, 2) > 1), None);
        sections += 1;
    }
    assert_eq!(sections, 2);
    let counted: Vec<_> = ring.places.iter().map(|place| place.unread).collect();
    assert!(counted.iter().enumerate().all(|(at, unread)| (*unread == 2) == (2..=2 * BATCH).contains(&at)));
    from = 0;
    assert_eq!(ring.recount(&mut from, end, |place| place.position == 1), Some(1));
    assert_eq!(from, 2);
}
