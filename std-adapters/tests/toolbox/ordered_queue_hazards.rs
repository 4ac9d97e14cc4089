//! What can go wrong in `PriorityQueue` and in a queue with an order of one's own: comparisons and wakers that misbehave, and the ways to close.

use core::cell::Cell;
use core::cmp::Ordering;
use core::fmt::Write as _;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex, OnceLock};

use anywake::ordered_queue::{Order, OrderedQueue};
use anywake::test_util::{Probe, poll};
use anywake::{
    Closed, PriorityQueue, PushError, TaskDoneError, TryPopError, TryPushError, assert_pending, assert_ready,
};

use crate::support::{Log, Looks, finishes, hooked, panic_of};

/// An order that compares nothing, for items that cannot be compared: the newest first.
struct Stack<T>(Vec<T>);

type StackQueue<T> = OrderedQueue<Stack<T>>;

impl<T> Default for Stack<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Order for Stack<T> {
    type Item = T;

    fn count(&self) -> usize {
        self.0.len()
    }

    fn place_of(&self, _: &T) -> usize {
        self.0.len()
    }

    fn put(&mut self, item: T, place: usize) {
        self.0.insert(place, item);
    }

    fn take(&mut self) -> Option<T> {
        self.0.pop()
    }

    fn take_last(&mut self, count: usize) -> Vec<T> {
        self.0.drain(..count).collect()
    }
}

thread_local! {
    /// How many of the next comparisons of [`Job`]s panic on this thread.
    static FUSE: Cell<usize> = const { Cell::new(0) };
}

/// Runs `action` while comparisons panic, and returns the message of the panic that it ends with.
fn with_panicking_comparisons<O>(action: impl FnOnce() -> O) -> String {
    FUSE.set(usize::MAX);
    let message = panic_of(action);
    FUSE.set(0);
    message
}

#[derive(Debug, PartialEq, Eq)]
struct Job(u32);

impl PartialOrd for Job {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Job {
    fn cmp(&self, other: &Self) -> Ordering {
        if FUSE.get() > 0 {
            FUSE.set(FUSE.get() - 1);
            panic!("the comparison panics");
        }
        self.0.cmp(&other.0)
    }
}

fn jobs(capacity: usize, jobs: impl IntoIterator<Item = u32>) -> PriorityQueue<Job> {
    let queue = PriorityQueue::with_capacity(capacity).unwrap();
    jobs.into_iter().for_each(|n| queue.try_push(Job(n)).unwrap());
    queue
}

fn drain(queue: &PriorityQueue<Job>) -> Vec<u32> {
    core::iter::from_fn(|| queue.try_pop().ok()).map(|Job(n)| n).collect()
}

/// Polls with this waker.
fn poll_with<F: Future>(future: &mut Pin<Box<F>>, waker: &Waker) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(waker))
}

fn panicking_waker() -> Waker {
    hooked(|| panic!("the waker panics"))
}

#[test]
fn least_comes_first_whatever_the_order_of_arrival() {
    // Every order of six items, with repeats.
    for n in 0..6_u32.pow(6) {
        let digits = (0..6).map(|place| n / 6_u32.pow(place) % 6);
        let queue = jobs(6, digits.clone());
        let mut sorted: Vec<_> = digits.collect();
        sorted.sort_unstable();
        assert_eq!(drain(&queue), sorted);
    }
}

#[test]
fn comparison_that_panics_in_a_push_leaves_the_queue_as_it_was() {
    let queue = jobs(8, [5, 3, 4]);
    for _ in 0..20 {
        assert_eq!(with_panicking_comparisons(|| queue.try_push(Job(1))), "the comparison panics");
        let mut push = Probe::new(queue.push(Job(2)));
        assert_eq!(with_panicking_comparisons(|| push.poll()), "the comparison panics");
        assert_eq!(queue.len(), 3);
    }
    for n in 10..15 {
        queue.try_push(Job(n)).unwrap();
    }
    assert_eq!(queue.try_push(Job(9)), Err(TryPushError::Full(Job(9))));
    assert_eq!(drain(&queue), [3, 4, 5, 10, 11, 12, 13, 14]);
    (0..8).for_each(|_| queue.task_done().unwrap());
    assert_eq!(queue.task_done(), Err(TaskDoneError));
    queue.close_now();
}

