//! Leaks on purpose, kept where a leak checker finds them: what it then reports is none of ours.

use core::pin::Pin;
use std::sync::{Mutex, PoisonError};

/// The addresses of all that was leaked. A leak checker takes any word that could be a pointer for one.
static LEAKED: Mutex<Vec<usize>> = Mutex::new(Vec::new());

fn remember<T: ?Sized>(value: &T) {
    let address = core::ptr::from_ref(value).addr();
    LEAKED.lock().unwrap_or_else(PoisonError::into_inner).push(address);
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
