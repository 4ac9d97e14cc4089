// error: E0080
// asyncio refuses a barrier of no parties when the program runs, and other libraries take it for a barrier of one. Here a
// static is refused at compile time.

use anywake_core::Barrier;

static BARRIER: Barrier = Barrier::new(0);

fn main() {
    assert_eq!(BARRIER.parties(), 0);
}