#[test]
fn comparison_that_panics_in_a_pop_loses_no_item() {
    let queue = jobs(4, [4, 3, 2, 1]);
    for _ in 0..20 {
        assert_eq!(with_panicking_comparisons(|| queue.try_pop()), "the comparison panics");
        let mut pop = Probe::new(queue.pop());
        assert_eq!(with_panicking_comparisons(|| pop.poll()), "the comparison panics");
        assert_eq!(queue.len(), 4);
    }
    assert_eq!(queue.try_push(Job(0)), Err(TryPushError::Full(Job(0))));
    assert_eq!(drain(&queue), [1, 2, 3, 4]);
    assert!(queue.is_empty());
}

#[test]
fn pop_whose_comparison_panics_hands_its_promise_on() {
    let queue = jobs(4, []);
    let mut pops = [(); 4].map(|()| Probe::new(queue.pop()));
    pops.iter_mut().for_each(|pop| assert_pending!(pop.poll()));
    [3, 1, 2].into_iter().for_each(|n| queue.try_push(Job(n)).unwrap());
    assert_eq!(pops[3].wakes(), 0);
    assert_eq!(with_panicking_comparisons(|| pops[0].poll()), "the comparison panics");
    assert_eq!(pops[3].wakes(), 1);
    assert_eq!([1, 2, 3].map(|pop| assert_ready!(pops[pop].poll()).unwrap().0), [1, 2, 3]);
}

#[test]
fn comparison_that_panics_in_close_now_loses_no_promised_item() {
    let queue = jobs(8, []);
    let mut pops = [(); 2].map(|()| Probe::new(queue.pop()));
    pops.iter_mut().for_each(|pop| assert_pending!(pop.poll()));
    [3, 1, 4, 2].into_iter().for_each(|n| queue.try_push(Job(n)).unwrap());
    with_panicking_comparisons(|| queue.close_now());
    queue.close_now();
    assert_eq!(queue.len(), 2);
    assert_eq!([0, 1].map(|pop| assert_ready!(pops[pop].poll()).unwrap().0), [1, 2]);
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
}

#[test]
fn claim_whose_comparison_panics_after_close_now_drops_an_item() {
    let queue = jobs(8, []);
    let mut pops = [(); 3].map(|()| Probe::new(queue.pop()));
    pops.iter_mut().for_each(|pop| assert_pending!(pop.poll()));
    [3, 1, 2].into_iter().for_each(|n| queue.try_push(Job(n)).unwrap());
    queue.close_now();
    let [first, second, third] = &mut pops;
    FUSE.set(1);
    assert_eq!(panic_of(|| first.poll()), "the comparison panics");
    assert_eq!(queue.len(), 2);
    assert_eq!([second, third].map(|pop| assert_ready!(pop.poll()).unwrap().0), [1, 2]);
}

fn capacity_is_kept_if_the_waker_of_a_pop_panics<O>(queue: OrderedQueue<O>)
where
    O: Order<Item = u8>,
{
    let mut pop = Box::pin(queue.pop());
    assert_pending!(poll_with(&mut pop, &panicking_waker()));
    assert_eq!(panic_of(|| queue.try_push(1)), "the waker panics");
    assert_eq!(queue.len(), 1);
    assert_eq!(queue.try_push(2), Err(TryPushError::Full(2)));
    assert_eq!(assert_ready!(poll(pop.as_mut())), Ok(1));
    assert_eq!((queue.try_push(3), queue.try_push(4)), (Ok(()), Err(TryPushError::Full(4))));
}

#[test]
fn capacity_is_kept_if_a_waker_panics() {
    capacity_is_kept_if_the_waker_of_a_pop_panics(StackQueue::with_capacity(1).unwrap());
    capacity_is_kept_if_the_waker_of_a_pop_panics(PriorityQueue::with_capacity(1).unwrap());
}

