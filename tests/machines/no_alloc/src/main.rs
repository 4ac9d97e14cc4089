//! Uses all primitives, in statics, in a program without an allocator. That it links shows that nothing allocates.
//!
//! It is an ordinary program of the host, started by C's runtime, so that the host's toolchain builds and runs it.
//! Three tasks wait for each other through every primitive. Each is polled only after a wake, so that a lost wake makes
//! the program fail.

#![no_std]
#![no_main]

use core::ffi::{c_char, c_int, c_void};
use core::fmt::{self, Write};
use core::future::{Future, IntoFuture, poll_fn};
use core::panic::PanicInfo;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use anywake_core::{
    Barrier, Broadcast, Condition, Event, Latch, Lock, Notify, OnceCell, Oneshot, RwLock, Semaphore, Signal,
    StaticQueue, UpgradableGuard, WaitGroup, Watch, WriteGuard,
};

const TASKS: usize = 3;
const ITEMS: u32 = 5;
const TOTAL: u32 = ITEMS * (ITEMS + 1) / 2;

static START: Event = Event::new();
static READY: Notify = Notify::new();
static END: Barrier = Barrier::new(TASKS);
static SUM: Lock<u32> = Lock::new(0);
static GROWN: Condition = Condition::new();
static TURN: Semaphore = Semaphore::bounded(1);
static ITEMS_TO_ADD: StaticQueue<u32, 2> = StaticQueue::new();
static LIMIT: OnceCell<u32> = OnceCell::new();
/// Counted down by the two tasks that end first.
static ENDED: Latch = Latch::new(2);
static RUNNING: WaitGroup = WaitGroup::new();
static LAST: RwLock<u32> = RwLock::new(0);
/// The newest sum, from the consumer to the reporter.
static NEWEST: Signal<u32> = Signal::new();
/// Its ends live as long as its guard: the task that has it owns both.
static ANSWER: Lock<Oneshot<u32>> = Lock::new(Oneshot::new());
static PROGRESS: Watch<u32> = Watch::new(0);
/// Room for one, so that the consumer waits for the reporter.
static ADDED: Broadcast<u32, 1> = Broadcast::new();

/// Holds the permit until the start, and pushes more items than the queue has room for.
async fn producer() {
    let _ended = ENDED.guard().unwrap();
    let _running = RUNNING.add().unwrap();
    let permit = TURN.acquire().await.unwrap();
    // The initialiser waits for the start, and then the other two tasks have the value.
    let limit = LIMIT.get_or_init(async || {
        START.wait().await;
        ITEMS
    });
    let limit = *limit.await;
    READY.notify_one();
    drop(permit);
    for item in 1..=limit {
        ITEMS_TO_ADD.push(item).await.unwrap();
    }
    ITEMS_TO_ADD.close();
    ITEMS_TO_ADD.join().await;
    assert_eq!(ITEMS_TO_ADD.unfinished(), 0);
    assert!(END.wait().await.is_ok());
}

/// Holds the lock until the start, and then until its wait for the condition.
async fn reporter() {
    let (mut added, mut also) = (ADDED.receiver(), ADDED.receiver());
    let _running = RUNNING.add().unwrap();
    let sum = SUM.lock().await;
    let mut progress = PROGRESS.receiver();
    {
        let last = LAST.upgradable_read().await;
        assert_eq!(*LIMIT.wait().await, ITEMS);
        *UpgradableGuard::upgrade(last).await = 1;
    }
    let sum = GROWN.wait_for(sum, |sum| *sum == TOTAL).await;
    assert_eq!(*sum, TOTAL);
    drop(sum);
    // The newest by now, and then perhaps a newer one.
    while NEWEST.wait().await < TOTAL {}
    // The consumer holds the first value, and then this the last one.
    assert_eq!(*progress.wait_for(|item| *item == ITEMS).await.unwrap(), ITEMS);
    assert!(progress.changed().await.is_err());
    // Two receivers: one clones, and the other gets the original.
    for item in 1..=ITEMS {
        assert_eq!((added.recv().await, also.recv().await), (Ok(item), Ok(item)));
    }
    assert!(added.recv().await.is_err());
    assert!(END.wait().await.is_ok());
    ENDED.count_down(1).unwrap();
}

/// Starts the other tasks, and waits for what they hold.
async fn consumer() {
    {
        let mut pop = pin!(ITEMS_TO_ADD.pop());
        assert!(is_pending(pop.as_mut()).await, "the queue is empty: the wait is queued, and then cancelled");
    }
    assert_eq!((START.waiters(), LIMIT.waiters()), (1, 1));
    {
        let mut write = pin!(LAST.write());
        assert!(
            is_pending(write.as_mut()).await,
            "a reader is inside: the wait is queued, and then cancelled"
        );
    }
    answers().await;
    START.set();
    READY.notified().await;
    assert_eq!(*LIMIT.get_or_init(async || unreachable!("the producer initialises")).await, ITEMS);
    {
        let _permit = TURN.acquire().await.unwrap();
        assert!(TURN.try_acquire().is_err());
    }
    let first = PROGRESS.borrow();
    while let Ok(item) = ITEMS_TO_ADD.pop().await {
        PROGRESS.send(item).unwrap();
        *SUM.lock().await += item;
        let mut last = LAST.write().await;
        *last = item;
        assert_eq!(*WriteGuard::downgrade(last), item);
        GROWN.notify_all();
        NEWEST.signal(*SUM.lock().await);
        ITEMS_TO_ADD.task_done().unwrap();
    }
    assert_eq!((*first, *PROGRESS.borrow()), (0, ITEMS));
    assert!(PROGRESS.close());
    for item in 1..=ITEMS {
        ADDED.publish(item).await.unwrap();
    }
    ADDED.close();
    assert!(END.wait().await.is_ok());
    ENDED.wait().await;
    RUNNING.close();
    RUNNING.wait().await;
}

