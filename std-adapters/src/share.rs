//! What tasks share beside the primitives: patterns that are made of them.

mod barrier;
mod blocking_pool;
mod cache;
mod counter;
mod ordered_queue;
mod pool;
mod shared_state;

pub use barrier::{Barrier, BrokenBarrier};
pub use blocking_pool::BlockingPool;
pub use cache::Cache;
pub use counter::SafeCounter;
pub use ordered_queue::{Least, LifoQueue, Newest, Order, OrderedQueue, PriorityQueue};
pub use pool::{Manager, Pool, PoolConfig, PoolError, PoolStats, Pooled};
pub use shared_state::SharedState;
