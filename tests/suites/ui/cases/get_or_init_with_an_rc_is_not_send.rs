// error: E0277
// The initialiser is a part of the future, so a future with an Rc in its initialiser stays on its thread.

use std::future::ready;
use std::rc::Rc;

use anywake_core::OnceCell;

fn send<T: Send>(_: T) {}

fn main() {
    let (cell, rc) = (OnceCell::new(), Rc::new(1));
    send(cell.get_or_init(move || ready(*rc)));
}
