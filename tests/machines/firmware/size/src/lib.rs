//! One step of a program for each primitive, to measure the code that an ordinary use adds to a binary.
//!
//! A step polls a wait in an `async` block, and ends the wait from outside. The steps of anywake, embassy-sync and
//! maitake-sync do the same as far as the crates allow.

#![no_std]

use core::future::Future;
use core::hint::black_box;
use core::ops::Deref;
use core::pin::{Pin, pin};
use core::task::{Context, RawWaker, RawWakerVTable, Waker};

use cortex_m as _;

/// Prints no message, whose code would be measured too.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        cortex_m::asm::udf();
    }
}

fn poll(future: Pin<&mut dyn Future<Output = ()>>) {
    const TABLE: RawWakerVTable =
        RawWakerVTable::new(|_| RawWaker::new(core::ptr::null(), &TABLE), drop, drop, drop);
    // SAFETY: the functions of the table do nothing, so any data is valid.
    let waker = unsafe { Waker::from_raw(RawWaker::new(core::ptr::null(), &TABLE)) };
    let _ = black_box(future.poll(&mut Context::from_waker(&waker)));
}

/// Runs the steps again and again.
pub fn run(steps: &[fn()]) -> ! {
    loop {
        for step in black_box(steps) {
            step();
        }
    }
}

