//! [`Lazy`]: the progress of its initialiser belongs to nobody.

use anywake_tests::Arc;
use core::cell::Cell;
use core::future::{Future, poll_fn, ready};
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use core::task::Poll;

use anywake_core::Lazy;
use anywake_core::once_cell::BoxedInit;
use anywake_tests::{
    Drops, Task, assert_pending, assert_ready, block_on, finishes, panic_of, queue_up, queued,
};

use super::yield_now;

/// A future that is ready at its third poll.
fn in_three_polls<T>(value: T) -> Pin<Box<impl Future<Output = T>>> {
    Box::pin(async {
        yield_now().await;
        yield_now().await;
        value
    })
}

#[test]
fn the_progress_of_a_cancelled_task_is_kept() {
    let begun = Cell::new(0);
    let lazy = Lazy::new(|| {
        begun.set(begun.get() + 1);
        in_three_polls(7)
    });
    queued(lazy.force()).cancel();
    queued(lazy.force()).cancel();
    assert_eq!(Task::new(lazy.force()).ready(), &7, "the third poll, by the third task");
    assert_eq!(begun.get(), 1);
}

#[test]
fn the_next_in_line_polls_on_when_a_task_is_cancelled() {
    let lazy = Lazy::new(|| in_three_polls(7));
    let first = queued(lazy.force());
    let mut line = queue_up(2, || lazy.force());
    assert_eq!(lazy.waiters(), 2);
    first.cancel();
    assert_eq!(line.iter().map(Task::wakes).collect::<Vec<_>>(), [1, 0]);
    assert_pending!(line[0].poll());
    assert!(line[0].is_woken(), "by the future, which now has its waker");
    assert_eq!(line[0].ready(), &7);
    assert_eq!((line[1].wakes(), line[1].ready()), (1, &7));
}

#[test]
fn the_stored_future_wakes_the_task_that_polls_it_now() {
    let waker = Cell::new(None::<core::task::Waker>);
    let lazy = Lazy::new(|| {
        poll_fn(|context| {
            waker.set(Some(context.waker().clone()));
            Poll::<u32>::Pending
        })
    });
    let first = queued(lazy.force());
    let mut second = queued(lazy.force());
    first.cancel();
    assert_pending!(second.poll());
    assert!(!second.is_woken());
    waker.take().unwrap().wake();
    assert!(second.is_woken());
}

#[cfg(not(feature = "local"))]
#[test]
fn a_lazy_lives_in_a_static_and_is_computed_once() {
    static BEGUN: AtomicUsize = AtomicUsize::new(0);
    static LAZY: Lazy<String> = Lazy::new(|| {
        BEGUN.fetch_add(1, SeqCst);
        Box::pin(async { "text".to_owned() })
    });
    finishes(|| {
        let threads = [(); 3].map(|()| std::thread::spawn(|| block_on(LAZY.force()).len()));
        assert_eq!(threads.map(|thread| thread.join().unwrap()), [4; 3]);
        assert_eq!(BEGUN.load(SeqCst), 1);
        assert_eq!(LAZY.get().map(String::as_str), Some("text"));
    });
}

#[test]
fn a_lazy_with_a_closure_is_awaited_by_reference() {
    let base = 40;
    let lazy = Lazy::new(|| ready(base + 2));
    assert_eq!(Task::new(IntoFuture::into_future(&lazy)).ready(), &42);
    assert_eq!((lazy.get(), lazy.is_initialized()), (Some(&42), true));
    assert_eq!(lazy.into_inner(), Some(42));
}

#[cfg(not(feature = "local"))]
#[test]
fn a_lazy_that_is_shared_is_computed_with_what_its_closure_owns() {
    let text = String::from("text");
    let lazy = Arc::new(Lazy::new(move || -> BoxedInit<String> {
        let text = text.clone();
        Box::pin(async move { text })
    }));
    let other = Arc::clone(&lazy);
    std::thread::spawn(move || assert_eq!(block_on(other.force()), "text")).join().unwrap();
    assert!(lazy.is_initialized());
}

#[test]
fn promise_11_a_panic_begins_the_computation_anew() {
    let begun = Cell::new(0);
    let lazy = Lazy::new(|| {
        begun.set(begun.get() + 1);
        let broken = begun.get() == 1;
        Box::pin(async move {
            yield_now().await;
            assert!(!broken, "the first attempt panics");
            7
        })
    });
    let mut first = queued(lazy.force());
    let mut second = queued(lazy.force());
    assert!(panic_of(|| first.poll()).contains("the first attempt panics"));
    assert!(second.is_woken());
    assert_pending!(second.poll());
    assert_eq!((second.ready(), begun.get()), (&7, 2));
}

#[test]
fn promise_11_a_closure_that_panics_is_called_again() {
    let begun = Cell::new(0);
    let lazy = Lazy::new(|| {
        begun.set(begun.get() + 1);
        assert!(begun.get() > 1, "the first call panics");
        ready(7)
    });
    assert!(panic_of(|| Task::new(lazy.force()).poll()).contains("the first call panics"));
    assert_eq!(Task::new(lazy.force()).ready(), &7);
}

#[test]
fn the_stored_future_is_dropped_as_soon_as_the_value_is_there() {
    let drops = Drops::new();
    let lazy = Lazy::new(|| {
        let item = drops.item(0);
        let mut polls = 0;
        poll_fn(move |_| {
            polls += 1;
            let item = &item;
            if polls > 1 { Poll::Ready(item.id) } else { Poll::Pending }
        })
    });
    let mut task = queued(lazy.force());
    assert_eq!(drops.count(), 0);
    assert_eq!((assert_ready!(task.poll()), drops.count()), (&0, 1));
}

#[test]
fn the_stored_future_is_dropped_with_its_lazy() {
    let drops = Drops::new();
    let lazy = Lazy::new(|| {
        let item = drops.item(0);
        Box::pin(async move {
            core::future::pending::<()>().await;
            let item = item;
            item.id
        })
    });
    queued(lazy.force()).cancel();
    assert_eq!(drops.count(), 0);
    assert_eq!(lazy.into_inner(), None);
    assert_eq!(drops.count(), 1);
}

#[cfg(not(feature = "local"))]
#[test]
fn a_lazy_that_forces_itself_waits() {
    static LAZY: Lazy<u32> = Lazy::new(|| Box::pin(async { *LAZY.force().await }));
    let mut task = queued(LAZY.force());
    assert_eq!(LAZY.waiters(), 1);
    assert_pending!(task.poll());
}

#[test]
fn a_lazy_shows_its_value_and_its_waiters() {
    let lazy = Lazy::new(|| in_three_polls("text"));
    let mut tasks = queue_up(2, || lazy.force());
    assert_eq!(format!("{lazy:?}"), "Lazy { value: None, waiters: 1, .. }");
    assert_pending!(tasks[0].poll());
    tasks[0].ready();
    assert_eq!(format!("{lazy:?}"), "Lazy { value: Some(\"text\"), waiters: 0, .. }");
    assert!(format!("{:?}", lazy.force()).contains("LazyFuture"));
}
