// error: E0080
// tokio and others panic when the program runs, for a capacity of zero. Here a static is refused at compile time.

use anywake_core::Broadcast;

static NEWS: Broadcast<u8, 0> = Broadcast::new();

fn main() {
    assert_eq!(NEWS.capacity(), 0);
}
