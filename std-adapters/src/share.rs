//! What tasks share beside the primitives: patterns that are made of them.

/// Declares a `const fn` that is an ordinary one in a model, whose primitives cannot be made in a `const`.
macro_rules! const_fn {
    ($(#[$meta:meta])* $vis:vis const fn $($rest:tt)*) => {
        #[cfg(not(loom))]
        $(#[$meta])* $vis const fn $($rest)*
        #[cfg(loom)]
        $(#[$meta])* $vis fn $($rest)*
    };
}

mod blocking_pool;
mod cache;
mod counter;
mod exclusive;
mod keyed;
pub mod keyed_lock;
pub mod ordered_queue;
pub mod pool;
mod shared_state;

pub use blocking_pool::BlockingPool;
pub use cache::Cache;
pub use counter::SafeCounter;
pub use shared_state::SharedState;
