//! Guards: each reserves one of the counts.

use super::*;

#[test]
fn a_guard_counts_down_when_it_is_dropped() {
    let latch = Latch::new(2);
    let mut task = queued(latch.wait());
    let (one, other) = (latch.guard().unwrap(), latch.guard().unwrap());
    assert_eq!(latch.remaining(), 2, "a guard reserves, and does not count down");
    drop(one);
    assert_eq!(latch.remaining(), 1);
    assert!(!task.is_woken());
    drop(other);
    assert_eq!((latch.remaining(), task.wakes()), (0, 1));
    task.ready();
}

#[test]
fn a_guard_too_many_is_an_error_where_it_is_made() {
    let latch = Latch::new(2);
    let guards = [latch.guard().unwrap(), latch.guard().unwrap()];
    assert_eq!(latch.guard().unwrap_err().remaining(), 0);
    drop(guards);
    assert_eq!(latch.guard().unwrap_err().remaining(), 0, "a latch never rises again");
    assert!(Latch::new(0).guard().is_err());
}

/// So the drop of a guard always finds its count, and the latch cannot open while a guard lives.
#[test]
fn counting_down_does_not_take_what_a_guard_holds() {
    let latch = Latch::new(3);
    let guard = latch.guard().unwrap();
    let mut task = queued(latch.wait());
    for too_many in [3, 4, usize::MAX] {
        assert_eq!(left(latch.count_down(too_many)), 2, "{too_many}");
    }
    latch.count_down(2).unwrap();
    assert_eq!(left(latch.count_down(1)), 0);
    assert_eq!(latch.remaining(), 1);
    assert_pending!(task.poll());
    drop(guard);
    task.ready();
}

#[test]
fn a_guard_counts_down_when_its_task_panics() {
    let latch = Latch::new(1);
    let mut task = queued(latch.wait());
    panic_of(|| {
        let _guard = latch.guard().unwrap();
        panic!("the part failed");
    });
    task.ready();
}

#[test]
fn a_forgotten_guard_keeps_the_latch_closed() {
    let latch = Latch::new(2);
    core::mem::forget(latch.guard().unwrap());
    latch.count_down(1).unwrap();
    assert_pending!(queued(latch.wait()).poll());
    assert_eq!((latch.remaining(), left(latch.count_down(1))), (1, 0));
}

#[cfg(not(feature = "local"))]
#[test]
fn an_owned_guard_goes_to_another_thread_and_outlives_the_callers_latch() {
    let latch = Arc::new(Latch::new(2));
    let wait = Arc::clone(&latch).wait_owned();
    let guards = [(); 2].map(|()| Arc::clone(&latch).guard_owned().unwrap());
    assert!(Arc::clone(&latch).guard_owned().is_err());
    assert!(Arc::ptr_eq(guards[0].latch(), &latch));
    drop(latch);
    let threads = guards.map(|guard| std::thread::spawn(move || drop(guard)));
    block_on(wait);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn a_guard_of_a_part_keeps_the_whole_alive() {
    let job = Arc::new((Latch::new(1), "job"));
    let part = ArcPart::new(Arc::clone(&job), |job| &job.0);
    let guard = part.clone().guard().unwrap();
    assert!(part.guard().is_err());
    assert_eq!(Arc::strong_count(&job), 2);
    assert_eq!(guard.latch().owner().1, "job");
    drop(guard);
    assert_eq!((job.0.remaining(), Arc::strong_count(&job)), (0, 1));
}

#[test]
fn guards_may_be_dropped_by_the_wakers_of_other_guards_waits() {
    let (first, second): (&'static Latch, &'static Latch) = (leak(Latch::new(1)), leak(Latch::new(1)));
    let held: Mutex<Option<LatchGuard<'static>>> = Mutex::new(second.guard().ok());
    let held: &'static _ = leak(held);
    let hook = || drop(held.lock().unwrap().take());
    let mut through = Task::with_waker(first.wait(), CountingWaker::reentrant(Call::Wake, hook));
    assert_pending!(through.poll());
    let mut behind = queued(second.wait());
    drop(first.guard().unwrap());
    behind.ready();
    through.ready();
}

#[test]
fn promise_7_a_forgotten_wait_does_not_keep_a_guard_from_counting_down() {
    let latch: &'static Latch = leak(Latch::new(1));
    let mut wait = Box::pin(latch.wait());
    assert_pending!(anywake_tests::poll_once(wait.as_mut()));
    forget(wait);
    let mut task = queued(latch.wait());
    drop(latch.guard().unwrap());
    task.ready();
}

#[cfg(not(feature = "local"))]
#[test]
fn many_guards_and_counts_end_at_exactly_zero() {
    const EACH: usize = 100;
    let latch = Arc::new(Latch::new(4 * EACH));
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let latch = Arc::clone(&latch);
            std::thread::spawn(move || {
                for _ in 0..EACH {
                    if number % 2 == 0 {
                        drop(latch.guard().unwrap());
                    } else {
                        latch.count_down(1).unwrap();
                    }
                }
            })
        })
        .collect();
    block_on(latch.wait());
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!((latch.remaining(), left(latch.count_down(1))), (0, 0));
}
