// error: E0521
// The predicate looks at a value that is dropped afterwards.

use std::pin::pin;

use anywake_core::Watch;

fn main() {
    let watch = Watch::new(String::from("text"));
    let mut receiver = watch.receiver();
    let mut escaped: &str = "";
    let _ = pin!(receiver.wait_for(|text: &String| {
        escaped = text;
        true
    }));
    println!("{escaped}");
}
