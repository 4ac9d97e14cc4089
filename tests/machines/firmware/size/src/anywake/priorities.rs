//! The step of a semaphore with priorities, and that of a queue in the order of keys.

use anywake_core::{PrioritySemaphore, StaticPriorityQueue};

use crate::{black_box, pin, poll};

static LINE: PrioritySemaphore<4> = PrioritySemaphore::with_priorities(1, 100);
static ORDERED: StaticPriorityQueue<u32, 8> = StaticPriorityQueue::new();

handed_over! {
    /// `acquire_at`, `try_acquire_at`.
    semaphore_priorities: LINE.try_acquire_at(1, 0), drop(black_box(LINE.acquire_at(1, black_box(2)).await))
}

/// `push_at`, `pop`, `try_push_at`, `try_pop`.
pub fn priority_queue() {
    let mut task = pin!(async {
        let item = ORDERED.pop().await.map_or(0, |keyed| keyed.item);
        let _ = ORDERED.push_at(item, black_box(3)).await;
    });
    poll(task.as_mut());
    let _ = black_box(ORDERED.try_push_at(1, black_box(2)));
    poll(task.as_mut());
    let _ = black_box(ORDERED.try_pop());
}
