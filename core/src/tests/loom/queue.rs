//! Models of the queue.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Poll;
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use super::{Shared, block_on, join, model, own, poll, queued, spawn, write_and};
use crate::closed::Closed;
use crate::queue::StaticQueue;
use crate::queue::TryPopError;

type One = StaticQueue<u32, 1>;
type Two = StaticQueue<u32, 2>;

/// Full and empty in turn: every item arrives, in order.
#[test]
fn items_pass_through_a_single_slot() {
    model(|| {
        let queue = Arc::new(One::new());
        let sender = Arc::clone(&queue);
        let sender = spawn(move || {
            for item in 1..=2 {
                block_on(sender.push(item)).unwrap();
            }
        });
        assert_eq!(block_on(queue.pop()), Ok(1));
        assert_eq!(block_on(queue.pop()), Ok(2));
        sender.join().unwrap();
        assert_eq!((queue.len(), queue.waiters()), (0, 0));
    });
}

/// Two send and two receive, and one that receives gives up: nothing is lost, nothing comes twice.
#[test]
fn a_receiver_gives_up_among_many() {
    model(|| {
        let queue = Arc::new(One::new());
        let sum = Arc::new(AtomicUsize::new(0));
        let senders = [1, 2].map(|item| {
            let queue = Arc::clone(&queue);
            spawn(move || block_on(queue.push(item)).unwrap())
        });
        let quitter = {
            let (queue, sum) = (Arc::clone(&queue), Arc::clone(&sum));
            spawn(move || {
                if let Poll::Ready(item) = poll(&mut own(&queue, One::pop)) {
                    sum.fetch_add(item.unwrap() as usize, Ordering::Relaxed);
                }
            })
        };
        let first = block_on(queue.pop()).unwrap();
        join(senders);
        quitter.join().unwrap();
        let rest = queue.try_pop().unwrap_or(0);
        assert_eq!(sum.load(Ordering::Relaxed) + (first + rest) as usize, 3);
        assert_eq!(queue.try_pop(), Err(TryPopError::Empty));
    });
}

/// A `pop` goes away while an item is promised to it: the next one gets the item.
#[test]
fn an_item_for_a_pop_that_goes_away() {
    model(|| {
        let queue = Arc::new(Two::new());
        let first = queued(own(&queue, Two::pop));
        let second = queued(own(&queue, Two::pop));
        let sender = Arc::clone(&queue);
        let threads = [spawn(move || sender.try_push(7).unwrap()), spawn(move || drop(first))];
        assert_eq!(block_on(second), Ok(7));
        join(threads);
        assert_eq!((queue.len(), queue.waiters()), (0, 0));
    });
}

/// A `pop` that goes away with the only promised item leaves it to `try_pop`, and to a `push` its slot.
#[test]
fn a_promised_item_is_free_again() {
    model(|| {
        let queue = Arc::new(One::new());
        let pop = queued(own(&queue, One::pop));
        queue.try_push(7).unwrap();
        let mut push = queued(own(&queue, |queue| queue.push(8)));
        let leaver = spawn(move || drop(pop));
        let taker = Arc::clone(&queue);
        let taker = spawn(move || taker.try_pop().ok());
        leaver.join().unwrap();
        let taken = taker.join().unwrap();
        match taken {
            Some(item) => assert_eq!(item, 7),
            None => assert_eq!(queue.try_pop(), Ok(7)),
        }
        assert_eq!(poll(&mut push), Poll::Ready(Ok(())));
        assert_eq!(queue.try_pop(), Ok(8));
    });
}

/// A `push` is cancelled while its item is taken over: it is in the queue, or comes back, and never both.
#[test]
fn a_push_is_cancelled_while_it_is_served() {
    model(|| {
        let queue = Arc::new(One::new());
        queue.try_push(1).unwrap();
        let mut push = queued(own(&queue, |queue| queue.push(2)));
        let receiver = Arc::clone(&queue);
        let receiver = spawn(move || assert_eq!(receiver.try_pop(), Ok(1)));
        let back = push.future.as_mut().cancel();
        receiver.join().unwrap();
        assert_eq!(queue.try_pop().ok().or(back), Some(2));
        assert!(queue.is_empty() || back.is_none());
    });
}

