//! Channels without a bound: one item after the other, tasks of one thread and of two, and a burst that is drained.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

use super::uncontended::timed;
use crate::contenders::queue::Item;
use crate::contenders::unbounded::{Unbounded, each_unbounded};
use crate::executor::yield_now;
use crate::harness::{Basis, Run, Suite, Workload, bytes_of};
use crate::runtimes::{AsyncStd, Local, Runtime, Smol, Task, Threads, TokioThreads};

/// The numbers of tasks at the two ends.
const ENDS: [(usize, usize); 3] = [(1, 1), (8, 1), (8, 8)];
/// The number of items of a burst.
const BURST: u64 = 100_000;
/// A sender of a task lets others run after so many items, or all items would be there before the first is popped.
const AT_ONCE: u64 = 64;

pub(super) fn add(suite: &mut Suite) {
    let mut w = Workload::new("unbounded/push+pop", "push and pop", Basis::Min);
    each_unbounded!(push_pop(&mut w));
    suite.add(w);

    let mut w = Workload::new("unbounded/burst of 100000", "push, and later pop", Basis::Min);
    each_unbounded!(burst(&mut w));
    suite.add(w);

    for ends in ENDS {
        let name = format!("unbounded/handoff/{}x{}", ends.0, ends.1);
        let mut w = Workload::new(name, "push and pop", Basis::Min);
        each_unbounded!(tasks(&mut w, Local, ends));
        suite.add(w);
    }
    on_threads(suite, TokioThreads);
    on_threads(suite, AsyncStd);
    on_threads(suite, Smol);
    on_threads(suite, Threads);
}

fn on_threads<R: Runtime>(suite: &mut Suite, runtime: R) {
    for ends in ENDS {
        let name = format!("threads/{}/unbounded/{}x{}", R::NAME, ends.0, ends.1);
        let mut w = Workload::new(name, "push and pop", Basis::Median);
        each_unbounded!(tasks(&mut w, runtime, ends));
        suite.add(w);
    }
}

fn push_pop<Q: Unbounded>(w: &mut Workload) {
    let Some(mut ends) = Q::ends(1, 1) else { return };
    w.enter::<Q>(bytes_of(Q::pop(&mut ends.receivers[0])), |n| {
        let mut ends = Q::ends(1, 1).expect("the library has a channel of this shape");
        let (sender, receiver) = (&mut ends.senders[0], &mut ends.receivers[0]);
        timed(n, async {
            for item in 0..n {
                assert!(Q::push(sender, item));
                assert_eq!(Q::pop(receiver).await.item(), item);
            }
        })
    });
}

fn burst<Q: Unbounded>(w: &mut Workload) {
    if Q::ends(1, 1).is_none() {
        return;
    }
    w.enter::<Q>(None, |n| {
        let mut ends = Q::ends(1, 1).expect("the library has a channel of this shape");
        let (sender, receiver) = (&mut ends.senders[0], &mut ends.receivers[0]);
        let bursts = n.div_ceil(BURST);
        timed(bursts * BURST, async {
            for _ in 0..bursts {
                for item in 0..BURST {
                    assert!(Q::push(sender, item));
                }
                for item in 0..BURST {
                    assert_eq!(Q::pop(receiver).await.item(), item);
                }
            }
        })
    });
}

fn tasks<Q: Unbounded>(w: &mut Workload, runtime: impl Runtime, (senders, receivers): (usize, usize)) {
    if Q::ends(senders, receivers).is_some() {
        w.enter_queue::<Q>(receivers, move |n| pass::<Q>(runtime, n, senders, receivers));
    }
}

/// Passes `n` items, of which each sender pushes and each receiver pops the same number.
fn pass<Q: Unbounded>(runtime: impl Runtime, n: u64, senders: usize, receivers: usize) -> Run {
    let batch = (senders * receivers) as u64;
    let items = (n / batch).max(1) * batch;
    let (each, popped_each) = (items / senders as u64, items / receivers as u64);
    let popped = Arc::new(AtomicU64::new(0));
    let ends = Q::ends(senders, receivers).expect("the library has a channel of this shape");
    let mut tasks: Vec<Task> = Vec::new();
    for mut receiver in ends.receivers {
        let popped = Arc::clone(&popped);
        tasks.push(Box::pin(async move {
            let mut sum = 0;
            for _ in 0..popped_each {
                sum += Q::pop(&mut receiver).await.item();
            }
            popped.fetch_add(sum, Relaxed);
        }));
    }
    for mut sender in ends.senders {
        tasks.push(Box::pin(async move {
            for item in 1..=each {
                assert!(Q::push(&mut sender, item), "the channel is open");
                if item % AT_ONCE == 0 {
                    yield_now().await;
                }
            }
        }));
    }
    let elapsed = runtime.run(tasks);
    assert_eq!(popped.load(Relaxed), senders as u64 * each * (each + 1) / 2, "items were lost or duplicated");
    Run::new(items, elapsed)
}
