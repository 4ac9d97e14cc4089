//! Pushing and popping items, waiting for both, and joining.

use core::pin::pin;
use core::task::Poll;

use anywake_core::StaticQueue;

use crate::trial::{A, B, C, Case, Handed, Trial};

pub(crate) const CASES: &[Case] = &[
    ("push-pop-try_push", push_pop),
    ("push-pop-try_pop", push_pop_against_pop),
    ("pop-enqueue", pop_enqueue),
    ("push-enqueue", push_enqueue),
    ("pop-cancel", pop_cancel),
    ("push-cancel", push_cancel),
    ("join-enqueue", join_enqueue),
    ("task_done-task_done", done_against_done),
    ("pops-served", three_waiters_and_a_push),
    ("pushes-served", two_waiters_and_a_pop),
    ("force_push-try_pop", force_push_against_pop),
    ("close-try_push", close_against_push),
];

static ITEMS: StaticQueue<u32, 2> = StaticQueue::new();

/// The item that the handler pushes.
const ITS: u32 = 7;

fn push_its() -> u32 {
    u32::from(ITEMS.try_push(ITS).is_ok())
}

/// The result of `try_pop`, or 0.
fn pop_one() -> u32 {
    ITEMS.try_pop().unwrap_or(0)
}

fn queue_is_empty() {
    assert_eq!((ITEMS.len(), ITEMS.waiters()), (0, 0));
    while ITEMS.unfinished() > 0 {
        ITEMS.task_done().unwrap();
    }
}

fn push_pop(trial: &mut Trial) {
    let (mine, pushed) = trial.run(push_its, || {
        let mut push = pin!(ITEMS.push(1));
        assert!(A.poll(push.as_mut()).is_ready());
        let mut pop = pin!(ITEMS.pop());
        A.poll(pop.as_mut())
    });
    assert_eq!(pushed, 1, "there was room for both");
    let Poll::Ready(Ok(mine)) = mine else { panic!("an item was queued") };
    assert_eq!(mine + pop_one(), 1 + ITS);
    queue_is_empty();
}

fn push_pop_against_pop(trial: &mut Trial) {
    ITEMS.try_push(5).unwrap();
    let (mine, its) = trial.run(pop_one, || {
        let mut push = pin!(ITEMS.push(1));
        assert!(A.poll(push.as_mut()).is_ready());
        ITEMS.try_pop()
    });
    // Two items, two pops.
    assert_eq!(mine.unwrap() + its, 1 + 5);
    queue_is_empty();
}

fn pop_enqueue(trial: &mut Trial) {
    let mut pop = pin!(ITEMS.pop());
    let (first, pushed) = trial.run(push_its, || A.poll(pop.as_mut()));
    assert_eq!(pushed, 1);
    assert_eq!(A.finish(first, pop.as_mut()), Ok(ITS));
    queue_is_empty();
}

fn push_enqueue(trial: &mut Trial) {
    ITEMS.try_push(1).unwrap();
    ITEMS.try_push(2).unwrap();
    let mut push = pin!(ITEMS.push(3));
    let (first, its) = trial.run(pop_one, || A.poll(push.as_mut()));
    assert_eq!(its, 1);
    assert_eq!(A.finish(first, push.as_mut()), Ok(()));
    assert_eq!((pop_one(), pop_one()), (2, 3));
    queue_is_empty();
}

