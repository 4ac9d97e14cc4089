//! What must be done even if user code panics on the way.

/// Calls its closure when it is dropped, also by a panic that unwinds.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
