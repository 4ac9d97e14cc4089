//! The waiting protocol. It names no primitive: `policy` tells how it works, and is the file to read first.

pub(crate) mod future;
pub(crate) mod handle;
pub(crate) mod held;
pub(crate) mod list;
pub(crate) mod offer;
pub(crate) mod policy;
pub(crate) mod poll;
pub(crate) mod queue;
#[forbid(unsafe_code)]
pub(crate) mod status;
pub(crate) mod trace;
pub(crate) mod waiter;
pub(crate) mod wake;
#[forbid(unsafe_code)]
pub(crate) mod word;
