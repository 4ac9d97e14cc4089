//! `OnceCell`.

use core::fmt;

use crate::block_on::block_on;

/// A value that is set once.
pub struct OnceCell<T>(anywake_core::OnceCell<T>);

impl<T> OnceCell<T> {
    /// An empty cell.
    pub const fn new() -> Self {
        Self(anywake_core::OnceCell::new())
    }

    /// Whether there is a value.
    pub fn is_initialized(&self) -> bool {
        self.0.is_initialized()
    }

    /// The value, if there is one.
    pub fn get(&self) -> Option<&T> {
        self.0.get()
    }

    /// As [`get`](Self::get), for an owner.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.0.get_mut()
    }

    /// Empties the cell.
    pub fn take(&mut self) -> Option<T> {
        self.0.take()
    }

    /// The value, if there is one.
    pub fn into_inner(self) -> Option<T> {
        self.0.into_inner()
    }

    /// Waits until there is a value.
    pub async fn wait(&self) -> &T {
        self.0.wait().await
    }

    /// As [`wait`](Self::wait), for a thread.
    pub fn wait_blocking(&self) -> &T {
        block_on(self.0.wait())
    }

    /// The value, or what the closure's future makes of an empty cell. An error leaves it empty.
    pub async fn get_or_try_init<E, Fut: Future<Output = Result<T, E>>>(
        &self,
        closure: impl FnOnce() -> Fut,
    ) -> Result<&T, E> {
        self.0.get_or_try_init(closure).await
    }

    /// As [`get_or_try_init`](Self::get_or_try_init), for a thread.
    pub fn get_or_try_init_blocking<E>(&self, closure: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        block_on(self.0.get_or_try_init(async || closure()))
    }

    /// The value, or what the closure's future makes of an empty cell.
    pub async fn get_or_init<Fut: Future<Output = T>>(&self, closure: impl FnOnce() -> Fut) -> &T {
        self.0.get_or_init(closure).await
    }

    /// As [`get_or_init`](Self::get_or_init), for a thread.
    pub fn get_or_init_blocking(&self, closure: impl FnOnce() -> T + Unpin) -> &T {
        block_on(self.0.get_or_init(async || closure()))
    }

    /// Sets the value; waits for an initialiser that is at work.
    ///
    /// # Errors
    /// The value, if there is one.
    pub async fn set(&self, value: T) -> Result<&T, T> {
        let mut value = Some(value);
        let set = self.get_or_init(|| async { value.take().expect("called once") }).await;
        match value {
            Some(value) => Err(value),
            None => Ok(set),
        }
    }

    /// Sets the value.
    ///
    /// # Errors
    /// The value, if there is one or an initialiser is at work.
    pub fn try_set(&self, value: T) -> Result<(), T> {
        self.0.set(value).map_err(anywake_core::SetError::into_inner)
    }

    /// As [`set`](Self::set), for a thread.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_blocking(&self, value: T) -> Result<&T, T> {
        block_on(self.set(value))
    }
}

impl<T> From<T> for OnceCell<T> {
    fn from(value: T) -> Self {
        Self(value.into())
    }
}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Some(value) => f.debug_tuple("OnceCell").field(value).finish(),
            None => f.debug_tuple("OnceCell").field(&format_args!("<uninitialized>")).finish(),
        }
    }
}