fn pop_cancel(trial: &mut Trial) {
    let mut first = pin!(Some(ITEMS.pop()));
    let mut second = pin!(ITEMS.pop());
    assert!(A.poll(first.as_mut().as_pin_mut().unwrap()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    trial.run(push_its, || first.set(None));
    A.take();
    assert_eq!(B.finish(Poll::Pending, second.as_mut()), Ok(ITS));
    queue_is_empty();
}

fn push_cancel(trial: &mut Trial) {
    ITEMS.try_push(1).unwrap();
    ITEMS.try_push(2).unwrap();
    let mut push = pin!(ITEMS.push(3));
    assert!(A.poll(push.as_mut()).is_pending());
    let (back, its) = trial.run(pop_one, || push.as_mut().cancel());
    A.take();
    assert_eq!((its, pop_one()), (1, 2));
    // The item was either returned or is in the queue.
    assert_eq!(back.unwrap_or(0) + pop_one(), 3);
    queue_is_empty();
}

fn join_enqueue(trial: &mut Trial) {
    ITEMS.try_push(1).unwrap();
    assert_eq!(pop_one(), 1);
    let mut join = pin!(ITEMS.join());
    let handler = || u32::from(ITEMS.task_done().is_ok());
    let (first, done) = trial.run(handler, || A.poll(join.as_mut()));
    assert_eq!(done, 1);
    A.finish(first, join.as_mut());
    queue_is_empty();
}

fn three_waiters_and_a_push(trial: &mut Trial) {
    // Code and handler push one item each: two of the three waiting pops are granted, in order.
    let (mut first, mut second, mut third) = (pin!(ITEMS.pop()), pin!(ITEMS.pop()), pin!(Some(ITEMS.pop())));
    assert!(A.poll(first.as_mut()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    assert!(C.poll(third.as_mut().as_pin_mut().unwrap()).is_pending());
    let (pushed, its) = trial.run(push_its, || ITEMS.try_push(1));
    assert!(pushed.is_ok() && its == 1);
    assert!(!C.take(), "the third pop is not due");
    let one = A.finish(Poll::Pending, first.as_mut()).unwrap();
    let other = B.finish(Poll::Pending, second.as_mut()).unwrap();
    assert_eq!(one + other, 1 + ITS);
    third.set(None);
    queue_is_empty();
}

fn two_waiters_and_a_pop(trial: &mut Trial) {
    ITEMS.try_push(1).unwrap();
    ITEMS.try_push(2).unwrap();
    let (mut first, mut second) = (pin!(ITEMS.push(3)), pin!(ITEMS.push(4)));
    assert!(A.poll(first.as_mut()).is_pending());
    assert!(B.poll(second.as_mut()).is_pending());
    let (mine, its) = trial.run(pop_one, pop_one);
    assert_eq!(mine + its, 1 + 2);
    assert_eq!(A.finish(Poll::Pending, first.as_mut()), Ok(()));
    assert_eq!(B.finish(Poll::Pending, second.as_mut()), Ok(()));
    assert_eq!((pop_one(), pop_one()), (3, 4));
    queue_is_empty();
}

fn force_push_against_pop(trial: &mut Trial) {
    ITEMS.try_push(1).unwrap();
    ITEMS.try_push(2).unwrap();
    let (displaced, its) = trial.run(pop_one, || ITEMS.force_push(3).unwrap());
    assert_eq!(displaced.unwrap_or(0) + its + pop_one() + pop_one(), 1 + 2 + 3);
    queue_is_empty();
}

fn done_against_done(trial: &mut Trial) {
    ITEMS.try_push(1).unwrap();
    ITEMS.try_push(2).unwrap();
    assert_eq!((pop_one(), pop_one()), (1, 2));
    let mut join = pin!(ITEMS.join());
    assert!(A.poll(join.as_mut()).is_pending());
    let done = || u32::from(ITEMS.task_done().is_ok());
    assert_eq!(trial.run(done, done), (1, 1));
    A.finish(Poll::Pending, join.as_mut());
    queue_is_empty();
}

/// The queue of one trial, which closes it.
static GATE: Handed<&'static StaticQueue<u32, 1>> = Handed::new();

fn close_against_push(trial: &mut Trial) {
    let gate = StaticQueue::new();
    // SAFETY: the handler returns before the trial ends, and this queue is dropped only then.
    GATE.put(unsafe { &*(&raw const gate) });
    let handler = || u32::from(GATE.take().unwrap().try_push(ITS).is_ok());
    let mut pop = pin!(gate.pop());
    assert!(A.poll(pop.as_mut()).is_pending());
    let (closed, pushed) = trial.run(handler, || gate.close());
    assert!(closed, "nobody else closes it");
    let popped = A.finish(Poll::Pending, pop.as_mut());
    assert_eq!(popped.is_ok(), pushed == 1, "an item that was pushed is popped");
    assert_eq!(gate.waiters(), 0);
}
