//! The allocations of queues: none after their creation.

use core::pin::pin;
use core::task::{Context, Poll};

use anywake_core::Keyed;
use anywake_core::StaticPriorityQueue;
use anywake_core::queue::{QueueOf, Slots};
use anywake_tests::assert_ready;
use futures_util::Stream;

use crate::{CROWD, Crowd, ONE, Report, now, poll, waker, wakes};

pub(crate) fn scenarios<S: Slots<usize>>(
    report: &mut Report,
    kind: &str,
    new: impl Fn() -> QueueOf<usize, S>,
) {
    let mut on = |what: &str, body: fn(&QueueOf<usize, S>)| {
        let queue = new();
        report.scenario(&format!("{kind}: {what}"), || body(&queue));
    };
    on("push, pop, try_, force_push, len, errors", |queue| {
        now(queue.push(1)).unwrap();
        queue.try_push(2).unwrap();
        assert!(queue.try_push(3).is_err() && queue.is_full());
        assert_eq!(queue.force_push(3), Ok(Some(1)));
        assert_eq!((now(queue.pop()), queue.try_pop()), (Ok(2), Ok(3)));
        assert!(queue.try_pop().is_err() && queue.is_empty());
        assert!(queue.task_done().is_ok() && queue.task_done().is_ok() && queue.task_done().is_err());
    });
    on("waiting pops, and pushing", |queue| {
        let mut pops = pin!(Crowd::new(|_| queue.pop()));
        pops.as_mut().wait();
        for place in 0..CROWD {
            queue.try_push(place).unwrap();
            assert_eq!(assert_ready!(pops.as_mut().poll(place)), Ok(place));
        }
    });
    on("waiting pushes, and popping", |queue| {
        let mut pushes = pin!(Crowd::new(|place| queue.push(place)));
        assert!(queue.try_push(0).is_ok() && queue.try_push(0).is_ok());
        pushes.as_mut().wait();
        (0..CROWD + 2).for_each(|_| assert!(queue.try_pop().is_ok()));
        pushes.finish(|entered| assert!(entered.is_ok()));
    });
    on("cancelling on both sides, before and after the grant", |queue| {
        let mut pops = pin!(Crowd::new(|_| queue.pop()));
        pops.as_mut().wait();
        assert!(queue.try_push(1).is_ok() && queue.try_push(2).is_ok());
        (0..CROWD).for_each(|place| pops.as_mut().cancel(place));
        assert_eq!(queue.len(), 2);
        let mut pushes = pin!(Crowd::new(|place| queue.push(place)));
        pushes.as_mut().wait();
        assert!(queue.try_pop().is_ok());
        (0..CROWD).for_each(|place| pushes.as_mut().cancel((place * 7) % CROWD));
        let mut push = pin!(queue.push(9));
        assert!(poll(push.as_mut()).is_pending());
        assert_eq!((push.cancel(), queue.waiters()), (Some(9), 0));
    });
    on("closing, with waiting pushes", |queue| {
        let mut pushes = pin!(Crowd::new(|place| queue.push(place)));
        assert!(queue.try_push(0).is_ok() && queue.try_push(0).is_ok());
        pushes.as_mut().wait();
        assert_eq!(wakes(|| assert!(queue.close())), CROWD);
        pushes.finish(|entered| assert!(entered.is_err()));
        queue.close_now();
        assert!(queue.is_closed() && queue.is_empty());
    });
    on("closing, with waiting pops", |queue| {
        let mut pops = pin!(Crowd::new(|_| queue.pop()));
        pops.as_mut().wait();
        assert_eq!(wakes(|| assert!(queue.close_now())), CROWD);
        pops.finish(|item| assert!(item.is_err()));
    });
    on("joining", |queue| {
        now(queue.join());
        queue.try_push(1).unwrap();
        let mut joins = pin!(Crowd::new(|_| queue.join()));
        joins.as_mut().wait();
        joins.as_mut().cancel(20);
        assert_eq!(wakes(|| queue.task_done().unwrap()), CROWD - 1);
        (0..CROWD).filter(|place| *place != 20).for_each(|place| assert_ready!(joins.as_mut().poll(place)));
    });
    on("reserving, waiting for room, and giving it back", |queue| {
        let slots = [queue.try_reserve().unwrap(), now(queue.reserve()).unwrap()];
        let mut waits = pin!(Crowd::new(|_| queue.reserve()));
        waits.as_mut().wait();
        let [one, other] = slots;
        one.send(1).unwrap();
        drop(other);
        assert_eq!(queue.try_pop(), Ok(1));
        waits.finish(|slot| drop(slot.unwrap()));
        assert!(queue.is_empty() && !queue.is_full());
    });
    on("ends, and waiting for their end", |queue| {
        let (sender, receiver) = queue.split();
        let more = (sender.clone(), receiver.clone(), sender.downgrade());
        let mut waits = pin!(Crowd::new(|_| sender.closed()));
        waits.as_mut().wait();
        more.2.upgrade().unwrap().try_send(1).unwrap();
        drop(more);
        assert_eq!(wakes(|| drop(receiver)), CROWD);
        waits.finish(|()| {});
    });
    on("as a stream", |queue| {
        let mut stream = pin!(queue.stream());
        let mut next = move || stream.as_mut().poll_next(&mut Context::from_waker(&waker(&ONE)));
        assert!(next().is_pending());
        queue.try_push(1).unwrap();
        assert_eq!(next(), Poll::Ready(Some(1)));
        queue.close();
        assert_eq!(next(), Poll::Ready(None));
    });
}

/// What the order of keys adds.
pub(crate) fn by_key(report: &mut Report) {
    report.scenario("StaticPriorityQueue: push, pop, force_push, close_now", || {
        let queue = StaticPriorityQueue::<usize, 8>::new();
        (0..8).for_each(|item| queue.try_push_at(item, 9 - item as u32 % 3).unwrap());
        assert!(queue.try_push_at(8, 0).is_err());
        assert_eq!(queue.force_push(Keyed { key: 0, item: 9 }), Ok(Some(Keyed { key: 9, item: 6 })));
        assert_eq!(now(queue.pop()).unwrap().item, 9);
        queue.close_now();
        assert!(queue.is_empty());
    });
    report.scenario("StaticPriorityQueue: waiting on both sides, and cancelling", || {
        let queue = StaticPriorityQueue::<usize, 2>::new();
        let mut pops = pin!(Crowd::new(|_| queue.pop()));
        pops.as_mut().wait();
        for place in 0..CROWD {
            queue.try_push_at(place, 1).unwrap();
            assert_eq!(assert_ready!(pops.as_mut().poll(place)).unwrap().item, place);
        }
        let mut pushes = pin!(Crowd::new(|place| queue.push_at(place, place as u32 % 5)));
        assert!(queue.try_push_at(0, 1).is_ok() && queue.try_push_at(0, 0).is_ok());
        pushes.as_mut().wait();
        pushes.as_mut().cancel(7);
        assert_eq!(wakes(|| assert!(queue.close())), CROWD - 1);
    });
}
