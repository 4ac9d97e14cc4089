// error: E0597
// The items that are left are dropped with the queue: they may not refer to what is gone by then.

use anywake_core::{Queue, UnboundedQueue};

struct Reads<'a>(&'a String);

impl Drop for Reads<'_> {
    fn drop(&mut self) {
        println!("{}", self.0);
    }
}

fn main() {
    let queue: UnboundedQueue<Reads<'_>> = Queue::unbounded();
    let text = String::from("is dropped before the queue");
    queue.push_now(Reads(&text)).ok();
}
