//! Whether two rows differ by more than the noise of their rounds.
//!
//! The rounds of both rows are drawn again, with replacement, [`SAMPLES`] times. Each time the quotient of their figures is
//! taken. The rows differ if 995 of 1000 quotients lie on one side of 1. What is compared is the median on threads. On one
//! thread it is the mean of the fastest quarter of the rounds: the shortest of the drawn rounds is the same in two of
//! three draws, and so tells little of its noise.
//!
//! The rounds say nothing of what is the same in all rounds of a run and differs between two builds or two starts, such as
//! where the code lies. So a difference below [`LEAST`] is a draw, however little the rounds vary.

use crate::harness::{Basis, Figures, Kind, Outcome};

/// How often the rounds are drawn again.
const SAMPLES: usize = 1000;
/// The share of the quotients that lies outside of the interval, on each side.
const TAIL: f64 = 0.005;
/// The least difference that counts, as a share.
pub const LEAST: f64 = 0.02;
/// With fewer rounds everything is a draw.
pub const FEWEST_ROUNDS: usize = 9;

/// What can be said of a row and the one that it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The row is faster, beyond noise.
    Faster,
    /// The difference is within noise.
    Draw,
    /// The row is slower, beyond noise.
    Slower,
}

impl Verdict {
    /// The word in the tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Draw => "draw",
            Self::Slower => "slower",
        }
    }
}

/// Compares two rows. Returns `None` if one of them has no figure.
pub fn compare(row: &Figures, other: &Figures, basis: Basis) -> Option<Verdict> {
    let ratio = row.by(basis) / other.by(basis);
    if !ratio.is_finite() {
        return None;
    }
    let rounds = [finite(&row.nanoseconds), finite(&other.nanoseconds)];
    if (ratio - 1.0).abs() < LEAST || rounds.iter().any(|rounds| rounds.len() < FEWEST_ROUNDS) {
        return Some(Verdict::Draw);
    }
    // The same draws for the same rounds, so that a table can be made again from saved figures.
    let mut random = fastrand::Rng::with_seed(0);
    let mut quotients: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let [a, b] = rounds.map(|rounds| drawn(rounds, basis, &mut random));
            a / b
        })
        .collect();
    quotients.sort_by(f64::total_cmp);
    let outside = (SAMPLES as f64 * TAIL) as usize;
    let (low, high) = (quotients[outside], quotients[SAMPLES - 1 - outside]);
    Some(match ratio {
        ratio if ratio < 1.0 && high < 1.0 => Verdict::Faster,
        ratio if ratio > 1.0 && low > 1.0 => Verdict::Slower,
        _ => Verdict::Draw,
    })
}

/// Compares a row with the rival that its ratio is to, unless it is that rival.
pub fn verdict(outcome: &Outcome, row: &Figures) -> Option<Verdict> {
    let rival = outcome.measure_of(row)?;
    if rival.contender == row.contender { None } else { compare(row, rival, outcome.basis) }
}

/// The rounds that have a figure. Those in which no task waited, in a workload that measures waiting, have none, and are
/// last.
fn finite(rounds: &[f64]) -> &[f64] {
    &rounds[..rounds.partition_point(|value| value.is_finite())]
}

/// The figure of as many rounds as there are, drawn with replacement. `rounds` is in ascending order, so counting how
/// often each was drawn sorts them.
fn drawn(rounds: &[f64], basis: Basis, random: &mut fastrand::Rng) -> f64 {
    let mut times = vec![0_usize; rounds.len()];
    rounds.iter().for_each(|_| times[random.usize(..rounds.len())] += 1);
    let mut ascending =
        rounds.iter().zip(times).flat_map(|(&value, times)| core::iter::repeat_n(value, times));
    match basis {
        Basis::Min => {
            let quarter = rounds.len().div_ceil(4);
            ascending.take(quarter).sum::<f64>() / quarter as f64
        }
        Basis::Median => ascending.nth(rounds.len() / 2).unwrap_or(f64::NAN),
    }
}

/// The rows of ours, counted by what can be said of them and the rival that each is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Faster than the rival.
    pub wins: usize,
    /// Within noise.
    pub draws: usize,
    /// Slower than the rival.
    pub losses: usize,
}

