//! A model of what threads do with the list: enter, leave from anywhere, and be taken from the front.

use core::ptr::NonNull;
use std::boxed::Box;
use std::sync::Arc;

use super::{Shared, model, spawn};
use crate::sys::atomic::{AtomicBool, Ordering, UnsafeCell};
use crate::sys::raw_lock::RawLock;
use crate::wait::list::{Links, List};

/// What lies in a future: the links first, and whether somebody took it out.
#[repr(C)]
struct Entry {
    links: Links,
    taken: AtomicBool,
    /// Belongs to the one who takes it out, and to its thread before and after.
    written: Arc<Shared<u32>>,
}

struct Guarded {
    raw: RawLock,
    list: UnsafeCell<List>,
}

// SAFETY: the list is reached under the raw lock only; loom watches.
unsafe impl Sync for Guarded {}

impl Guarded {
    fn with<X>(&self, change: impl FnOnce(&mut List) -> X) -> X {
        let _held = self.raw.lock();
        // SAFETY: the lock is held.
        self.list.with_mut(|list| change(unsafe { &mut *list }))
    }

    fn enter(&self) -> NonNull<Links> {
        let entry = Entry {
            links: Links::alone_at(NonNull::dangling()),
            taken: AtomicBool::new(false),
            written: Shared::new(0),
        };
        let links = NonNull::from(Box::leak(Box::new(entry))).cast();
        // SAFETY: valid until `leave` frees it, and in no list.
        self.with(|list| unsafe { list.push_back(links) });
        links
    }

    /// Takes it out if nobody else did, and frees it; returns what was written.
    fn leave(&self, links: NonNull<Links>) -> u32 {
        let entry = links.cast::<Entry>();
        // SAFETY: freed below and nowhere else.
        let is_taken = || unsafe { entry.as_ref() }.taken.load(Ordering::Acquire);
        if !is_taken() {
            self.with(|list| {
                if !is_taken() {
                    // SAFETY: taken out under the lock only, so it is still in.
                    unsafe { list.remove(links) };
                }
            });
        }
        // SAFETY: made by `Box` in `enter`, and out of the list.
        unsafe { Box::from_raw(entry.as_ptr()) }.written.get()
    }

    /// Takes the front, writes to it, and hands it back to its thread. Whether there was one.
    fn take_front(&self) -> bool {
        self.with(|list| {
            let Some(front) = list.front() else { return false };
            // SAFETY: the front is linked, in this list.
            unsafe { list.remove(front) };
            // SAFETY: it was linked until now, and has not been handed back.
            let entry = unsafe { front.cast::<Entry>().as_ref() };
            entry.written.set(1);
            // The last use of the entry.
            entry.taken.store(true, Ordering::Release);
            true
        })
    }
}

/// Every entry is left by its own thread or taken by the other, and the links are used under the lock only.
#[test]
fn entries_come_and_go() {
    model(|| {
        let list = Arc::new(Guarded { raw: RawLock::new(), list: UnsafeCell::new(List::new()) });
        let middle = list.enter();
        let taken = Shared::new(0);
        let comer = {
            let (list, taken) = (Arc::clone(&list), Arc::clone(&taken));
            spawn(move || taken.set(list.leave(list.enter())))
        };
        let taker = Arc::clone(&list);
        let taker = spawn(move || (0..2).filter(|_| taker.take_front()).count());
        let left = list.leave(middle);
        comer.join().unwrap();
        assert_eq!(taker.join().unwrap() as u32, left + taken.get());
        assert!(list.with(|list| list.is_empty()));
    });
}
