//! Tasks that hand one notification from each to the next, and tasks that wait for pulses.

use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::SeqCst;
use core::task::{Context, Poll};

use anywake::{Notify, Runtime, Wait, notify::NotifiedFuture};

use super::{Presence, maybe_yield, poll_and_forget, survive, wait_with_panicking_waker};
use crate::patience::{Patience, wait_with};
use crate::rng::Rng;
use crate::sabotage;

/// A baton, which is one notification, and pulses.
#[derive(Debug)]
pub(crate) struct Relay {
    baton: Notify,
    /// The number of tasks that have the baton.
    running: AtomicUsize,
    pulse: Notify,
    /// The pulses that have begun, and those that have ended.
    begun: AtomicUsize,
    ended: AtomicUsize,
}

impl Relay {
    pub(crate) fn new() -> Self {
        let baton = Notify::new();
        baton.notify_one();
        let [running, begun, ended] = [const { AtomicUsize::new(0) }; 3];
        Self { baton, running, pulse: Notify::new(), begun, ended }
    }

    /// Asserts that the one notification is there, once, and that pulses end all waits.
    pub(crate) fn check(&self) {
        assert_eq!(self.running.load(SeqCst), 0, "no task has the baton");
        assert_eq!(self.baton.waiters(), 0, "no task waits for the baton");
        assert!(Box::pin(self.baton.notified()).as_mut().enable(), "the baton was lost");
        // The wait was dropped: the baton is stored again.
        let mut first = Box::pin(self.baton.notified());
        assert!(first.as_mut().enable(), "the baton was lost with a wait");
        assert!(!Box::pin(self.baton.notified()).as_mut().enable(), "there are two batons");
        // Waits that were forgotten after the last pulse are still queued.
        self.pulse.notify_waiters();
        assert_eq!(self.pulse.waiters(), 0, "a pulse ends all waits");
    }
}

/// The baton in a task's hand. Its drop passes the baton on.
struct Baton<'a>(&'a Relay);

impl<'a> Baton<'a> {
    fn taken(relay: &'a Relay) -> Self {
        assert_eq!(relay.running.fetch_add(1, SeqCst), 0, "two tasks have the baton");
        Self(relay)
    }
}

impl Drop for Baton<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, SeqCst);
        self.0.baton.notify_one();
    }
}

pub(crate) async fn carrier<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let relay = &world.relay;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            let taken = if world.plan.saboteurs > 0 && rng.once_in(8) {
                wait_with_panicking_waker::<R, _>(relay.baton.notified(), rng).await.is_some()
            } else {
                wait_with::<R, _>(relay.baton.notified(), Patience::random(rng)).await.is_ok()
            };
            if taken {
                let _baton = Baton::taken(relay);
                maybe_yield::<R>(rng).await;
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

/// A wait for a pulse. No pulse that begins after it may end before it.
struct Listening<'a> {
    relay: &'a Relay,
    wait: Pin<Box<NotifiedFuture<'a>>>,
    /// The pulses that had begun when this wait had.
    begun: Option<usize>,
}

impl<'a> Listening<'a> {
    fn to(relay: &'a Relay) -> Self {
        Self { relay, wait: Box::pin(relay.pulse.notified()), begun: None }
    }
}

impl Future for Listening<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let relay = self.relay;
        if self.begun.is_none() {
            self.wait.as_mut().enable();
            self.begun = Some(relay.begun.load(SeqCst));
        }
        let ended = relay.ended.load(SeqCst);
        let polled = self.wait.as_mut().poll(context);
        assert!(polled.is_ready() || Some(ended) <= self.begun, "a pulse has ended without this wait");
        polled
    }
}

impl Wait for Listening<'_> {
    type Returned = ();

    fn give_up(self: Pin<&mut Self>) -> Result<(), ()> {
        Err(())
    }
}

pub(crate) async fn listener<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            if world.plan.ghosts > 0 && rng.once_in(64) {
                poll_and_forget(world.relay.pulse.notified());
            }
            // Without a limit it might begin after the last pulse.
            drop(wait_with::<R, _>(Listening::to(&world.relay), Patience::limited(rng)).await);
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

pub(crate) async fn pulser<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let relay = &world.relay;
    for _ in 0..world.plan.steps {
        let pulse = relay.begun.fetch_add(1, SeqCst) + 1;
        // If a waker panics, all others have been woken nevertheless.
        sabotage::survive(|| relay.pulse.notify_waiters());
        relay.ended.store(pulse, SeqCst);
        maybe_yield::<R>(&mut rng).await;
        R::default().yield_now().await;
    }
}
