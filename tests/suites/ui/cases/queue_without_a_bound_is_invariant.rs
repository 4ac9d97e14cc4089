// error: E0597
// RUSTSEC-2023-0070 (self_cell): a covariant queue would accept references that live too short.

use anywake_core::{Queue, UnboundedQueue};

fn store<'a>(queue: &UnboundedQueue<&'a str>, text: &'a str) {
    queue.push_now(text).unwrap();
}

fn main() {
    let queue: UnboundedQueue<&'static str> = Queue::unbounded();
    {
        let local = String::from("does not live for ever");
        store(&queue, &local);
    }
    println!("{}", queue.try_pop().unwrap());
}
