// error: E0597
// RUSTSEC-2020-0059 (futures-util): a pointer to the part is covariant unless the guard says otherwise.

use anywake_core::{Lock, LockGuard, MappedGuard};

fn main() {
    let lock: Lock<(u8, &'static str)> = Lock::new((0, "lives for ever"));
    {
        let local = String::from("does not");
        let mut text: MappedGuard<'_, &str> = LockGuard::map(lock.try_lock().unwrap(), |pair| &mut pair.1);
        *text = &local;
    }
    println!("{}", lock.into_inner().1);
}
