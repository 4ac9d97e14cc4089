//! The contenders: one small trait to a primitive, and the adapters that put each library behind it.
//!
//! An adapter adds nothing that the program of a user of the library would not contain: each method is the library's own call, inlined; its future is
//! handed on as it is, never boxed and never wrapped in a second state machine; results that a library wraps in `Result` or `Option` stay wrapped.
//! `each_lock!(f(arguments))` and its sisters call a generic function once for each contender.

#![expect(
    missing_debug_implementations,
    reason = "adapters are never printed, and some libraries' types cannot be"
)]

pub mod condition;
pub mod event;
pub mod lock;
pub mod queue;
pub mod semaphore;

/// Says who an adapter is: `contender!(Type, "name in the tables", kind = .., order = ..)`; `const N in Type<N>` where it is generic.
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
