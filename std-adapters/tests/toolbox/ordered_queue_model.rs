//! `PriorityQueue` beside the core's `Queue`: the order of the items is another, the rules are the same.

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;

use anywake::test_util::Probe;
use anywake::{Closed, PriorityQueue, Queue};

type Wait<'a, O> = Probe<Pin<Box<dyn Future<Output = O> + 'a>>>;

fn wait<'a, O>(future: impl Future<Output = O> + 'a) -> Wait<'a, O> {
    Probe::new(Box::pin(future))
}

/// A wait at the core's queue, and the same at the one in another order.
type Pair<'a, O> = (Wait<'a, O>, Wait<'a, O>);

/// Whether both are ready, which they are together and alike.
fn both<O>((plain, ordered): &mut Pair<'_, O>, alike: impl Fn(&O, &O) -> bool) -> bool {
    match (plain.poll(), ordered.poll()) {
        (Poll::Ready(plain), Poll::Ready(ordered)) => {
            assert!(alike(&plain, &ordered));
            true
        }
        (Poll::Pending, Poll::Pending) => false,
        _ => panic!("one waits, the other does not"),
    }
}

/// Random steps, with both queues: whatever the order of the items, the same waits are woken and end in the same way.
fn same_steps(mut seed: u64) {
    let (plain, ordered) = (Queue::with_capacity(3).unwrap(), PriorityQueue::with_capacity(3).unwrap());
    let (mut pops, mut joins) = (Vec::<Pair<'_, Result<u64, Closed>>>::new(), Vec::<Pair<'_, ()>>::new());
    let mut random = |below: usize| {
        // Knuth's, of which the high bits are good.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for step in 0..60 {
        let alike = |a: &Result<u64, Closed>, b: &Result<u64, Closed>| a.is_ok() == b.is_ok();
        match random(40) {
            0..12 => assert_eq!(plain.try_push(step), ordered.try_push(step)),
            12..17 => assert_eq!(plain.try_pop().map(|_| ()), ordered.try_pop().map(|_| ())),
            17..24 => {
                let mut pop = (wait(plain.pop()), wait(ordered.pop()));
                if !both(&mut pop, alike) {
                    pops.push(pop);
                }
            }
            24..30 if !pops.is_empty() => {
                let index = random(pops.len());
                if both(&mut pops[index], alike) {
                    pops.remove(index);
                }
            }
            30..33 if !pops.is_empty() => drop(pops.remove(random(pops.len()))),
            33..36 => assert_eq!(plain.task_done(), ordered.task_done()),
            36..38 => {
                joins.push((wait(plain.join()), wait(ordered.join())));
                joins.retain_mut(|join| !both(join, |(), ()| true));
            }
            38 if step > 30 => {
                plain.close();
                ordered.close();
            }
            39 if step > 40 => {
                plain.close_now();
                ordered.close_now();
            }
            _ => {}
        }
        assert_eq!((plain.len(), plain.is_closed()), (ordered.len(), ordered.is_closed()));
        assert!(pops.iter().all(|(a, b)| a.wakes() == b.wakes()));
        assert!(joins.iter().all(|(a, b)| a.wakes() == b.wakes()));
    }
}

#[test]
fn waits_are_served_as_by_the_queue_of_the_core() {
    (0..4000).for_each(same_steps);
}
