//! Tasks that belong together: started, awaited and ended as one.

mod as_completed;
mod children;
mod exit_stack;
mod gather;
mod plain;
mod race;
mod shield;
mod task_group;

pub use as_completed::{AsCompleted, as_completed};
pub use exit_stack::{Exit, ExitStack, exit_stack};
pub use gather::{Gather, GatherOutputs, GatherSettled, gather, gather_outputs, gather_settled};
pub use plain::{First, Join, OneOf, TryJoin, first, first_ok, join, staggered, try_join};
pub use race::{Race, WaitTasks, When, race, wait};
pub use shield::{Shield, shield};
pub use task_group::{NotStarted, Started, TaskGroup, task_group};
