//! Which types can be used after a panic, whatever they are made of.
//!
//! A panic cannot leave these half changed. Their state is behind a mutex under which no user code runs, or is changed
//! by the primitives of the core; and what user code does to a value in its own time is stored in one move, afterwards.
//! (`ExitStack`, `Cache` and `KeyedLock` have the traits by themselves. A queue whose items are compared, `Context` and
//! the futures that own outcomes do not have them: there a panic of user code, or a change of what it refers to, can be
//! seen.)

use core::panic::{RefUnwindSafe, UnwindSafe};

use crate::runtime::Runtime;
use crate::scope::{Shield, TaskGroup};
use crate::share::pool::{Manager, Pool};
use crate::share::{BlockingPool, SafeCounter, SharedState};
use crate::stream::{Buffered, Emitter};
use crate::task::{CancelOnDrop, Task};
use crate::wait::Deadline;

macro_rules! unwind_safe {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        impl<$($generics)*> UnwindSafe for $type {}
        impl<$($generics)*> RefUnwindSafe for $type {}
    )*};
}

unwind_safe! {
    [T] Task<T>;
    [T] CancelOnDrop<T>;
    [T] Shield<T>;
    [R, E] TaskGroup<R, E>;
    [R] Deadline<R>;
    [R] BlockingPool<R>;
    [M: Manager + RefUnwindSafe, R: Runtime] Pool<M, R>;
    [] SafeCounter;
    [T] SharedState<T>;
    [T] Emitter<T>;
    [T] Buffered<T>;
}
