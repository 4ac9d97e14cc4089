//! What tasks share beside the primitives: patterns that are made of them.

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
