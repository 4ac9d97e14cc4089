// error: E0308
// asyncio: RuntimeError('cannot wait on un-acquired lock').

use anywake_core::{Condition, Lock};

fn main() {
    let (lock, condition) = (Lock::new(1), Condition::new());
    drop(condition.wait(&lock));
}
