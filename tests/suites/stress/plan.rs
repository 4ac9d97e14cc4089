//! What a storm is made of: everything that its seed decides before it begins.

use crate::rng::Rng;

/// How a storm ends the queue and the semaphore before their work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Close {
    /// It does not.
    Never,
    /// Both are closed, and the queue is drained.
    Early,
    /// Both are closed, and what is queued is dropped.
    EarlyAndNow,
}

/// The size of a storm, and which hazards are in it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub seed: u64,
    /// What each task does before it goes home, consumers and buyers apart: they stay until there is nothing left.
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
    /// How many tasks are cancelled on their way.
    pub cancels: usize,
    /// How many polled futures of each kind may be forgotten, and how many permits.
    pub ghosts: usize,
    pub close: Close,
}

impl Plan {
    /// The hazards follow from the last digits of the seed, so that ten seeds in a row have each of them, together
    /// and alone; the first has none. All the rest is random.
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
            // Up to more than a broadcast wakes at once.
            sleepers: rng.within(2, 24),
            saboteurs: if seed % 2 == 1 { rng.within(1, 3) } else { 0 },
            // What is left by the ghosts must be enough for somebody to go on.
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
        }
    }

    /// The most permits that may be asked for at once.
    pub(crate) fn most_permits(&self) -> usize {
        self.permits - self.ghosts
    }
}
