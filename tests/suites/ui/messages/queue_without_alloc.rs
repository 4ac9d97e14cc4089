// The queue whose capacity is known at run time only, without the feature that it needs.

use anywake_core::Queue;

fn main() {
    let _ = Queue::<u32>::with_capacity(1);
}
