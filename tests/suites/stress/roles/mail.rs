//! Tasks that write letters into a box without a bound, and carry them over a counter with slack.

use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::SeqCst;

use anywake::{
    Queue, Runtime,
    queue::{SlackQueue, UnboundedQueue},
};

use super::{Presence, maybe_yield, survive, wait_with_panicking_waker};
use crate::patience::{Patience, wait_with};
use crate::rng::Rng;

const CAPACITY: usize = 1;
const SLACK: usize = 2;

/// Letters are numbers. What is sent is in the box, on the counter, or received.
#[derive(Debug)]
pub(crate) struct Mail {
    inbox: UnboundedQueue<u64>,
    counter: SlackQueue<u64>,
    sent: AtomicU64,
    received: AtomicU64,
}

impl Mail {
    pub(crate) fn new() -> Self {
        Self {
            inbox: Queue::unbounded(),
            counter: Queue::with_slack(CAPACITY, SLACK).expect("there is memory for three items"),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
        }
    }

    /// Asserts that no letter is lost or doubled.
    pub(crate) fn check(&self) {
        assert_eq!((self.inbox.waiters(), self.counter.waiters()), (0, 0), "no task waits for a letter");
        let left = core::iter::from_fn(|| self.inbox.try_pop().or_else(|_| self.counter.try_pop()).ok());
        let left: u64 = left.sum();
        assert_eq!(
            left + self.received.load(SeqCst),
            self.sent.load(SeqCst),
            "each letter is somewhere, and only there"
        );
    }

    fn write(&self, letter: u64) {
        self.sent.fetch_add(letter, SeqCst);
        self.inbox.push_now(letter).expect("the box is open");
    }

    /// Puts a letter on the counter, or back into the box.
    fn carry(&self, letter: u64) {
        assert!(self.counter.len() <= CAPACITY + SLACK, "never more than capacity and slack");
        if let Err(full) = self.counter.try_push(letter) {
            self.inbox.push_now(full.into_inner()).expect("the box is open");
        }
    }
}

pub(crate) async fn clerk<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let mail = &world.mail;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            match rng.below(3) {
                0 => (0..rng.below(50)).for_each(|_| mail.write(1 + rng.below(1000) as u64)),
                1 => {
                    // Without a limit the last clerks would wait for each other.
                    let patience = Patience::limited(rng);
                    if let Ok(letter) = wait_with::<R, _>(mail.inbox.pop(), patience).await {
                        mail.carry(letter.expect("the box is open"));
                    }
                }
                _ if world.plan.saboteurs > 0 && rng.once_in(8) => {
                    let taken = wait_with_panicking_waker::<R, _>(mail.counter.pop(), rng).await;
                    let letter = taken.map_or(0, |letter| letter.expect("the counter is open"));
                    mail.received.fetch_add(letter, SeqCst);
                }
                _ => {
                    let taken = wait_with::<R, _>(mail.counter.pop(), Patience::limited(rng)).await;
                    let letter = taken.map_or(0, |letter| letter.expect("the counter is open"));
                    mail.received.fetch_add(letter, SeqCst);
                }
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}
