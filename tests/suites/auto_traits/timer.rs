//! What deadlines and ticks are made of. They have no more traits than what they hold.

use core::future::{Ready, ready};
use core::time::Duration;

#[cfg(not(feature = "local"))]
use anywake::event::EventFuture;
use anywake::timer::{Elapsed, Interval, MissedTicks, Timer, Until};

use crate::probe::Row;

/// A clock that stands still.
struct Clock;

impl Timer for Clock {
    type Instant = Duration;
    type Sleep = Ready<()>;

    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> Ready<()> {
        ready(())
    }
}

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        Elapsed: Elapsed<P> => "SYU S-U --U -YU SY-";
        Until: Until<P, Ready<()>> => "SYU S-U --U -YU SY-";
    };
    table.extend(plain_rows! {
        Interval: Interval<Clock> => "SYU";
        MissedTicks: MissedTicks => "SYU";
    });
    #[cfg(not(feature = "local"))]
    table.extend(rows! {
        Until: Until<EventFuture<'static>, P> => "SY- S-- --- -Y- SY-";
    });
    table
}
