//! How many items were pushed and are not done.

/// The highest count. Few under test, so that the tests reach it.
const MOST: usize = if cfg!(test) { 64 } else { usize::MAX };

/// A count of items that are not done. It is exact until it reaches its maximum, and stays there from then on: a queue
/// whose items nobody reports as done counts on and on, and 2^32 of them take a microcontroller some weeks. Then no `join`
/// ends any more, rather than too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unfinished(usize);

impl Unfinished {
    pub(super) const NONE: Self = Self(0);

    #[inline]
    pub(super) fn count(self) -> usize {
        self.0
    }

    /// One item more was pushed.
    #[inline]
    pub(super) fn add(&mut self) {
        // A count of 64 bits does not come so far.
        if usize::BITS > u32::BITS && !cfg!(test) {
            self.0 += 1;
        } else {
            // mistake a_count_of_work_wraps: self.0 < MOST ~> true
            self.0 += usize::from(self.0 < MOST);
        }
    }

    /// One item fewer. Returns whether there was one.
    #[inline]
    pub(super) fn remove(&mut self) -> bool {
        let is_exact = self.0 < MOST;
        let was_there = self.0 > 0;
        self.0 -= usize::from(is_exact && was_there);
        was_there
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::StaticQueue;

    #[test]
    fn a_count_that_has_reached_its_most_stays_there() {
        let mut count = Unfinished::NONE;
        assert!(!count.remove());
        (0..MOST - 1).for_each(|_| count.add());
        assert!(count.remove());
        assert_eq!(count.count(), MOST - 2, "it is exact below");
        (0..5).for_each(|_| count.add());
        assert_eq!(count.count(), MOST);
        (0..2 * MOST).for_each(|_| assert!(count.remove()));
        assert_eq!(count.count(), MOST);
    }

    #[test]
    fn a_queue_whose_items_are_never_done_goes_on() {
        let queue = StaticQueue::<usize, 1>::new();
        for item in 0..3 * MOST {
            queue.try_push(item).unwrap();
            assert_eq!(queue.try_pop(), Ok(item));
        }
        (0..3 * MOST).for_each(|_| queue.task_done().unwrap());
        assert!(!core::pin::pin!(queue.join()).enable(), "a join ends too late rather than too early");
    }
}
