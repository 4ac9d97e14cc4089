// error: E0597
// A shorter reference must not be sent where a longer one is read: a watch is invariant in its value.

use anywake_core::Watch;

fn send<'a>(watch: &Watch<&'a str>, text: &'a str) {
    watch.send(text).unwrap();
}

fn main() {
    let watch: Watch<&'static str> = Watch::new("");
    {
        let text = String::from("text");
        send(&watch, &text);
    }
    println!("{:?}", *watch.borrow());
}
