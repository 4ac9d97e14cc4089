// error: E0277
// RUSTSEC-2020-0101 (conquer-once): the items of a queue without a bound change threads, too.

use std::rc::Rc;

use anywake_core::channel::unbounded;

fn main() {
    let (sender, receiver) = unbounded::<Rc<u8>>();
    std::thread::spawn(move || sender.send_now(Rc::new(1)).unwrap());
    drop(receiver.try_recv());
}