#[test]
fn waker_of_a_stranger_that_panics_costs_a_pop_nothing() {
    let queue = StackQueue::with_capacity(1).unwrap();
    queue.try_push(1).unwrap();
    let mut push = Box::pin(queue.push(2));
    assert_pending!(poll_with(&mut push, &panicking_waker()));
    assert_eq!(queue.try_pop(), Ok(1));
    assert_eq!(assert_ready!(poll(push.as_mut())), Ok(()));
    assert_eq!((queue.len(), queue.try_push(3)), (1, Err(TryPushError::Full(3))));
}

#[test]
fn waker_of_a_refused_pop_that_panics_costs_the_last_item_nothing() {
    let queue = StackQueue::with_capacity(1).unwrap();
    let mut first = Probe::new(queue.pop());
    let mut second = Box::pin(queue.pop());
    assert_pending!(first.poll());
    assert_pending!(poll_with(&mut second, &panicking_waker()));
    queue.try_push(1).unwrap();
    queue.close();
    assert_eq!(assert_ready!(first.poll()), Ok(1));
    assert_eq!(assert_ready!(poll(second.as_mut())), Err(Closed));
}

/// A task that is polled where it is woken.
type Inline = Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>;

#[test]
fn capacity_is_kept_if_a_waker_polls_inline() {
    finishes(|| {
        let queue = Arc::new(StackQueue::with_capacity(1).unwrap());
        let log = Log::default();
        let popper = {
            let (queue, log) = (Arc::clone(&queue), log.clone());
            async move {
                log.add(format!("popped {}", queue.pop().await.unwrap()));
                log.add(format!("{} {}", queue.try_push(2).is_ok(), queue.try_push(3).is_ok()));
            }
        };
        let task: Arc<Inline> = Arc::new(Mutex::new(Some(Box::pin(popper))));
        let polled = Arc::clone(&task);
        let waker = hooked(move || {
            // Out of the mutex while it is polled.
            let mut popper = polled.lock().unwrap().take().unwrap();
            assert_ready!(popper.as_mut().poll(&mut Context::from_waker(Waker::noop())));
        });
        let mut popper = task.lock().unwrap().take().unwrap();
        assert_pending!(popper.as_mut().poll(&mut Context::from_waker(&waker)));
        *task.lock().unwrap() = Some(popper);
        queue.try_push(1).unwrap();
        assert_eq!(log.lines(), ["popped 1", "true false"]);
        assert_eq!((queue.len(), queue.try_pop()), (1, Ok(2)));
    });
}

/// The waker of the first `join` begins another round, and waits for its end, while the end of the first is being told.
#[test]
fn join_does_not_end_with_the_news_of_an_earlier_round() {
    finishes(|| {
        let queue = Arc::new(StackQueue::with_capacity(2).unwrap());
        let mut rounds = [(); 2].map(|()| {
            let queue = Arc::clone(&queue);
            Box::pin(async move { queue.join().await })
        });
        let [first, second] = rounds.each_mut();
        queue.try_push(1).unwrap();
        let (again, polled) = (Arc::clone(&queue), Arc::new(Mutex::new(None)));
        let late = Arc::clone(&polled);
        let waker = hooked(move || {
            again.try_push(2).unwrap();
            let again = Arc::clone(&again);
            let mut join = Box::pin(async move { again.join().await });
            assert_pending!(poll(join.as_mut()), "the second round has only begun");
            *late.lock().unwrap() = Some(join);
        });
        assert_pending!(poll_with(first, &waker));
        assert_pending!(poll(second.as_mut()));
        queue.task_done().unwrap();
        assert_ready!(poll(first.as_mut()));
        assert_ready!(poll(second.as_mut()), "its round is over, whatever has begun since");
        let mut late = polled.lock().unwrap().take().unwrap();
        assert_pending!(poll(late.as_mut()));
        queue.task_done().unwrap();
        assert_ready!(poll(late.as_mut()));
    });
}

#[test]
fn item_promised_before_the_close_is_not_taken_by_others_after_it() {
    let queue = PriorityQueue::with_capacity(2).unwrap();
    let mut first = Probe::new(queue.pop());
    assert_pending!(first.poll());
    queue.try_push(1).unwrap();
    queue.close();
    assert_eq!(queue.try_pop(), Err(TryPopError::Empty), "it is promised, and may be given up yet");
    let mut late = Probe::new(queue.pop());
    assert_pending!(late.poll());
    assert_eq!(assert_ready!(first.poll()), Ok(1));
    assert_eq!(late.wakes(), 1);
    assert_eq!(assert_ready!(late.poll()), Err(Closed));
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
}

