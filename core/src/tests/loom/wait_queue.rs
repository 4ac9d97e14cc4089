//! Models of the protocol alone, with the simplest of policies: a heap of tokens.

#![allow(dead_code, private_interfaces, unreachable_pub, reason = "the macro stamps what crates export")]

use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Waker;
use std::sync::Arc;
use std::task::Wake;

use super::{Shared, block_on, join, model, own, poll, queued, queued_for, spawn, write_and};
use crate::wait::future::{Wait, wait_futures};
use crate::wait::handle::Primitive;
use crate::wait::list::List;
use crate::wait::policy::{Look, Policy};
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::Verdict;
use crate::wait::waiter::{ListOf, Waiter};
use crate::wait::wake::Served;

// SAFETY: W6, it is the only list of `Tokens`, and its requests are `()`.
const TAKERS: ListOf<()> = unsafe { ListOf::new(0) };

struct Tokens(WaitQueue<Self>);

impl Core for Tokens {
    type Word = ();
    type State = usize;
    type Lists = [List; 1];

    fn queue(&self) -> &WaitQueue<Self> {
        &self.0
    }
}

impl Primitive for Tokens {
    type Core = Self;

    fn core(&self) -> &Self {
        self
    }
}

impl Tokens {
    fn new(tokens: usize) -> Arc<Self> {
        Arc::new(Self(WaitQueue::new((), tokens, [List::new()])))
    }

    fn take(&self) -> Taking<'_> {
        Taking::over(Wait::new(self, ()))
    }

    fn put(&self, n: usize) {
        let mut locked = self.0.lock();
        *locked.state_mut() += n;
        serve(locked);
    }

    fn assert_left(&self, tokens: usize) {
        let locked = self.0.lock();
        assert_eq!((*locked.state(), locked.count()), (tokens, 0));
        assert!(locked.is_empty(TAKERS));
    }
}

fn serve(locked: Locked<'_, Tokens>) {
    locked.wake_loop(|locked| {
        if *locked.state() == 0 || locked.is_empty(TAKERS) {
            return Served::Nobody;
        }
        *locked.state_mut() -= 1;
        Served::One(locked.decide(TAKERS, Verdict::Granted))
    });
}

enum Take {}

// SAFETY: `TAKERS` is the one list of `Tokens` (W6); `look` returns the `Locked` that it was given, and neither it nor
// `after_cancel` takes the lock again.
unsafe impl Policy for Take {
    type Core = Tokens;
    type Request = ();
    type Grant = ();

    const LIST: ListOf<()> = TAKERS;

    fn try_now(_: &Tokens, (): &()) -> Option<()> {
        None
    }

    fn look<'q>(_: &Tokens, mut locked: Locked<'q, Tokens>, (): &()) -> Look<'q, Tokens> {
        if *locked.state() == 0 || !locked.is_empty(TAKERS) {
            return Look::Wait(locked);
        }
        *locked.state_mut() -= 1;
        Look::Done(Verdict::Granted)
    }

    fn take(_: &Tokens, _: Verdict, (): &()) {}

    fn give_back(tokens: &Tokens, (): &()) {
        tokens.put(1);
    }

    fn after_cancel(_: &Tokens, locked: Locked<'_, Tokens>, (): &()) {
        serve(locked);
    }
}

wait_futures! {
    /// Waits for a token.
    pub struct Taking['a]['a] waits as Wait<&'a Tokens, Take> => (), |_, ()| ();
}

/// A token comes while somebody begins to wait.
#[test]
fn a_grant_meets_an_arrival() {
    model(|| {
        let tokens = Tokens::new(0);
        let giver = Arc::clone(&tokens);
        let giver = spawn(move || giver.put(1));
        block_on(tokens.take());
        giver.join().unwrap();
        tokens.assert_left(0);
    });
}

