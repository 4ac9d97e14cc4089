//! [`OnceCell`](anywake_core::OnceCell): the value, the role of the initialiser, and [`Lazy`](anywake_core::Lazy).

use core::future::{Future, poll_fn};
use core::task::Poll;

use anywake_core::OnceCell;
use anywake_core::once_cell::GetOrInitFuture;
use anywake_tests::{Task, assert_pending};

mod api;
mod cancel;
mod lazy;
mod panics;
mod part;
mod role;

/// An initialiser at work, which is ready at its second poll.
fn running<'a, T: 'a>(cell: &'a OnceCell<T>, value: T) -> Task<impl Future<Output = &'a T>> {
    let mut task = Task::new(cell.get_or_init(move || after_one_poll(value)));
    assert_pending!(task.poll());
    task
}

/// Waits for one poll, and returns the value.
async fn after_one_poll<T>(value: T) -> T {
    yield_now().await;
    value
}

/// Waits for one poll.
async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if core::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The wait for a cell with an initialiser that must not run.
fn without_running<T>(
    cell: &OnceCell<T>,
) -> GetOrInitFuture<'_, T, fn() -> core::future::Pending<T>, core::future::Pending<T>> {
    cell.get_or_init(|| panic!("the cell has an initialiser already"))
}
