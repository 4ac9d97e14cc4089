//! Leaks on purpose, kept where a leak checker finds them: what it then reports is none of ours.

use core::pin::Pin;
use core::sync::atomic::AtomicPtr;
use std::sync::{Mutex, PoisonError};

/// All that was leaked. Pointers, not addresses: to an interpreter an address leads nowhere. (Atomic, since plain pointers
/// may not be shared.)
static LEAKED: Mutex<Vec<AtomicPtr<()>>> = Mutex::new(Vec::new());

fn remember<T: ?Sized>(value: &T) {
    let pointer = AtomicPtr::new(core::ptr::from_ref(value).cast_mut().cast());
    LEAKED.lock().unwrap_or_else(PoisonError::into_inner).push(pointer);
}

/// Something that lives for ever.
pub fn leak<T>(value: T) -> &'static T {
    let value = Box::leak(Box::new(value));
    remember(value);
    value
}

/// Forgets a future in its box: it is never polled, never dropped, and its memory is never used again.
pub fn forget<F>(future: Pin<Box<F>>) {
    remember(&*future);
    core::mem::forget(future);
}