/// A `push` goes away, and the one behind it is served in its place.
#[test]
fn a_slot_for_a_push_that_goes_away() {
    model(|| {
        let queue = Arc::new(One::new());
        queue.try_push(1).unwrap();
        let first = queued(own(&queue, |queue| queue.push(2)));
        let mut second = queued(own(&queue, |queue| queue.push(3)));
        let receiver = Arc::clone(&queue);
        let receiver = spawn(move || assert_eq!(receiver.try_pop(), Ok(1)));
        drop(first);
        receiver.join().unwrap();
        let item = queue.try_pop().unwrap();
        assert!(item == 2 || item == 3);
        assert_eq!(poll(&mut second), Poll::Ready(Ok(())));
        assert_eq!(queue.try_pop(), if item == 2 { Ok(3) } else { Err(TryPopError::Empty) });
    });
}

/// The outcome of a `push` that is polled without a wake-up: the item is taken out of it by one side only.
#[test]
fn a_push_and_who_takes_its_item() {
    model(|| {
        let queue = Arc::new(StaticQueue::<Box<u32>, 1>::new());
        queue.try_push(Box::new(1)).unwrap();
        let mut push = queued(own(&queue, |queue| queue.push(Box::new(2))));
        let receiver = Arc::clone(&queue);
        let receiver = spawn(move || assert_eq!(receiver.try_pop(), Ok(Box::new(1))));
        if poll(&mut push).is_pending() {
            block_on(push).unwrap();
        }
        assert_eq!(queue.try_pop(), Ok(Box::new(2)));
        receiver.join().unwrap();
    });
}

/// What was done before a `push` is seen after the `pop` of its item, with or without a wake-up.
#[test]
fn an_item_carries_memory() {
    model(|| {
        let queue = Arc::new(One::new());
        let value = Shared::new(0);
        let mut pop = queued(own(&queue, One::pop));
        let sender = write_and(&value, Arc::clone(&queue), |queue| queue.try_push(7).unwrap());
        let item = match poll(&mut pop) {
            Poll::Ready(item) => item,
            Poll::Pending => block_on(pop),
        };
        assert_eq!((item, value.get()), (Ok(7), 1));
        sender.join().unwrap();
    });
}

/// A waiter of either kind changes its waker while it is served.
#[test]
fn a_hand_over_meets_a_change_of_waker() {
    model(|| {
        let queue = Arc::new(One::new());
        let pop = queued(own(&queue, One::pop));
        let sender = Arc::clone(&queue);
        let sender = spawn(move || {
            sender.try_push(1).unwrap();
            block_on(sender.push(2)).unwrap();
        });
        assert_eq!(block_on(pop), Ok(1));
        sender.join().unwrap();
        assert_eq!(queue.try_pop(), Ok(2));
    });
}

/// A push and the closing at once: the item is popped before the end is seen, or comes back.
#[test]
fn a_close_meets_a_push() {
    model(|| {
        let queue = Arc::new(One::new());
        let (sender, closer) = (Arc::clone(&queue), Arc::clone(&queue));
        let sender = spawn(move || block_on(sender.push(7)).map_err(|error| error.into_inner()));
        let closer = spawn(move || assert!(closer.close()));
        let popped = block_on(queue.pop());
        let pushed = sender.join().unwrap();
        closer.join().unwrap();
        assert!(matches!((pushed, popped), (Ok(()), Ok(7)) | (Err(7), Err(Closed))));
        assert_eq!(block_on(queue.pop()), Err(Closed));
    });
}

/// Closed while a push waits in a full queue and somebody makes room.
#[test]
fn a_close_meets_a_push_that_waits() {
    model(|| {
        let queue = Arc::new(One::new());
        queue.try_push(1).unwrap();
        let push = queued(own(&queue, |queue| queue.push(2)));
        let (receiver, closer) = (Arc::clone(&queue), Arc::clone(&queue));
        let threads = [
            spawn(move || assert_eq!(block_on(receiver.pop()), Ok(1))),
            spawn(move || assert!(closer.close())),
        ];
        let pushed = block_on(push).map_err(|error| error.into_inner());
        join(threads);
        match pushed {
            Ok(()) => assert_eq!(queue.try_pop(), Ok(2)),
            Err(item) => assert_eq!(item, 2),
        }
        assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    });
}

