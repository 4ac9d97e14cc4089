//! Leaks on purpose. Pointers to them are kept, so that a leak checker reports only the other leaks.

use core::pin::Pin;
use core::sync::atomic::AtomicPtr;
use std::sync::{Mutex, PoisonError};

/// Pointers to all leaked values. They are pointers, not addresses, since Miri does not follow an address; and they are
/// atomic, since plain pointers are not `Send`.
static LEAKED: Mutex<Vec<AtomicPtr<()>>> = Mutex::new(Vec::new());

fn remember<T: ?Sized>(value: &T) {
    let pointer = AtomicPtr::new(core::ptr::from_ref(value).cast_mut().cast());
    LEAKED.lock().unwrap_or_else(PoisonError::into_inner).push(pointer);
}

/// Leaks a value, and returns a reference to it.
pub fn leak<T>(value: T) -> &'static T {
    leak_mut(value)
}

/// Leaks a value, and returns an exclusive reference to it.
pub fn leak_mut<T>(value: T) -> &'static mut T {
    let value = Box::leak(Box::new(value));
    remember(value);
    value
}

/// Forgets a future in its box. It is never polled or dropped, and its memory is never reused.
pub fn forget<F>(future: Pin<Box<F>>) {
    remember(&*future);
    core::mem::forget(future);
}
