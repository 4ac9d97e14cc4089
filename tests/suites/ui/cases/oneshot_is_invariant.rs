// error: E0597
// A shorter reference must not be sent where a longer one is received.

use anywake_core::oneshot::{Sender, channel};

fn send<'a>(sender: Sender<&'a str>, text: &'a str) {
    sender.send(text).unwrap();
}

fn main() {
    let (sender, mut receiver) = channel::<&'static str>();
    {
        let text = String::from("text");
        send(sender, &text);
    }
    println!("{:?}", receiver.try_recv());
}
