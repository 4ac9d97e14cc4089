//! What must be done even if user code panics on the way.

/// Calls its closure when it is dropped, also by a panic that unwinds.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Calls `function`. A panic in it goes no further than the panic hook, where there is a standard library to catch it.
///
/// For a caller that holds something which an unwinding would lose, while it runs code of strangers.
#[inline]
pub(crate) fn sheltered(function: impl FnOnce()) {
    #[cfg(feature = "std")]
    if let Err(payload) = std::panic::catch_unwind(core::panic::AssertUnwindSafe(function)) {
        // Its drop is user code as well, and may panic again.
        core::mem::forget(payload);
    }
    #[cfg(not(feature = "std"))]
    function();
}
