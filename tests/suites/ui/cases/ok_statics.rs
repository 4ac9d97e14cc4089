// All five primitives can be statics, with items that are Send.

use anywake_core::{Condition, Event, Lock, Semaphore, StaticQueue};

static LOCK: Lock<Option<Box<u8>>> = Lock::new(None);
static SEMAPHORE: Semaphore = Semaphore::new(1);
static EVENT: Event = Event::new();
static CONDITION: Condition = Condition::new();
static QUEUE: StaticQueue<Box<u8>, 1> = StaticQueue::new();

fn main() {
    *LOCK.try_lock().unwrap() = QUEUE.try_pop().ok();
    drop(SEMAPHORE.try_acquire());
    EVENT.set();
    CONDITION.notify_all();
}
