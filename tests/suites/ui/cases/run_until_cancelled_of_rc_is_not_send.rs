// error: E0277
// The future that runs until its token is cancelled is part of the one around it, and changes threads with it.

use std::future::Ready;
use std::rc::Rc;

use anywake_core::cancellation_token::OwnedRunUntilCancelledFuture;

fn send<T: Send>() {}

fn main() {
    send::<OwnedRunUntilCancelledFuture<Ready<Rc<u8>>>>();
}
