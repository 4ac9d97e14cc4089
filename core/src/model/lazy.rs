//! What [`static_!`](crate::static_) makes of a `static` in a model.

use core::fmt;
#[cfg(not(shuttle))]
use core::marker::PhantomData;

use crate::sys::engine::Lazy;

/// A value that each execution makes when it first needs it.
pub struct Value<T: Sync + 'static>(Lazy<T>);

impl<T: Sync + 'static> Value<T> {
    pub const fn new(init: fn() -> T) -> Self {
        #[cfg(not(shuttle))]
        return Self(Lazy { init, _p: PhantomData });
        #[cfg(shuttle)]
        Self(Lazy::new(init))
    }

    pub fn get(&'static self) -> &'static T {
        self.0.get()
    }
}

impl<T: Sync + 'static> fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value").finish_non_exhaustive()
    }
}
