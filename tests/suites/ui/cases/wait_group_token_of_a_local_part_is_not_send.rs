// error: E0277
// A token of a part owns the whole, which another thread must not drop if it is not Send.

use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use anywake_core::{ArcPart, WaitGroup};

fn main() {
    let whole = Arc::new((WaitGroup::new(), Rc::new(1)));
    let token = ArcPart::new(whole, |whole| &whole.0).add().unwrap();
    thread::spawn(move || drop(token));
}
