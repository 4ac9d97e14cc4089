// error: E0597
// RUSTSEC-2023-0070 (self_cell): a type with interior mutability was covariant.

use anywake_core::Lock;

fn store<'a>(lock: &Lock<&'a str>, text: &'a str) {
    *lock.try_lock().unwrap() = text;
}

fn main() {
    let lock: Lock<&'static str> = Lock::new("lives for ever");
    {
        let local = String::from("does not");
        store(&lock, &local);
    }
    println!("{}", lock.into_inner());
}
