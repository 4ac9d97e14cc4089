// error: E0521
// The part of the value must not outlive the guard that is made of it.

use anywake_core::{ReadGuard, RwLock};

fn main() {
    let lock = RwLock::new(String::from("text"));
    let mut escaped: &str = "";
    let guard = ReadGuard::map(lock.try_read().unwrap(), |text| {
        escaped = text;
        text
    });
    drop(guard);
    println!("{escaped}");
}
