// error: E0277
// Any thread may poll the stored future of a lazy value, so in a static it is Send.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use anywake_core::Lazy;

static LAZY: Lazy<u8, Pin<Box<dyn Future<Output = u8>>>> = Lazy::new(|| {
    let rc = Rc::new(1);
    Box::pin(async move { *rc })
});

fn main() {
    assert!(LAZY.get().is_none());
}
