// error: E0597
// RUSTSEC-2023-0070 (self_cell): a covariant queue would accept references that live too short.

use anywake_core::StaticQueue;

fn store<'a>(queue: &StaticQueue<&'a str, 1>, text: &'a str) {
    queue.try_push(text).unwrap();
}

fn main() {
    let queue: StaticQueue<&'static str, 1> = StaticQueue::new();
    {
        let local = String::from("does not live for ever");
        store(&queue, &local);
    }
    println!("{}", queue.try_pop().unwrap());
}
