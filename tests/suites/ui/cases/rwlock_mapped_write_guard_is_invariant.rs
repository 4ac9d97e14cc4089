// error: E0597
// RUSTSEC-2020-0059 (futures-util): a pointer to the part is covariant unless the guard says otherwise.

use anywake_core::{MappedWriteGuard, RwLock, WriteGuard};

fn main() {
    let lock: RwLock<(u8, &'static str)> = RwLock::new((0, "lives for ever"));
    {
        let local = String::from("does not");
        let mut text: MappedWriteGuard<'_, &str> =
            WriteGuard::map(lock.try_write().unwrap(), |pair| &mut pair.1);
        *text = &local;
    }
    println!("{}", lock.into_inner().1);
}
