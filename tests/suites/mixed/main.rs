//! One side of each primitive on one runtime, the other side on another, for all ordered pairs.
//!
//! A waker belongs to the runtime of the waiting task, and is called on a thread of the other runtime. A primitive that
//! relied on its own runtime would hang here. Plain threads are also paired with themselves, since that pair runs where
//! no runtime does.

mod barrier;
mod broadcast;
mod cancellation_token;
mod channel;
mod condition;
mod event;
mod latch;
mod lazy;
mod lock;
mod notify;
mod once_cell;
mod oneshot;
mod queue;
mod rwlock;
mod semaphore;
mod signal;
mod wait_group;
mod watch;

const ROUNDS: usize = if cfg!(miri) { 10 } else { 100 };

/// Stamps every scenario for one pair of runtimes.
macro_rules! pairs {
    ($($pair:ident: $waiter:ident, $other:ident;)+) => {$(
        mod $pair {
            pairs! { @tests $waiter, $other,
                lock: lock lock_handed_over;
                semaphore: semaphore semaphore_with_bypass semaphore_with_priorities urgent_requests_starve_nobody
                    cancellation;
                event: event;
                latch: latch;
                wait_group: wait_group;
                condition: condition;
                notify: notify;
                once_cell: once_cell;
                oneshot: oneshot oneshot_left_alone;
                signal: signal;
                lazy: lazy;
                barrier: barrier;
                broadcast: broadcast broadcast_displaced;
                cancellation_token: cancellation_token;
                rwlock: rwlock rwlock_upgraded;
                queue: queue queue_closed queue_with_slack queue_by_key;
                channel: channel receiver_goes unbounded_channel;
                watch: watch watch_borrowed;
            }
        }
    )+};
    (@tests $waiter:ident, $other:ident, $($primitive:ident: $($scenario:ident)+;)+) => {$($(
        #[test]
        fn $scenario() {
            use anywake_tests::runtimes;
            anywake_tests::finishes(crate::$primitive::$scenario::<runtimes::$waiter, runtimes::$other>);
        }
    )+)+};
}

// The first runtime is that of the waiter.
pairs! {
    tokio_by_async_std: TokioMultiThread, AsyncStd;
    tokio_by_smol: TokioMultiThread, Smol;
    tokio_by_threads: TokioMultiThread, Threads;
    async_std_by_tokio: AsyncStd, TokioMultiThread;
    async_std_by_smol: AsyncStd, Smol;
    async_std_by_threads: AsyncStd, Threads;
    smol_by_tokio: Smol, TokioMultiThread;
    smol_by_async_std: Smol, AsyncStd;
    smol_by_threads: Smol, Threads;
    threads_by_tokio: Threads, TokioMultiThread;
    threads_by_async_std: Threads, AsyncStd;
    threads_by_smol: Threads, Smol;
    threads_by_threads: Threads, Threads;
}
