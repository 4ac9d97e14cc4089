//! What runs models, by loom's names: loom itself, or shuttle if `--cfg shuttle` is passed beside `--cfg loom`.
//!
//! [`model`](crate::model) re-exports it for the models of users.

#[cfg(all(loom, not(shuttle)))]
pub(crate) use loom::lazy_static::Lazy;
#[cfg(all(loom, not(shuttle)))]
pub use loom::{cell, hint, sync, thread};

#[cfg(all(loom, shuttle))]
pub use super::shuttle::cell;
#[cfg(all(loom, shuttle))]
pub(crate) use shuttle::lazy_static::Lazy;
#[cfg(all(loom, shuttle))]
pub use shuttle::{hint, sync, thread};

// Only for the documentation of what it looks like.
#[cfg(not(loom))]
pub use std::{cell, hint, sync, thread};
