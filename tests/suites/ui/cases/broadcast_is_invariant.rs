// error: E0597
// RUSTSEC-2023-0070 (self_cell): a covariant broadcast would accept references that live too short.

use anywake_core::Broadcast;

fn store<'a>(news: &Broadcast<&'a str, 1>, text: &'a str) {
    news.try_publish(text).unwrap();
}

fn main() {
    let news: Broadcast<&'static str, 1> = Broadcast::new();
    let mut receiver = news.receiver();
    {
        let local = String::from("does not live for ever");
        store(&news, &local);
    }
    println!("{}", receiver.try_recv().unwrap());
}