/// A token comes for somebody who goes away: it goes to the next one.
#[test]
fn a_grant_meets_a_cancellation() {
    model(|| {
        let tokens = Tokens::new(0);
        let first = queued(own(&tokens, Tokens::take));
        let second = queued(own(&tokens, Tokens::take));
        let giver = Arc::clone(&tokens);
        let threads = [spawn(move || giver.put(1)), spawn(move || drop(first))];
        block_on(second);
        join(threads);
        tokens.assert_left(0);
    });
}

/// A verdict that is found without a wake-up brings along what was before it.
#[test]
fn a_verdict_carries_memory() {
    model(|| {
        let tokens = Tokens::new(0);
        let value = Shared::new(0);
        let mut wait = queued(own(&tokens, Tokens::take));
        let giver = write_and(&value, Arc::clone(&tokens), |tokens| tokens.put(1));
        let taken = poll(&mut wait).is_ready();
        if taken {
            assert_eq!(value.get(), 1);
        }
        giver.join().unwrap();
        drop(wait);
        tokens.assert_left(usize::from(!taken));
    });
}

/// A waiter that learns that it has its token, without the lock, has its node back: the granting thread is done with it.
#[test]
fn a_verdict_hands_the_node_back() {
    model(|| {
        let tokens = Tokens::new(0);
        let waiter = Arc::new(Waiter::new(()));
        let mut locked = tokens.0.lock();
        // SAFETY: W1, it does not move inside its `Arc`, and is in no list.
        unsafe { locked.enter(TAKERS, &waiter, Some(Waker::noop().clone())) };
        drop(locked);
        let giver = {
            let (tokens, waiter) = (Arc::clone(&tokens), Arc::clone(&waiter));
            spawn(move || {
                tokens.put(1);
                drop(waiter);
            })
        };
        if waiter.status().verdict().is_some() {
            // SAFETY: W2, the waiter is decided; loom watches the cell that the waker is in.
            assert!(unsafe { waiter.with_waker(|waker| waker.is_none()) });
        }
        giver.join().unwrap();
        tokens.assert_left(0);
    });
}

/// The waker is replaced while the token comes: the new one is woken, or the token is found at once.
#[test]
fn a_grant_meets_a_change_of_waker() {
    model(|| {
        let tokens = Tokens::new(0);
        let wait = queued(own(&tokens, Tokens::take));
        let giver = Arc::clone(&tokens);
        let giver = spawn(move || giver.put(1));
        block_on(wait);
        giver.join().unwrap();
        tokens.assert_left(0);
    });
}

/// More tokens than a batch has room for come at once, while one of the waiters goes away: the others get theirs.
#[test]
fn a_cancellation_between_two_batches() {
    model(|| {
        let tokens = Tokens::new(0);
        let [first, second, third] = [(); 3].map(|()| queued(own(&tokens, Tokens::take)));
        let giver = Arc::clone(&tokens);
        let threads = [spawn(move || giver.put(3)), spawn(move || drop(second))];
        block_on(third);
        block_on(first);
        join(threads);
        tokens.assert_left(1);
    });
}

/// Calls back into the queue that woke it.
struct Caller(Arc<Tokens>, AtomicUsize);

impl Wake for Caller {
    fn wake(self: Arc<Self>) {
        self.0.put(1);
        self.1.fetch_add(1, Ordering::Relaxed);
    }
}

/// A waker that comes back to the queue finds its lock free, whatever others do meanwhile.
#[test]
fn a_waker_comes_back_to_the_queue() {
    model(|| {
        let tokens = Tokens::new(0);
        let caller = Arc::new(Caller(Arc::clone(&tokens), AtomicUsize::new(0)));
        let first = queued_for(&caller, own(&tokens, Tokens::take));
        let second = queued(own(&tokens, Tokens::take));
        let giver = Arc::clone(&tokens);
        let giver = spawn(move || giver.put(1));
        // The token that the waker puts.
        block_on(second);
        block_on(first);
        giver.join().unwrap();
        assert_eq!(caller.1.load(Ordering::Relaxed), 1);
        tokens.assert_left(0);
    });
}
