//! The slots, without values: what each is after every short program of sends, borrows, drops and modifications.

use std::vec::Vec;

use super::{Newest, Slot, State, WatchCore};

/// What happens to a watch.
#[derive(Clone, Copy, Debug)]
enum Step {
    Send,
    Borrow,
    /// Drops the borrow of this index.
    Drop(usize),
    /// Takes the pending value out, to copy it.
    Take,
    /// Brings the value back that was taken first.
    BringBack,
}

/// The slots, and which version is in each.
#[derive(Clone, Debug)]
struct World {
    values: [Option<u64>; 3],
    borrowed: Vec<(Slot, u64)>,
    taken: Vec<u64>,
    last_read: u64,
}

impl World {
    fn write(&mut self, state: &State, slot: Slot, version: Option<u64>) {
        assert_eq!(state.readers[slot as usize], 0, "V3: nobody reads a slot that is written");
        self.values[slot as usize] = version;
    }

    fn step(&mut self, state: &mut State, step: Step) {
        match step {
            Step::Send => {
                let slot = state.advance();
                self.write(state, slot, Some(state.newest));
            }
            Step::Borrow => {
                let pinned = state.pin();
                assert!(pinned.version >= self.last_read, "an older version after a newer one");
                self.last_read = pinned.version;
                self.borrowed.push((pinned.slot, pinned.version));
            }
            Step::Drop(at) => {
                let (slot, _) = self.borrowed.remove(at);
                if let Some(left) = state.unpin(slot) {
                    self.write(state, left, None);
                }
            }
            Step::Take => match state.look_at_newest() {
                Newest::Front(pinned) => self.borrowed.push((pinned.slot, pinned.version)),
                Newest::Pending(pinned) => {
                    assert_eq!(self.values[pinned.slot as usize], Some(pinned.version));
                    self.write(state, pinned.slot, None);
                    self.taken.push(pinned.version);
                }
                Newest::Taken => {}
            },
            Step::BringBack => {
                let version = self.taken.remove(0);
                if let Some(slot) = state.bring_back(version) {
                    self.write(state, slot, Some(version));
                }
            }
        }
        self.check(state);
    }

    fn check(&self, state: &State) {
        assert_eq!(
            self.values[state.front as usize],
            Some(state.visible),
            "V1, V4: the front has its version"
        );
        for (slot, version) in &self.borrowed {
            assert_eq!(self.values[*slot as usize], Some(*version), "V3: what is read stays");
        }
        let others = state.front.others().into_iter().filter(|slot| state.is_read(*slot)).count();
        assert!(others <= 1, "V2: beside the front at most one slot is read");
        let is_pending = state.visible < state.newest;
        assert!(!state.is_taken || is_pending);
        if is_pending && !state.is_taken {
            assert!(others == 1 && state.is_read(state.front), "V2: pending for two that are read");
            assert!(self.values.contains(&Some(state.newest)), "the newest value is not lost");
        }
        if self.borrowed.is_empty() && self.taken.is_empty() {
            assert!(!is_pending, "nobody reads, and the newest value cannot be read");
        }
        let filled = self.values.iter().flatten().count();
        let needed = 1 + others + usize::from(is_pending && !state.is_taken);
        assert_eq!(filled, needed, "V1: no slot keeps a value that nobody needs");
    }
}

/// A copy of a state, which is not `Clone`, since a program has no use for one.
fn copy(state: &State) -> State {
    State { ..*state }
}

fn explore(state: &State, world: &World, steps: usize) -> u64 {
    if steps == 0 {
        return 1;
    }
    let mut possible: Vec<Step> = Vec::from([Step::Send, Step::Borrow, Step::Take]);
    possible.extend((0..world.borrowed.len()).map(Step::Drop));
    possible.extend((!world.taken.is_empty()).then_some(Step::BringBack));
    let programs = possible.into_iter().map(|step| {
        let (mut state, mut world) = (copy(state), world.clone());
        world.step(&mut state, step);
        explore(&state, &world, steps - 1)
    });
    programs.sum()
}

#[test]
fn the_slots_in_all_programs_of_nine_steps() {
    let core = WatchCore::new();
    let state = copy(core.lock().state());
    let world =
        World { values: [Some(1), None, None], borrowed: Vec::new(), taken: Vec::new(), last_read: 0 };
    let steps = if cfg!(miri) { 4 } else { 9 };
    assert!(explore(&state, &world, steps) > 1_000);
}

#[test]
#[should_panic(expected = "counts to 2^32 - 1")]
fn more_borrows_than_a_count_holds_are_refused() {
    let core = WatchCore::new();
    let mut locked = core.lock();
    locked.state_mut().readers[0] = u32::MAX;
    locked.state_mut().pin();
}
