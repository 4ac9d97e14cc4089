// All five primitives can be statics, with items that are Send. So can a queue without a bound.

use anywake_core::{Condition, Event, Lock, Queue, Semaphore, StaticQueue, UnboundedQueue};

static LOCK: Lock<Option<Box<u8>>> = Lock::new(None);
static SEMAPHORE: Semaphore = Semaphore::new(1);
static EVENT: Event = Event::new();
static CONDITION: Condition = Condition::new();
static QUEUE: StaticQueue<Box<u8>, 1> = StaticQueue::new();
static UNBOUNDED: UnboundedQueue<Box<u8>> = Queue::unbounded();

fn main() {
    *LOCK.try_lock().unwrap() = QUEUE.try_pop().ok();
    UNBOUNDED.push_now(Box::new(1)).unwrap();
    drop(SEMAPHORE.try_acquire());
    EVENT.set();
    CONDITION.notify_all();
}
