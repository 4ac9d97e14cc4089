//! How to wait for a wait group: as for a latch.

#[cfg(feature = "alloc")]
use crate::sys::Arc;

use super::WaitGroup;
use crate::latch::ZeroWait;
use crate::wait::future::{Wait, wait_futures};

wait_futures! {
    /// The future of [`WaitGroup::wait`]: waits until no token is left.
    pub struct WaitGroupFuture['a]['a] waits as Wait<&'a WaitGroup, ZeroWait> => (), |_, ()| ();
}

#[cfg(feature = "alloc")]
wait_futures! {
    /// The future of [`WaitGroup::wait_owned`]: as [`WaitGroupFuture`], and keeps the group alive.
    pub struct OwnedWaitGroupFuture[][] waits as Wait<Arc<WaitGroup>, ZeroWait> => (), |_, ()| ();
}
