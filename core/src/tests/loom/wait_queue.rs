//! Models of the protocol alone, with the simplest of policies: a heap of tokens.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Waker;
use std::sync::Arc;
use std::task::Wake;

use super::{Shared, block_on, join, model, own, poll, queued, queued_for, spawn, write_and};
use crate::wait_future::WaitFuture;
use crate::wait_queue::{Locked, Policy, Served, WaitQueue};
use crate::waiter::{Generation, Verdict, WaitList, Waiter};

struct Heap {
    list: WaitList<()>,
    tokens: usize,
}

struct Tokens(WaitQueue<(), Heap>);

impl Tokens {
    fn new(tokens: usize) -> Arc<Self> {
        Arc::new(Self(WaitQueue::new((), Heap { list: WaitList::new(), tokens })))
    }

    fn take(&self) -> WaitFuture<Ask<'_>> {
        WaitFuture::new(Ask(self), ())
    }

    fn put(&self, n: usize) {
        let locked = self.0.lock();
        locked.state.tokens += n;
        self.serve(locked);
    }

    fn serve(&self, locked: Locked<'_, Heap>) {
        self.0.wake_loop(locked, |locked| {
            if locked.state.tokens == 0 || locked.state.list.is_empty() {
                return Served::Nobody;
            }
            locked.state.tokens -= 1;
            Served::One(locked.waiters.decide(&mut locked.state.list, Verdict::Granted))
        });
    }

    fn assert_left(&self, tokens: usize) {
        let locked = self.0.lock();
        assert_eq!((locked.state.tokens, locked.waiters.count()), (tokens, 0));
        assert!(locked.state.list.is_empty());
    }
}

struct Ask<'a>(&'a Tokens);

impl Policy for Ask<'_> {
    type Word = ();
    type State = Heap;
    type Request = ();
    type Grant = ();
    type Output = ();

    fn queue(&self) -> &WaitQueue<(), Heap> {
        &self.0.0
    }

    fn list<'s>(state: &'s mut Heap, _: &Waiter<()>) -> &'s mut WaitList<()> {
        &mut state.list
    }

    fn try_now(&self, (): &()) -> Option<()> {
        None
    }

    fn try_locked<'q>(&self, locked: Locked<'q, Heap>, (): &()) -> Result<(), Locked<'q, Heap>> {
        if locked.state.tokens == 0 || !locked.state.list.is_empty() {
            return Err(locked);
        }
        locked.state.tokens -= 1;
        Ok(())
    }

    fn settle(&self, _: Verdict, (): &()) {}

    fn revoke(&self, _: Verdict, (): &()) {
        self.0.put(1);
    }

    fn serve(&self, locked: Locked<'_, Heap>) {
        self.0.serve(locked);
    }

    fn output(&mut self, (): (), (): &()) {}
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

/// Whoever learns that it has its token, without the lock, has its node back: the giver is done with it.
#[test]
fn a_verdict_hands_the_node_back() {
    model(|| {
        let tokens = Tokens::new(0);
        let waiter = Arc::new(Waiter::new(()));
        let locked = tokens.0.lock();
        // SAFETY: it does not move inside its `Arc`, and is in no list.
        unsafe {
            let stamp = Generation::new();
            locked.waiters.enter(&mut locked.state.list, &waiter, Waker::noop().clone(), stamp);
        }
        drop(locked);
        let giver = {
            let (tokens, waiter) = (Arc::clone(&tokens), Arc::clone(&waiter));
            spawn(move || {
                tokens.put(1);
                drop(waiter);
            })
        };
        if Verdict::of(waiter.status()).is_some() {
            // SAFETY: by invariant 2 of the protocol; loom watches the cell that the waker is in.
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

/// A waker that comes back to the queue finds its lock free, whoever wakes it and whatever others do meanwhile.
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