/// Rounds in one slot, with a wait that is queued, woken or cancelled.
async fn answers() {
    let mut slot = ANSWER.lock().await;
    for round in 0..2 {
        let (sender, mut receiver) = slot.split();
        assert!(
            is_pending(pin!(receiver.recv())).await,
            "nothing is sent: the wait is queued, and then cancelled"
        );
        let mut answer = pin!(receiver.into_future());
        assert!(is_pending(answer.as_mut()).await);
        sender.send(round).unwrap();
        assert_eq!(answer.await, Ok(round));
    }
    let (sender, receiver) = slot.split();
    drop(receiver);
    sender.closed().await;
    assert!(sender.send(0).is_err());
}

async fn is_pending<F: Future>(mut future: Pin<&mut F>) -> bool {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

/// Polls each task after a wake, until all are complete.
fn block_on(mut tasks: [Option<Pin<&mut dyn Future<Output = ()>>>; TASKS]) {
    static WOKEN: [AtomicBool; TASKS] = [const { AtomicBool::new(true) }; TASKS];
    while tasks.iter().any(Option::is_some) {
        let mut idle = true;
        for (slot, woken) in tasks.iter_mut().zip(&WOKEN) {
            if let Some(task) = slot {
                // Ordering: Relaxed, since there is one thread.
                if woken.swap(false, Ordering::Relaxed) {
                    idle = false;
                    if task.as_mut().poll(&mut Context::from_waker(&waker(woken))).is_ready() {
                        *slot = None;
                    }
                }
            }
        }
        assert!(!idle, "tasks wait, and no task is woken");
    }
}

/// A waker that sets a flag in a static.
fn waker(woken: &'static AtomicBool) -> Waker {
    const TABLE: RawWakerVTable = RawWakerVTable::new(|data| RawWaker::new(data, &TABLE), wake, wake, |_| ());

    fn wake(data: *const ()) {
        // SAFETY: `data` is the static reference below, which is always valid.
        unsafe { &*data.cast::<AtomicBool>() }.store(true, Ordering::Relaxed);
    }

    // SAFETY: the data is a static reference: a clone copies it, and a drop has nothing to do.
    unsafe { Waker::from_raw(RawWaker::new((&raw const *woken).cast(), &TABLE)) }
}

#[unsafe(no_mangle)]
extern "C" fn main(_arguments: c_int, _values: *const *const c_char) -> c_int {
    block_on([Some(pin!(producer())), Some(pin!(reporter())), Some(pin!(consumer()))]);

    assert_eq!(*SUM.try_lock().unwrap(), TOTAL);
    assert_eq!(TURN.available_permits(), 1);
    assert!(ITEMS_TO_ADD.is_closed() && ITEMS_TO_ADD.is_empty());
    READY.notify_waiters();
    assert_eq!((END.waiters(), END.is_broken()), (0, false));
    assert_eq!(
        (START.waiters(), READY.waiters(), SUM.waiters(), TURN.waiters(), GROWN.waiters()),
        (0, 0, 0, 0, 0)
    );
    assert_eq!((LIMIT.waiters(), LIMIT.get()), (0, Some(&ITEMS)));
    assert_eq!((ENDED.remaining(), ENDED.waiters()), (0, 0));
    assert_eq!((RUNNING.count(), RUNNING.waiters(), RUNNING.is_closed()), (0, 0, true));
    assert_eq!((NEWEST.waiters(), NEWEST.try_take()), (0, None));
    assert_eq!((ADDED.len(), ADDED.receiver_count(), ADDED.waiters()), (0, 0, 0));
    assert_eq!((*LAST.try_read().unwrap(), LAST.waiters()), (ITEMS, 0));
    assert_eq!((*PROGRESS.borrow(), PROGRESS.waiters(), PROGRESS.is_closed()), (ITEMS, 0, true));
    0
}

#[link(name = "c")]
unsafe extern "C" {
    fn write(file: c_int, bytes: *const c_void, length: usize) -> isize;
    safe fn abort() -> !;
}

struct StandardError;

impl Write for StandardError {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: the pointer and the length are those of `text`.
        let written = unsafe { write(2, text.as_ptr().cast(), text.len()) };
        if written < 0 { Err(fmt::Error) } else { Ok(()) }
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let _ = writeln!(StandardError, "{info}");
    abort()
}

/// The precompiled `core` refers to the personality function of unwinding. A panic aborts here, so that it is never
/// called.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
