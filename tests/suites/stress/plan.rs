//! The plan of a storm: all that the seed decides before it begins.

use crate::rng::Rng;

/// How a storm ends the queue and the semaphore before their work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Close {
    /// Neither is closed early.
    Never,
    /// Both are closed, and the queue is drained.
    Early,
    /// Both are closed, and the queued items are dropped.
    EarlyAndNow,
}

/// The size of a storm, and its hazards.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub seed: u64,
    /// The number of steps of each task. Consumers and buyers go on until nothing is left.
    pub steps: usize,
    pub visitors: usize,
    pub producers: usize,
    pub consumers: usize,
    pub sellers: usize,
    pub buyers: usize,
    pub sleepers: usize,
    pub saboteurs: usize,
    pub permits: usize,
    pub bounded: bool,
    pub bypass: u16,
    pub capacity: usize,
    /// The number of tasks to cancel.
    pub cancels: usize,
    /// The number of polled futures of each kind that may be forgotten, and of permits.
    pub ghosts: usize,
    pub close: Close,
    /// How many complete a round of the barrier. A few more tasks take part.
    pub parties: usize,
    pub librarians: usize,
}

impl Plan {
    /// The hazards depend on simple remainders of the seed, so that ten consecutive seeds have each of them, alone and
    /// with others. Seed 0 has none. All other values are random.
    pub(crate) fn of(seed: u64) -> Self {
        let mut rng = Rng::new(seed, 0);
        let ghosts = if seed % 3 == 1 { rng.within(1, 3) } else { 0 };
        Self {
            seed,
            steps: rng.within(100, 400),
            visitors: rng.within(2, 10),
            producers: rng.within(1, 4),
            consumers: rng.within(1, 4),
            sellers: rng.within(1, 3),
            buyers: rng.within(1, 5),
            // Up to more than one batch of a broadcast.
            sleepers: rng.within(2, 24),
            saboteurs: if seed % 2 == 1 { rng.within(1, 3) } else { 0 },
            // At least one permit remains when the ghosts have lost theirs.
            permits: ghosts + rng.within(1, 5),
            bounded: rng.once_in(2),
            bypass: rng.pick(&[0, 0, 1, 3, 1000]),
            capacity: rng.within(1, 6),
            cancels: if seed % 4 >= 2 { rng.within(1, 8) } else { 0 },
            ghosts,
            close: match seed % 5 {
                3 => Close::Early,
                4 => Close::EarlyAndNow,
                _ => Close::Never,
            },
            // Up to more than one batch, too.
            parties: rng.within(2, 20),
            librarians: rng.within(2, 8),
        }
    }

    /// The largest request for permits.
    pub(crate) fn most_permits(&self) -> usize {
        self.permits - self.ghosts
    }
}
