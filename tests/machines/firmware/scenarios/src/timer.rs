//! Timers, built from an event that a timer interrupt pulses.

use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, ready};
use core::time::Duration;

use anywake_core::event::EventFuture;
use anywake_core::timer::{MissedTicks, interval};
use anywake_core::{Elapsed, Event, Lock, StaticQueue, Timer, Wait};
use embassy_futures::select::{Either, select};
use pin_project_lite::pin_project;

use crate::stage::until;

static TICK: Event = Event::new();
static MILLISECONDS: AtomicUsize = AtomicUsize::new(0);

/// Advances the time by one tick, which counts as a millisecond. A timer interrupt calls this at any rate.
///
/// `set` and then `clear` wake exactly the tasks that wait now.
pub fn on_tick() {
    // Ordering: Relaxed. Only this interrupt handler writes it, and a wait for the event follows each look that is too early.
    MILLISECONDS.store(MILLISECONDS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    TICK.set();
    TICK.clear();
}

/// The clock of the ticks: what a program writes so that every wait can have a deadline.
#[derive(Clone, Copy, Debug)]
pub struct Ticks;

pin_project! {
    /// A sleep of [`Ticks`].
    #[derive(Debug)]
    pub struct Sleep {
        due: Duration,
        #[pin]
        tick: EventFuture<'static>,
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let mut this = self.as_mut().project();
            if Ticks.now() >= *this.due {
                return Poll::Ready(());
            }
            ready!(this.tick.as_mut().poll(context));
            this.tick.set(TICK.wait());
        }
    }
}

impl Timer for Ticks {
    type Instant = Duration;
    type Sleep = Sleep;

    fn now(&self) -> Duration {
        // Ordering: Relaxed, as in `on_tick`.
        Duration::from_millis(MILLISECONDS.load(Ordering::Relaxed) as u64)
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep { due: self.now().saturating_add(duration), tick: TICK.wait() }
    }
}

/// Waits for a number of ticks.
pub async fn sleep(ticks: usize) {
    for _ in 0..ticks {
        TICK.wait().await;
    }
}

/// Returns the output of `future`, or `None` if it is not ready after a number of ticks.
pub async fn timeout<F: Future>(ticks: usize, future: F) -> Option<F::Output> {
    match select(future, sleep(ticks)).await {
        Either::First(output) => Some(output),
        Either::Second(()) => None,
    }
}

pub(crate) async fn timeouts(role: usize) {
    static LOCK: Lock<u32> = Lock::new(0);
    static ITEMS: StaticQueue<u8, 1> = StaticQueue::new();
    static LATE: Event = Event::new();

    match role {
        0 => {
            let owner = LOCK.lock().await;
            LATE.wait().await;
            assert_eq!(LOCK.waiters(), 1, "only role 2 is still waiting");
            drop(owner);
        }
        1 => {
            until(|| LOCK.is_locked()).await;
            assert!(timeout(3, LOCK.lock()).await.is_none());
            until(|| LOCK.waiters() == 1).await;
            LATE.set();
        }
        2 => {
            until(|| LOCK.is_locked()).await;
            *timeout(usize::MAX, LOCK.lock()).await.expect("the owner unlocks") += 1;
        }
        _ => {
            assert_eq!(timeout(2, ITEMS.pop()).await, None);
            assert_eq!(ITEMS.waiters(), 0);
            assert_eq!(timeout(2, ITEMS.push(1)).await, Some(Ok(())));
            assert_eq!(timeout(2, ITEMS.push(2)).await, None);
            assert_eq!(ITEMS.try_pop(), Ok(1), "the push that timed out left nothing in the queue");
            assert!(ITEMS.is_empty());
        }
    }
}

/// An item that exists once.
#[derive(Debug, PartialEq)]
struct Parcel(u8);

pub(crate) async fn deadlines(role: usize) {
    static LOCK: Lock<u32> = Lock::new(0);
    static ITEMS: StaticQueue<Parcel, 1> = StaticQueue::new();
    static LATE: Event = Event::new();
    const SOON: Duration = Duration::from_millis(3);
    const LONG: Duration = Duration::from_secs(1_000_000);

    match role {
        0 => {
            let owner = LOCK.lock().await;
            LATE.wait().within(Ticks, LONG).await.expect("the event is set long before");
            assert_eq!(LOCK.waiters(), 1, "only role 2 is still waiting");
            drop(owner);
        }
        1 => {
            until(|| LOCK.is_locked()).await;
            let begun = Ticks.now();
            assert!(LOCK.lock().within(&Ticks, SOON).await.is_err());
            assert!(Ticks.now() - begun >= SOON);
            until(|| LOCK.waiters() == 1).await;
            LATE.set();
        }
        2 => {
            until(|| LOCK.is_locked()).await;
            *LOCK.lock().within(Ticks, LONG).await.expect("the owner unlocks") += 1;
        }
        _ => {
            assert_eq!(ITEMS.pop().within(Ticks, SOON).await, Err(Elapsed(())));
            assert_eq!(ITEMS.push(Parcel(1)).within(Ticks, SOON).await, Ok(Ok(())));
            let late = ITEMS.push(Parcel(2)).within(Ticks, SOON).await;
            assert_eq!(late, Err(Elapsed(Parcel(2))), "the item comes back");
            assert_eq!((ITEMS.len(), ITEMS.waiters()), (1, 0));
            // One deadline for two waits.
            let deadline = Ticks.now() + SOON;
            assert_eq!(ITEMS.pop().before(Ticks, deadline).await, Ok(Ok(Parcel(1))));
            assert!(ITEMS.pop().before(Ticks, deadline).await.is_err());
            assert!(Ticks.now() >= deadline);

            let mut ticks = interval(Ticks, 2 * SOON);
            ticks.set_missed_ticks(MissedTicks::Skip);
            let first = ticks.tick().await;
            Ticks.sleep(5 * SOON).await;
            assert_eq!(ticks.tick().await - first, 2 * SOON, "it was due meanwhile");
            let rest = ticks.tick().await - first;
            assert!(
                rest >= 6 * SOON && rest.as_millis() % (2 * SOON).as_millis() == 0,
                "it keeps the rhythm"
            );
        }
    }
}
