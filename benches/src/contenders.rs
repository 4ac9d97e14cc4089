//! The contenders: one small trait for each primitive, and an adapter for each library.
//!
//! An adapter adds nothing to the code that a user of the library would write. Each method is the library's own call,
//! inlined. It returns the library's future, never boxed and never wrapped in a second state machine. A `Result` or
//! `Option` of the library stays as it is. `each_lock!(f(arguments))` and its siblings call a generic function once for
//! each contender.

#![expect(
    missing_debug_implementations,
    reason = "adapters are never printed, and some libraries' types cannot be"
)]

pub mod barrier;
pub mod broadcast;
pub mod cancellation_token;
pub mod condition;
pub mod event;
pub mod latch;
pub mod lazy;
pub mod lock;
pub mod notify;
pub mod once_cell;
pub mod oneshot;
pub mod queue;
pub mod rwlock;
pub mod semaphore;
pub mod signal;
pub mod unbounded;
pub mod wait_group;
pub mod watch;

/// Implements `Contender` for an adapter: `contender!(Type, "name in the tables", kind = .., order = ..)`, with
/// `const N in Type<N>` for a generic one.
macro_rules! contender {
    ($(const $n:ident in)? $type:ty, $name:literal $(, $item:ident = $value:ident)*) => {
        impl $(<const $n: usize>)? $crate::harness::Contender for $type {
            const NAME: &'static str = $name;
            $(contender!(@$item $value);)*
        }
    };
    (@kind $value:ident) => {
        const KIND: $crate::harness::Kind = $crate::harness::Kind::$value;
    };
    (@order $value:ident) => {
        const ORDER: $crate::harness::Order = $crate::harness::Order::$value;
    };
}
pub(crate) use contender;