impl Count {
    /// Counts the rows of ours that have a rival and a figure.
    pub fn of(outcomes: &[Outcome]) -> Self {
        let mut count = Self::default();
        for outcome in outcomes {
            for row in outcome.rows.iter().filter(|row| row.kind == Kind::Ours) {
                match verdict(outcome, row) {
                    Some(Verdict::Faster) => count.wins += 1,
                    Some(Verdict::Draw) => count.draws += 1,
                    Some(Verdict::Slower) => count.losses += 1,
                    None => {}
                }
            }
        }
        count
    }
}

impl core::fmt::Display for Count {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { wins, draws, losses } = self;
        let rows = wins + draws + losses;
        write!(f, "{rows} rows of ours: {wins} won, {draws} drawn, {losses} lost.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Order;

    /// A row of 31 rounds about `centre`. Most are a little longer, and a few much: a disturbance only lengthens a round.
    fn row(centre: f64, spread: f64, random: &mut fastrand::Rng) -> Figures {
        let mut nanoseconds: Vec<f64> = (0..31)
            .map(|_| {
                // The sum of twelve has the deviation 1, and is nearly normal.
                let normal = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
                let disturbed = if random.u8(..8) == 0 { 1.0 + random.f64() } else { 1.0 };
                centre * (1.0 + spread * normal) * disturbed
            })
            .collect();
        nanoseconds.sort_by(f64::total_cmp);
        Figures {
            contender: "synthetic".to_owned(),
            kind: Kind::Rival,
            order: Order::Other,
            nanoseconds,
            allocations: 0.0,
            future_bytes: None,
            extras: Vec::new(),
        }
    }

    /// How many of 100 pairs of samples have this verdict.
    fn of_100(shift: f64, spread: f64, basis: Basis, wanted: Verdict) -> usize {
        let mut random = fastrand::Rng::with_seed(7);
        (0..100)
            .filter(|_| {
                let (a, b) = (row(50.0 * shift, spread, &mut random), row(50.0, spread, &mut random));
                compare(&a, &b, basis) == Some(wanted)
            })
            .count()
    }

    #[test]
    fn equal_distributions_are_a_draw() {
        for basis in [Basis::Min, Basis::Median] {
            for spread in [0.01, 0.03, 0.10, 0.30] {
                let draws = of_100(1.0, spread, basis, Verdict::Draw);
                assert!(draws >= 95, "{draws} of 100 with a spread of {spread} by {basis:?}");
            }
        }
    }

    #[test]
    fn a_tenth_more_with_a_spread_of_three_per_cent_is_decided() {
        for basis in [Basis::Min, Basis::Median] {
            assert_eq!(of_100(1.1, 0.03, basis, Verdict::Slower), 100, "{basis:?}");
            assert_eq!(of_100(1.0 / 1.1, 0.03, basis, Verdict::Faster), 100, "{basis:?}");
        }
    }

    #[test]
    fn a_tenth_more_with_a_spread_of_half_is_not_decided() {
        assert!(of_100(1.1, 0.5, Basis::Median, Verdict::Draw) >= 90);
    }

    #[test]
    fn a_difference_of_one_per_cent_is_a_draw_however_steady_the_rounds_are() {
        assert_eq!(of_100(1.01, 0.0001, Basis::Min, Verdict::Draw), 100);
    }

    #[test]
    fn too_few_rounds_decide_nothing_and_no_figure_has_no_verdict() {
        let mut random = fastrand::Rng::with_seed(1);
        let [mut a, b] = [50.0, 100.0].map(|centre| row(centre, 0.01, &mut random));
        a.nanoseconds[20..].fill(f64::NAN);
        assert_eq!(compare(&a, &b, Basis::Min), Some(Verdict::Faster), "twenty rounds have a figure");
        a.nanoseconds.truncate(FEWEST_ROUNDS - 1);
        assert_eq!(compare(&a, &b, Basis::Min), Some(Verdict::Draw));
        a.nanoseconds = vec![f64::NAN; 31];
        assert_eq!(compare(&a, &b, Basis::Min), None);
    }
}
