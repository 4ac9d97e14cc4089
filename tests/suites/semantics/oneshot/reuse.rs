//! A slot that is split again and again, also if the ends of a round were forgotten.

use core::future::IntoFuture as _;

use anywake_core::oneshot::TryRecvError;
use anywake_core::{Closed, Lock, Oneshot};
use anywake_tests::{CountingWaker, Drops, Task, assert_pending, queued};

#[test]
fn a_slot_serves_round_after_round() {
    let mut slot = Oneshot::new();
    for round in 0..5 {
        let (sender, receiver) = slot.split();
        let mut wait = queued(receiver.into_future());
        sender.send(round).unwrap();
        assert_eq!(wait.ready(), Ok(round));
    }
}

#[test]
fn a_new_pair_of_ends_knows_nothing_of_the_last_one() {
    let mut slot = Oneshot::new();
    for end in 0..4 {
        {
            let (sender, mut receiver) = slot.split();
            match end {
                0 => drop(sender),
                1 => drop(receiver),
                2 => sender.send(1).unwrap(),
                _ => receiver.close(),
            }
        }
        let (sender, mut receiver) = slot.split();
        assert!(!sender.is_closed());
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        sender.send(2).unwrap();
        assert_eq!(receiver.try_recv(), Ok(2));
    }
}

#[test]
fn a_value_that_a_forgotten_receiver_left_is_dropped_by_the_next_split() {
    let drops = Drops::new();
    let mut slot = Oneshot::new();
    let (sender, receiver) = slot.split();
    sender.send(drops.item(1)).unwrap();
    core::mem::forget(receiver);
    assert_eq!(drops.count(), 0);
    let (sender, mut receiver) = slot.split();
    assert_eq!(drops.count(), 1);
    assert!(receiver.try_recv().is_err());
    sender.send(drops.item(2)).unwrap();
    core::mem::forget(receiver);
    drop(slot);
    assert_eq!(drops.count(), 2, "or by the drop of the slot");
}

#[test]
fn promise_7_forgotten_ends_with_their_waits_do_not_disturb_the_next_round() {
    let mut slot = Oneshot::<u32>::new();
    let waker = CountingWaker::new();
    {
        let (sender, receiver) = slot.split();
        let mut closed = Task::with_waker(sender.closed(), waker.clone());
        assert_pending!(closed.poll());
        let mut wait = Task::with_waker(receiver.into_future(), waker.clone());
        assert_pending!(wait.poll());
        closed.forget();
        wait.forget();
        core::mem::forget(sender);
    }
    let (sender, receiver) = slot.split();
    assert_eq!(sender.waiters(), 0);
    let mut closed = queued(sender.closed());
    drop(receiver);
    closed.ready();
    assert_eq!(waker.wakes(), 0);
}

#[cfg(not(feature = "local"))]
#[test]
fn a_slot_in_a_static_is_used_by_the_guard_of_a_lock() {
    static SLOT: Lock<Oneshot<u32>> = Lock::new(Oneshot::new());
    for round in 0..2 {
        let mut slot = SLOT.try_lock().unwrap();
        let (sender, receiver) = slot.split();
        std::thread::scope(|scope| {
            scope.spawn(move || sender.send(round).unwrap());
        });
        assert_eq!(Task::new(receiver.into_future()).ready(), Ok(round));
    }
}

#[cfg(not(feature = "local"))]
#[test]
fn ends_of_a_static_borrow_can_be_sent_to_a_thread() {
    let slot: &'static mut Oneshot<u32> = Box::leak(Box::new(Oneshot::new()));
    let (sender, receiver) = slot.split();
    let answer = std::thread::spawn(move || anywake_tests::block_on(receiver.into_future()));
    sender.send(7).unwrap();
    assert_eq!(answer.join().unwrap(), Ok(7));
}

#[test]
fn a_slot_may_move_between_two_rounds() {
    let mut slot = Oneshot::new();
    core::mem::forget(queued(slot.split().1.into_future()));
    let mut moved = Box::new(slot);
    let (sender, receiver) = moved.split();
    drop::<anywake_core::oneshot::BorrowedSender<'_, u32>>(sender);
    assert_eq!(Task::new(receiver.into_future()).ready(), Err(Closed));
}
