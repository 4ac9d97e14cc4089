//! Tasks that belong together: started, awaited and ended as one.

mod as_completed;
mod children;
mod exit_stack;
mod gather;
mod race;
mod shield;
mod task_group;

pub use as_completed::{AsCompleted, as_completed};
pub use exit_stack::{Exit, ExitStack, exit_stack};
pub use gather::{Gather, GatherSettled, gather, gather_settled};
pub use race::{Race, WaitTasks, When, race, wait};
pub use shield::{Shield, shield};
pub use task_group::{TaskGroup, task_group};