#[test]
fn promise_given_up_after_the_close_goes_to_the_next() {
    let queue = StackQueue::with_capacity(2).unwrap();
    let mut pops = [Probe::new(queue.pop()), Probe::new(queue.pop()), Probe::new(queue.pop())];
    pops.iter_mut().for_each(|pop| assert_pending!(pop.poll()));
    queue.try_push(1).unwrap();
    queue.close();
    let [first, mut second, mut third] = pops;
    drop(first);
    assert_eq!((second.wakes(), third.wakes()), (1, 0));
    assert_eq!(assert_ready!(second.poll()), Ok(1));
    assert_eq!(assert_ready!(third.poll()), Err(Closed));
}

#[test]
fn push_whose_room_was_granted_before_the_close_gets_its_item_back() {
    let queue = StackQueue::with_capacity(1).unwrap();
    queue.try_push(1).unwrap();
    let mut push = Probe::new(queue.push(2));
    assert_pending!(push.poll());
    assert_eq!(queue.try_pop(), Ok(1));
    queue.close();
    assert_eq!(assert_ready!(push.poll()), Err(PushError(2)));
    assert_eq!(assert_ready!(Probe::new(queue.pop()).poll()), Err(Closed));
}

#[test]
fn queue_closed_by_the_waker_of_a_push_still_has_its_item() {
    for close in [StackQueue::close, StackQueue::close_now] {
        let queue = Arc::new(StackQueue::with_capacity(1).unwrap());
        let closed = Arc::clone(&queue);
        let mut pop = Box::pin(queue.pop());
        assert_pending!(poll_with(&mut pop, &hooked(move || close(&closed))));
        queue.try_push(1).unwrap();
        assert_eq!(assert_ready!(poll(pop.as_mut())), Ok(1));
        assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    }
}

#[test]
fn close_now_after_an_early_task_done_does_not_underflow() {
    let queue = StackQueue::with_capacity(2).unwrap();
    queue.try_push(1).unwrap();
    queue.try_push(2).unwrap();
    queue.task_done().unwrap();
    let mut join = Probe::new(queue.join());
    assert_pending!(join.poll());
    queue.close_now();
    assert_ready!(join.poll());
    assert_eq!(queue.task_done(), Err(TaskDoneError));
}

#[test]
fn close_now_drops_the_last_items_and_delivers_what_was_promised() {
    let queue = jobs(8, []);
    let mut pops = [Probe::new(queue.pop()), Probe::new(queue.pop())];
    pops.iter_mut().for_each(|pop| assert_pending!(pop.poll()));
    [5, 2, 4, 1, 3].into_iter().for_each(|n| queue.try_push(Job(n)).unwrap());
    queue.close_now();
    assert_eq!(queue.len(), 2);
    assert_eq!(queue.try_pop(), Err(TryPopError::Closed));
    assert_eq!(assert_ready!(Probe::new(queue.pop()).poll()), Err(Closed));
    assert_eq!([0, 1].map(|pop| assert_ready!(pops[pop].poll()).unwrap().0), [1, 2]);
    let mut join = Probe::new(queue.join());
    assert_pending!(join.poll());
    (0..2).for_each(|_| queue.task_done().unwrap());
    assert_ready!(join.poll());
}

#[test]
fn promise_given_up_after_close_now_drops_the_item() {
    let queue = StackQueue::with_capacity(4).unwrap();
    let (item, mut pops) = (Arc::new(()), [Probe::new(queue.pop()), Probe::new(queue.pop())]);
    pops.iter_mut().for_each(|pop| assert_pending!(pop.poll()));
    (0..4).for_each(|_| queue.try_push(Arc::clone(&item)).unwrap());
    queue.close_now();
    assert_eq!((queue.len(), Arc::strong_count(&item)), (2, 3));
    let mut join = Probe::new(queue.join());
    let [first, mut second] = pops;
    drop(first);
    assert_eq!((queue.len(), Arc::strong_count(&item)), (1, 2));
    assert_pending!(join.poll());
    assert!(assert_ready!(second.poll()).is_ok());
    queue.task_done().unwrap();
    assert_ready!(join.poll());
}

