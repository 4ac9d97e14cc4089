//! Tasks that ask a question with the sender of a oneshot, and tasks that answer.

use core::future::IntoFuture as _;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex, PoisonError};

use anywake::oneshot::{Receiver, Sender, channel};
use anywake::{Oneshot, Runtime};

use super::{Presence, maybe_yield, poll_and_forget, survive, wait_with_panicking_waker};
use crate::patience::{Patience, wait_with};
use crate::rng::Rng;
use crate::sabotage;
use crate::world::World;

/// The questions that are not answered yet, and the fates of the answers.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    questions: Mutex<Vec<Sender<Answer>>>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    made: AtomicUsize,
    dropped: AtomicUsize,
    /// Those in the slots of receivers that were forgotten.
    leaked: AtomicUsize,
}

/// An answer. It owns memory, so that a duplicate shows as a double free.
#[derive(Debug)]
struct Answer {
    number: Box<usize>,
    counts: Arc<Counts>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        assert_eq!(*self.number, 42, "an answer was dropped before");
        *self.number = 0;
        self.counts.dropped.fetch_add(1, SeqCst);
    }
}

impl Desk {
    fn question(&self) -> Option<Sender<Answer>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn ask(&self) -> Receiver<Answer> {
        let (sender, receiver) = channel();
        self.questions.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        receiver
    }

    fn answer(&self) -> Answer {
        self.counts.made.fetch_add(1, SeqCst);
        Answer { number: Box::new(42), counts: Arc::clone(&self.counts) }
    }

    /// Asserts that each answer was dropped once.
    pub(crate) fn check(&self) {
        for sender in core::mem::take(&mut *self.questions.lock().unwrap_or_else(PoisonError::into_inner)) {
            // The wakers of those who forgot their question are gone, or wake nobody.
            sabotage::survive(|| drop(sender));
        }
        let counts = [&self.counts.made, &self.counts.dropped, &self.counts.leaked];
        let [made, dropped, leaked] = counts.map(|count| count.load(SeqCst));
        assert!(
            dropped <= made && made - dropped <= leaked,
            "{made} answers, {dropped} dropped, {leaked} leaked"
        );
    }
}

pub(crate) async fn client<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            if rng.once_in(8) {
                return ask_oneself::<R>(world, rng).await;
            }
            let mut receiver = world.desk.ask();
            if world.plan.ghosts > 0 && rng.once_in(64) {
                world.desk.counts.leaked.fetch_add(1, SeqCst);
                poll_and_forget(receiver.into_future());
                return;
            }
            if world.plan.saboteurs > 0 && rng.once_in(8) {
                drop(wait_with_panicking_waker::<R, _>(receiver.recv(), rng).await);
            }
            // Nobody may be left to answer, so no wait is without a limit.
            let first = wait_with::<R, _>(receiver.recv(), Patience::limited(rng)).await;
            if rng.once_in(4) {
                receiver.close();
            }
            maybe_yield::<R>(rng).await;
            let again = receiver.try_recv();
            assert!(!(matches!(first, Ok(Ok(_))) && again.is_ok()), "one question was answered twice");
        })
        .await;
    }
}

/// Rounds in one slot, without the desk. Some answers are received, and some are dropped with their receiver.
async fn ask_oneself<R: Runtime>(world: &World, rng: &mut Rng) {
    let mut slot = Oneshot::new();
    for _ in 0..3 {
        let (sender, mut receiver) = slot.split();
        assert!(
            wait_with::<R, _>(receiver.recv(), Patience::limited(rng)).await.is_err(),
            "nothing was sent"
        );
        if rng.once_in(4) {
            drop(receiver);
            assert!(sender.send(world.desk.answer()).is_err());
            continue;
        }
        assert!(sender.send(world.desk.answer()).is_ok());
        maybe_yield::<R>(rng).await;
        if rng.once_in(2) {
            assert!(receiver.await.is_ok());
        }
    }
}

pub(crate) async fn answerer<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            let Some(sender) = world.desk.question() else { return R::default().yield_now().await };
            match rng.below(8) {
                0 => drop(sender),
                1 => drop(wait_with::<R, _>(sender.closed(), Patience::limited(rng)).await),
                _ => {
                    let was_closed = sender.is_closed();
                    let answer = world.desk.answer();
                    let mut is_sent = true;
                    // If the waker of the client panics, the answer was sent.
                    sabotage::survive(|| is_sent = sender.send(answer).is_ok());
                    assert!(!(was_closed && is_sent), "an answer was sent to a client that had gone");
                }
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}
