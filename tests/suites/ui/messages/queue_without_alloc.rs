// The queue whose capacity is chosen at run time, without the feature that it needs.

use anywake_core::Queue;

fn main() {
    let _ = Queue::<u32>::with_capacity(1);
}
