//! A byte: mutual exclusion by one `swap` and one store.

use crate::sys::atomic::{AtomicBool, Ordering, const_fn, spin_loop, yield_now};

/// The first pause of a thread that finds the lock taken, in spin hints.
///
/// The holder works in bursts on its own cache line. A thread that looks at the lock too soon takes the line away
/// in the middle of such a burst, so short pauses make *everybody* slower: with pauses of 1 to 64 the
/// contended queue takes several times as long for a message as with 64 to 512.
const SHORTEST_PAUSE: u32 = if cfg!(loom) { 1 } else { 64 };
/// The longest pause. Reached, it is followed by a yield to the operating system before each further look.
const LONGEST_PAUSE: u32 = if cfg!(loom) { 1 } else { 512 };

/// The lock of a wait queue.
#[derive(Debug)]
pub(crate) struct RawLock {
    taken: AtomicBool,
}

/// Proof that the lock is held; releases it when dropped.
#[derive(Debug)]
pub(crate) struct RawGuard<'a> {
    lock: &'a RawLock,
}

impl RawLock {
    const_fn! {
        pub(crate) const fn new() -> Self {
            Self { taken: AtomicBool::new(false) }
        }
    }

    #[inline]
    pub(crate) fn lock(&self) -> RawGuard<'_> {
        // Ordering: Acquire synchronizes with the Release in the drop of a guard: what the last holder did is seen.
        if self.taken.swap(true, Ordering::Acquire) {
            self.lock_contended();
        }
        RawGuard { lock: self }
    }

    #[cold]
    fn lock_contended(&self) {
        let mut pause = SHORTEST_PAUSE;
        loop {
            for _ in 0..pause {
                spin_loop();
            }
            // mistake a_contended_lock_takes_a_look_for_a_swap: !self.taken.swap(true, Ordering::Acquire) ~>
            //     { self.taken.swap(true, Ordering::Acquire); true }
            // Ordering: Relaxed, it only avoids a useless `swap` that would take the holder's cache line; the
            // `swap` behind it has the Acquire, as in `lock`.
            if !self.taken.load(Ordering::Relaxed) && !self.taken.swap(true, Ordering::Acquire) {
                return;
            }
            if pause < LONGEST_PAUSE {
                pause *= 2;
            } else {
                yield_now();
            }
        }
    }
}

impl Drop for RawGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // Ordering: Release synchronizes with the Acquire in `lock` and `lock_contended` of the next holder.
        self.lock.taken.store(false, Ordering::Release);
    }
}