/// More pops wait than a batch holds when the queue is closed, and one goes away: all others learn of the end.
#[test]
fn a_close_reaches_all_batches() {
    model(|| {
        let queue = Arc::new(One::new());
        let [first, second, third] = [(); 3].map(|()| queued(own(&queue, One::pop)));
        let closer = Arc::clone(&queue);
        let threads = [spawn(move || assert!(closer.close())), spawn(move || drop(second))];
        assert_eq!(block_on(third), Err(Closed));
        assert_eq!(block_on(first), Err(Closed));
        join(threads);
        assert_eq!(queue.waiters(), 0);
    });
}

/// An item that counts its drops.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// `close_now` while one `pop` holds a promise and another begins: each item is delivered or dropped, once, and what
/// is dropped counts as done.
#[test]
fn a_discarding_close_meets_pops() {
    model(|| {
        let queue = Arc::new(StaticQueue::<Counted, 2>::new());
        let drops = Arc::new(AtomicUsize::new(0));
        let promised = queued(own(&queue, StaticQueue::pop));
        for _ in 0..2 {
            queue.try_push(Counted(Arc::clone(&drops))).map_err(drop).unwrap();
        }
        let closer = Arc::clone(&queue);
        let closer = spawn(move || assert!(closer.close_now()));
        let late = Arc::clone(&queue);
        let late = spawn(move || block_on(late.pop()).ok());
        let first = block_on(promised).ok();
        let second = late.join().unwrap();
        closer.join().unwrap();
        assert!(first.is_some(), "what was promised is delivered");
        let popped = [first, second].into_iter().flatten().collect::<Vec<_>>();
        assert_eq!(drops.load(Ordering::Relaxed) + popped.len(), 2);
        assert_eq!(queue.unfinished(), popped.len());
        popped.iter().for_each(|_| queue.task_done().unwrap());
        block_on(queue.join());
    });
}

/// `close_now` while the `pop` that holds the promise goes away: the item is dropped with the others.
#[test]
fn a_discarding_close_meets_a_pop_that_goes_away() {
    model(|| {
        let queue = Arc::new(StaticQueue::<Counted, 1>::new());
        let drops = Arc::new(AtomicUsize::new(0));
        let promised = queued(own(&queue, StaticQueue::pop));
        queue.try_push(Counted(Arc::clone(&drops))).map_err(drop).unwrap();
        let end = queued(own(&queue, StaticQueue::join));
        let closer = Arc::clone(&queue);
        let threads = [spawn(move || assert!(closer.close_now())), spawn(move || drop(promised))];
        block_on(end);
        join(threads);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        assert_eq!(queue.unfinished(), 0);
    });
}

/// Two finish the last two pieces of work: `join` returns, and sees what both did.
#[test]
fn the_end_of_all_work_meets_a_join() {
    model(|| {
        let queue = Arc::new(Two::new());
        let results = [Shared::new(0), Shared::new(0)];
        queue.try_push(1).unwrap();
        queue.try_push(2).unwrap();
        let threads = results.clone().map(|result| {
            let queue = Arc::clone(&queue);
            spawn(move || {
                result.set(queue.try_pop().unwrap());
                queue.task_done().unwrap();
            })
        });
        let mut end = own(&queue, Two::join);
        if poll(&mut end).is_pending() && poll(&mut end).is_pending() {
            block_on(end);
        }
        assert_eq!(results[0].get() + results[1].get(), 3);
        join(threads);
        assert!(queue.task_done().is_err());
    });
}

/// More joins wait than a batch holds when the work ends, and new work comes between the batches: all of them return.
#[test]
fn new_work_between_two_batches_of_joins() {
    model(|| {
        let queue = Arc::new(One::new());
        queue.try_push(1).unwrap();
        let ends = [(); 3].map(|()| queued(own(&queue, One::join)));
        let (worker, sender) = (Arc::clone(&queue), Arc::clone(&queue));
        let worker = spawn(move || {
            worker.try_pop().unwrap();
            worker.task_done().unwrap();
        });
        let late = spawn(move || {
            if sender.unfinished() > 0 {
                return None;
            }
            sender.try_push(2).unwrap();
            Some(queued(own(&sender, One::join)))
        });
        worker.join().unwrap();
        let late = late.join().unwrap();
        for mut end in ends {
            assert_eq!(poll(&mut end), Poll::Ready(()), "left behind by new work");
        }
        assert_eq!(queue.unfinished(), usize::from(late.is_some()));
        if let Some(mut late) = late {
            assert!(poll(&mut late).is_pending(), "ended by the end of earlier work");
        }
    });
}