#[test]
fn pops_without_a_promise_are_refused_by_close_now() {
    let queue = StackQueue::with_capacity(2).unwrap();
    let mut pops = [Probe::new(queue.pop()), Probe::new(queue.pop())];
    pops.iter_mut().for_each(|pop| assert_pending!(pop.poll()));
    queue.try_push(1).unwrap();
    queue.close_now();
    let [promised, mut refused] = pops;
    assert_eq!(refused.wakes(), 1);
    drop(promised);
    assert_eq!(assert_ready!(refused.poll()), Err(Closed));
}

/// Says when it is dropped.
struct Noisy(Log);

impl Drop for Noisy {
    fn drop(&mut self) {
        self.0.add("item dropped");
    }
}

#[test]
fn close_now_tells_join_after_the_last_item_was_dropped() {
    let (queue, log) = (StackQueue::with_capacity(2).unwrap(), Log::default());
    assert!((0..2).all(|_| queue.try_push(Noisy(log.clone())).is_ok()));
    let mut join = Box::pin(queue.join());
    let told = log.clone();
    assert_pending!(poll_with(&mut join, &hooked(move || told.add("join told"))));
    queue.close_now();
    assert_eq!(log.lines(), ["item dropped", "item dropped", "join told"]);
}

#[test]
fn item_whose_drop_panics_in_close_now_is_done_all_the_same() {
    use crate::support::PanicOnDrop;
    let queue = StackQueue::with_capacity(2).unwrap();
    assert!(queue.try_push(PanicOnDrop("the item panics")).is_ok());
    let mut join = Probe::new(queue.join());
    assert_pending!(join.poll());
    assert_eq!(panic_of(|| queue.close_now()), "the item panics");
    assert_ready!(join.poll());
    assert!(queue.is_closed() && queue.is_empty());
}

#[test]
fn waker_that_panics_does_not_cut_close_now_short() {
    let queue = StackQueue::with_capacity(1).unwrap();
    queue.try_push(1).unwrap();
    let mut push = Box::pin(queue.push(2));
    assert_pending!(poll_with(&mut push, &panicking_waker()));
    assert_eq!(panic_of(|| queue.close_now()), "the waker panics");
    assert_eq!((queue.len(), queue.try_pop()), (0, Err(TryPopError::Closed)));
    assert_ready!(Probe::new(queue.join()).poll());
    assert_eq!(assert_ready!(poll(push.as_mut())), Err(PushError(2)));
}

/// An item that looks at its queue whenever it is compared, and when it is dropped.
#[derive(PartialEq, Eq)]
struct Curious(u8);

static CURIOUS: OnceLock<PriorityQueue<Curious>> = OnceLock::new();

impl Curious {
    fn look() {
        assert!(CURIOUS.get().unwrap().len() < 9);
    }
}

impl PartialOrd for Curious {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Curious {
    fn cmp(&self, other: &Self) -> Ordering {
        Self::look();
        self.0.cmp(&other.0)
    }
}

impl Drop for Curious {
    fn drop(&mut self) {
        Self::look();
    }
}

#[test]
fn comparison_that_uses_its_queue_is_a_panic_and_a_drop_that_does_is_none() {
    finishes(|| {
        let queue = CURIOUS.get_or_init(|| PriorityQueue::with_capacity(4).unwrap());
        queue.try_push(Curious(1)).ok().unwrap();
        // The item is dropped while the panic unwinds, and looks at the queue then.
        assert_eq!(panic_of(|| queue.try_push(Curious(2)).is_ok()), USED);
        assert_eq!(queue.len(), 1);
        drop(queue.try_pop());
        queue.try_push(Curious(3)).ok().unwrap();
        queue.close_now();
        assert!(queue.is_empty());
    });
}

const USED: &str = "a comparison or a hash uses the collection that it is made for";

#[test]
fn formatter_may_look_at_the_queue_that_it_is_given() {
    finishes(|| {
        let queue = StackQueue::<u8>::with_capacity(1).unwrap();
        write!(Looks(|| queue.is_empty()), "{queue:?}").unwrap();
    });
}
