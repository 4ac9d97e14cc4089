//! [`interval`]: ticks at a fixed rate.

use core::fmt;
use core::time::Duration;

use super::{Timer, sleep_until};

/// Returns an [`Interval`] whose first tick is due at once, and then one after each `period`.
///
/// If a tick comes late, the next ones follow [`MissedTicks::Burst`], unless
/// [`set_missed_ticks`](Interval::set_missed_ticks) says otherwise.
///
/// # Panics
///
/// If `period` is zero.
///
/// # Examples
///
/// ```
/// # use anywake_core as anywake;
/// # use anywake::doctest::Clock;
/// use anywake::{Timer, timer::interval};
/// use core::time::Duration;
///
/// # anywake::doctest::block_on(async {
/// let begun = Clock.now();
/// let mut ticks = interval(Clock, Duration::from_millis(5));
/// ticks.tick().await;
/// ticks.tick().await;
/// ticks.tick().await;
/// assert!(Clock.now() - begun >= Duration::from_millis(10));
/// # });
/// ```
#[doc(alias("ticker", "every", "periodic"))]
pub fn interval<T: Timer>(timer: T, period: Duration) -> Interval<T> {
    assert!(!period.is_zero(), "an interval needs a period that is not zero");
    Interval { due: timer.now(), timer, period, missed: MissedTicks::Burst }
}

/// What an [`Interval`] does after a tick that came late, because the task was busy elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissedTicks {
    /// Makes up for the missed ticks: they follow at once, until the interval is on time again. No tick is lost.
    #[default]
    Burst,
    /// Counts the period from the late tick on: two ticks are never closer than a period.
    Delay,
    /// Leaves the missed ticks out, and goes on with the next one of the original rhythm.
    Skip,
}

/// Ticks at a fixed rate, made by [`interval`].
///
/// It is a plain value: between two ticks it holds no timer, so it may be kept for long and moved.
#[must_use = "an interval does nothing unless its ticks are awaited"]
pub struct Interval<T: Timer> {
    timer: T,
    period: Duration,
    /// When the next tick is due.
    due: T::Instant,
    missed: MissedTicks,
}

impl<T: Timer> Interval<T> {
    /// Waits for the next tick and returns when it was due. A tick that is due already does not wait.
    ///
    /// # Cancel safety
    ///
    /// A tick that is given up is not lost: the next call waits for the same one.
    ///
    /// # Panics
    ///
    /// If the time of the tick after this one is out of the clock's range.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::doctest::Clock;
    /// use anywake::timer::interval;
    /// use core::time::Duration;
    ///
    /// # anywake::doctest::block_on(async {
    /// let mut ticks = interval(Clock, Duration::from_millis(5));
    /// let first = ticks.tick().await;
    /// assert_eq!(ticks.tick().await - first, Duration::from_millis(5));
    /// # });
    /// ```
    pub async fn tick(&mut self) -> T::Instant {
        sleep_until(&self.timer, self.due).await;
        let due = self.due;
        self.due = self.after(due);
        due
    }

    /// When the tick after that of `due` is due, seen from now.
    fn after(&self, due: T::Instant) -> T::Instant {
        let (now, next) = (self.timer.now(), due + self.period);
        if now <= next {
            return next;
        }
        match self.missed {
            MissedTicks::Burst => next,
            MissedTicks::Delay => now + self.period,
            MissedTicks::Skip => {
                let beyond = (now - due).as_nanos() % self.period.as_nanos();
                // Less than the period, whose nanoseconds fit into a `Duration`.
                let beyond = Duration::new(
                    (beyond / 1_000_000_000) as u64,
                    // mistake a_skipped_tick_loses_the_rhythm: (beyond % 1_000_000_000) as u32 ~> 0
                    (beyond % 1_000_000_000) as u32,
                );
                now + (self.period - beyond)
            }
        }
    }

    /// Moves the next tick to one period from now.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::doctest::Clock;
    /// use anywake::{Timer, timer::interval};
    /// use core::time::Duration;
    ///
    /// # anywake::doctest::block_on(async {
    /// let mut ticks = interval(Clock, Duration::from_millis(5));
    /// // Without a tick at the beginning.
    /// let begun = Clock.now();
    /// ticks.reset();
    /// assert!(ticks.tick().await - begun >= Duration::from_millis(5));
    /// # });
    /// ```
    pub fn reset(&mut self) {
        self.due = self.timer.now() + self.period;
    }

    /// Sets what happens after a tick that came late.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::doctest::Clock;
    /// use anywake::{Timer, timer::{MissedTicks, interval, sleep_until}};
    /// use core::time::Duration;
    ///
    /// # anywake::doctest::block_on(async {
    /// let mut ticks = interval(Clock, Duration::from_millis(500));
    /// ticks.set_missed_ticks(MissedTicks::Skip);
    /// let first = ticks.tick().await;
    /// sleep_until(Clock, first + Duration::from_millis(1200)).await;
    /// // The tick that was due meanwhile comes late, and the one at 1000 is left out.
    /// assert_eq!(ticks.tick().await - first, Duration::from_millis(500));
    /// assert_eq!(ticks.tick().await - first, Duration::from_millis(1500));
    /// # });
    /// ```
    pub fn set_missed_ticks(&mut self, missed: MissedTicks) {
        self.missed = missed;
    }

    /// Returns the time between two ticks.
    ///
    /// # Examples
    ///
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::doctest::Clock;
    /// use anywake::timer::interval;
    /// use core::time::Duration;
    ///
    /// assert_eq!(interval(Clock, Duration::from_secs(1)).period(), Duration::from_secs(1));
    /// ```
    #[must_use]
    pub fn period(&self) -> Duration {
        self.period
    }
}

impl<T: Timer> fmt::Debug for Interval<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interval")
            .field("period", &self.period)
            .field("due", &self.due)
            .field("missed", &self.missed)
            .finish_non_exhaustive()
    }
}