/// A step: a task waits for a lock or a permit that is held, and runs when it is released.
macro_rules! handed_over {
    ($(#[$doc:meta])* $step:ident: $taken:expr, $task:expr) => {
        $(#[$doc])*
        pub fn $step() {
            let owner = $taken;
            let mut task = pin!(async { $task });
            poll(task.as_mut());
            drop(owner);
            poll(task.as_mut());
        }
    };
}

/// The steps of the five primitives of anywake, in either flavour.
macro_rules! five_steps {
    () => {
        handed_over! {
            /// `lock`, `try_lock`.
            lock: LOCK.try_lock(), *LOCK.lock().await += 1
        }

        handed_over! {
            /// `acquire`, `try_acquire`.
            semaphore: SEMAPHORE.try_acquire(), drop(black_box(SEMAPHORE.acquire().await))
        }

        /// `wait`, `set`, `clear`.
        pub fn event() {
            let mut task = pin!(async { EVENT.wait().await });
            poll(task.as_mut());
            EVENT.set();
            EVENT.clear();
            poll(task.as_mut());
        }

        /// `wait`, `notify_one`, and the lock that every wait needs.
        pub fn condition() {
            let mut task = pin!(async { *CONDITION.wait(CONDITION_LOCK.lock().await).await += 1 });
            poll(task.as_mut());
            CONDITION.notify_one();
            poll(task.as_mut());
        }

        /// `push`, `pop`, `try_push`, `try_pop`.
        pub fn queue() {
            let mut task = pin!(async {
                let item = QUEUE.pop().await.unwrap_or(0);
                let _ = QUEUE.push(item).await;
            });
            poll(task.as_mut());
            let _ = black_box(QUEUE.try_push(1));
            poll(task.as_mut());
            let _ = black_box(QUEUE.try_pop());
        }
    };
}

/// The steps of anywake.
pub mod anywake {
    mod broadcast;
    mod notify;
    mod oneshot;
    mod priorities;
    mod rwlock;
    mod signal;

    pub use broadcast::broadcast;
    pub use notify::notify;
    pub use oneshot::oneshot;
    pub use priorities::{priority_queue, semaphore_priorities};
    mod watch;

    use anywake_core::semaphore::Bypass;
    use anywake_core::{Barrier, Condition, Event, Latch, Lock, OnceCell, Semaphore, StaticQueue, WaitGroup};

    pub use rwlock::rwlock;
    pub use signal::signal;
    pub use watch::watch;

    use super::{black_box, pin, poll};

    static LOCK: Lock<u32> = Lock::new(0);
    static SEMAPHORE: Semaphore = Semaphore::new(1);
    static TURNSTILE: Semaphore<Bypass> = Semaphore::with_bypass(1, 100);
    static EVENT: Event = Event::new();
    static BARRIER: Barrier = Barrier::new(2);
    static CONDITION: Condition = Condition::new();
    static CONDITION_LOCK: Lock<u32> = Lock::new(0);
    static QUEUE: StaticQueue<u32, 8> = StaticQueue::new();
    static CELL: OnceCell<u32> = OnceCell::new();
    static LATCH: Latch = Latch::new(2);
    static GROUP: WaitGroup = WaitGroup::new();

    five_steps!();

    handed_over! {
        /// The same with a bypass.
        semaphore_bypass: TURNSTILE.try_acquire(), drop(black_box(TURNSTILE.acquire().await))
    }

    /// `wait`, twice.
    pub fn barrier() {
        let mut task = pin!(async { _ = black_box(BARRIER.wait().await) });
        poll(task.as_mut());
        poll(pin!(async { _ = black_box(BARRIER.wait().await) }));
        poll(task.as_mut());
    }

    /// `wait`, `guard`, `count_down`.
    pub fn latch() {
        let mut task = pin!(async { LATCH.wait().await });
        poll(task.as_mut());
        let guard = LATCH.guard();
        let _ = black_box(LATCH.count_down(1));
        drop(guard);
        poll(task.as_mut());
    }

    /// `wait`, `add`, `close`.
    pub fn wait_group() {
        let token = GROUP.add();
        let mut task = pin!(async { GROUP.wait().await });
        poll(task.as_mut());
        drop(token);
        poll(task.as_mut());
        GROUP.close();
    }

    /// `get_or_init`, `wait`, `get`.
    pub fn once_cell() {
        let mut task = pin!(async { _ = black_box(CELL.get_or_init(async || *black_box(&1)).await) });
        let mut reader = pin!(async { _ = black_box(CELL.wait().await) });
        poll(reader.as_mut());
        poll(task.as_mut());
        poll(reader.as_mut());
        let _ = black_box(CELL.get());
    }
}

/// A primitive in a `static` that is shared.
struct Plain<T>(T);

impl<T> Deref for Plain<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The steps of embassy-sync with one of its raw mutexes, in statics of one type.
macro_rules! embassy_steps {
    ($raw:ident, $own:ident) => {
        use embassy_sync::channel::Channel;
        use embassy_sync::mutex::Mutex;
        use embassy_sync::semaphore::{FairSemaphore, Semaphore};
        use embassy_sync::signal::Signal;

        static LOCK: $own<Mutex<$raw, u32>> = $own(Mutex::new(0));
        static SEMAPHORE: $own<FairSemaphore<$raw, 4>> = $own(FairSemaphore::new(1));
        static EVENT: $own<Signal<$raw, ()>> = $own(Signal::new());
        static QUEUE: $own<Channel<$raw, u32, 8>> = $own(Channel::new());

        handed_over! {
            /// `Mutex`.
            lock: LOCK.try_lock(), *LOCK.lock().await += 1
        }

        handed_over! {
            /// `FairSemaphore`, for 4 waiters.
            semaphore: SEMAPHORE.try_acquire(1), drop(black_box(SEMAPHORE.acquire(1).await))
        }

        /// `Signal`, for 1 waiter.
        pub fn event() {
            let mut task = pin!(async { EVENT.wait().await });
            poll(task.as_mut());
            EVENT.signal(());
            poll(task.as_mut());
            EVENT.reset();
        }

        /// `Channel`, for 1 waiter at each end.
        pub fn queue() {
            let mut task = pin!(async {
                let item = QUEUE.receive().await;
                QUEUE.send(item).await;
            });
            poll(task.as_mut());
            let _ = black_box(QUEUE.try_send(1));
            poll(task.as_mut());
            let _ = black_box(QUEUE.try_receive());
        }
    };
}

/// The steps of anywake in the flavour for one thread, as a program without an executor can name the primitives.
pub mod local {
    use core::ops::Deref;

    use anywake_local::{Condition, Event, Lock, Semaphore, StaticQueue};

    use super::{black_box, pin, poll};

    /// A primitive in a `static`.
    struct Own<T>(T);

    // SAFETY: the program has one thread, and no interrupt handlers.
    unsafe impl<T> Sync for Own<T> {}

    impl<T> Deref for Own<T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.0
        }
    }

    static LOCK: Own<Lock<u32>> = Own(Lock::new(0));
    static SEMAPHORE: Own<Semaphore> = Own(Semaphore::new(1));
    static EVENT: Own<Event> = Own(Event::new());
    static CONDITION: Own<Condition> = Own(Condition::new());
    static CONDITION_LOCK: Own<Lock<u32>> = Own(Lock::new(0));
    static QUEUE: Own<StaticQueue<u32, 8>> = Own(StaticQueue::new());

    five_steps!();

    /// The nearest equivalents of embassy-sync, with the raw mutex for one executor.
    pub mod embassy {
        use embassy_sync::blocking_mutex::raw::NoopRawMutex;

        use super::Own;
        use crate::{black_box, pin, poll};

        embassy_steps!(NoopRawMutex, Own);
    }
}

/// The nearest equivalents of embassy-sync, which has no condition.
pub mod embassy {
    use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;

    use super::{Plain, black_box, pin, poll};

    embassy_steps!(CriticalSectionRawMutex, Plain);
}

/// The nearest equivalents of maitake-sync, which has no condition and no queue of items.
pub mod maitake {
    use maitake_sync::{Mutex, Semaphore, WaitQueue};

    use super::{black_box, pin, poll};

    static LOCK: Mutex<u32> = Mutex::new(0);
    static SEMAPHORE: Semaphore = Semaphore::new(1);
    static EVENT: WaitQueue = WaitQueue::new();

    handed_over! {
        /// `Mutex`.
        lock: LOCK.try_lock(), *LOCK.lock().await += 1
    }

    handed_over! {
        /// `Semaphore`. With any features, its internal lock leaves interrupts on.
        semaphore: SEMAPHORE.try_acquire(1), drop(black_box(SEMAPHORE.acquire(1).await))
    }

    /// `WaitQueue`: it wakes the current waiters, and stores no flag.
    pub fn event() {
        let mut task = pin!(async {
            let _ = black_box(EVENT.wait().await);
        });
        poll(task.as_mut());
        EVENT.wake_all();
        poll(task.as_mut());
    }
}
