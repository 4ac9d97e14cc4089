//! What can be used after a panic that was caught, without `AssertUnwindSafe`.

use core::cell::Cell;
use core::convert::Infallible;
use core::panic::{RefUnwindSafe, UnwindSafe};
use std::panic::{catch_unwind, resume_unwind};

use anywake::pool::Manager;
use anywake::scope::Shield;
use anywake::stream::{Buffered, Emitter};
use anywake::task::Panic;
use anywake::test_util::Simulated;
use anywake::wait::Deadline;
use anywake::{
    Barrier, BlockingPool, BrokenBarrier, Cache, ContextVar, Elapsed, ExitStack, Failure, GroupError,
    KeyedLock, LifoQueue, Pool, PoolError, SafeCounter, SharedState, Task, TaskError, TaskGroup, blocking,
};

/// What is not `RefUnwindSafe` itself.
type Payload = Cell<u8>;

struct Connections;

impl Manager for Connections {
    type Connection = Payload;
    type Error = Infallible;

    async fn connect(&self) -> Result<Payload, Infallible> {
        Ok(Cell::new(0))
    }
}

fn both<T: UnwindSafe + RefUnwindSafe>() {}

#[test]
fn handles_tools_and_errors_can_be_used_after_a_panic() {
    both::<Task<Payload>>();
    both::<Shield<Payload>>();
    both::<TaskGroup<Simulated, Payload>>();
    both::<ExitStack<Simulated, Payload>>();
    both::<Deadline<Simulated>>();
    both::<ContextVar<Payload>>();
    both::<Barrier>();
    both::<BlockingPool<Simulated>>();
    both::<Pool<Connections, Simulated>>();
    both::<Cache<u8, Payload, Simulated>>();
    both::<KeyedLock<u8>>();
    both::<SafeCounter>();
    both::<SharedState<Payload>>();
    both::<LifoQueue<Payload>>();
    both::<Emitter<Payload>>();
    both::<Buffered<Payload>>();
    both::<(TaskError, Panic, Failure<u8>, GroupError<u8>, PoolError<u8>, Elapsed<u8>, BrokenBarrier)>();
}

#[test]
fn counter_is_as_it_was_after_a_panic_of_its_change() {
    let counter = SafeCounter::new(7);
    let change = async |_| resume_unwind(Box::new("in the middle"));
    assert!(catch_unwind(|| blocking::wait(counter.update(change))).is_err());
    assert_eq!(blocking::wait(counter.increment()), 8);
}
