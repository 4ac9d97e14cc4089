// error: E0597
// A queued reference must live as long as the queue may return it.

use anywake_core::StaticQueue;

fn main() {
    let queue = StaticQueue::<&str, 1>::new();
    {
        let local = String::from("short");
        queue.try_push(&local).unwrap();
    }
    println!("{}", queue.try_pop().unwrap());
}
