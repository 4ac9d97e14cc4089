//! The newest of a value that changes.

use core::fmt;
use core::ops::Deref;

use anywake_core::watch::{self, ModifyError, WatchRef};

/// What can go wrong.
pub mod error {
    use core::fmt;

    /// There is no receiver; the value comes back.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub struct SendError<T>(pub T);

    /// There is no sender.
    #[derive(Clone, Debug)]
    pub struct RecvError(pub(super) ());

    impl<T> fmt::Debug for SendError<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("SendError").finish_non_exhaustive()
        }
    }

    super::super::errors! {
        [T] SendError<T> { Self(_) => "the channel is closed" }
        [] RecvError { Self(()) => "the channel is closed" }
    }
}

use error::{RecvError, SendError};

/// The end that changes the value.
#[derive(Debug)]
pub struct Sender<T>(watch::Sender<T>);

/// An end that reads the value, and knows which one it has seen.
#[derive(Debug)]
pub struct Receiver<T>(watch::Receiver<T>);

/// The value as it was when it was borrowed.
pub struct Ref<'a, T> {
    value: WatchRef<'a, T>,
    has_changed: bool,
}

/// Both ends.
pub fn channel<T>(init: T) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = watch::channel(init);
    (Sender(sender), Receiver(receiver))
}

impl<T> Sender<T> {
    /// A sender without a receiver.
    pub fn new(init: T) -> Self {
        channel(init).0
    }

    /// Replaces the value, if there is a receiver.
    ///
    /// # Errors
    /// The value, if there is none.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        if self.is_closed() {
            return Err(SendError(value));
        }
        self.0.send(value).map(drop).map_err(|error| SendError(error.into_inner()))
    }

    /// Changes the value.
    pub fn send_modify<F: FnMut(&mut T)>(&self, mut modify: F)
    where
        T: Clone,
    {
        self.send_if_modified(|value| {
            modify(value);
            true
        });
    }

    /// Changes the value, and tells the receivers if the closure says so. Returns what the closure says.
    pub fn send_if_modified<F: FnMut(&mut T) -> bool>(&self, mut modify: F) -> bool
    where
        T: Clone,
    {
        loop {
            match self.0.send_if_modified(&mut modify) {
                Ok(is_modified) => return is_modified,
                Err(ModifyError::Contended) => std::thread::yield_now(),
                Err(ModifyError::Closed) => unreachable!("a sender keeps its channel open"),
            }
        }
    }

    /// Replaces the value, whether there is a receiver or not. Returns the old one.
    pub fn send_replace(&self, value: T) -> T
    where
        T: Clone,
    {
        let old = self.0.borrow();
        match self.0.send(value) {
            // It was read by this.
            Ok(None) => T::clone(&old),
            Ok(Some(displaced)) => displaced,
            Err(_) => unreachable!("a sender keeps its channel open"),
        }
    }

    /// The value.
    pub fn borrow(&self) -> Ref<'_, T> {
        Ref { value: self.0.borrow(), has_changed: false }
    }

    /// Whether there is no receiver.
    pub fn is_closed(&self) -> bool {
        self.0.receiver_count() == 0
    }

    /// Waits until there is no receiver.
    pub async fn closed(&self) {
        self.0.closed().await;
    }

    /// A receiver that has seen the value.
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver(self.0.subscribe())
    }

    /// How many receivers there are.
    pub fn receiver_count(&self) -> usize {
        self.0.receiver_count()
    }

    /// Whether both are senders of one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.0.same_channel(&other.0)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Default> Default for Sender<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Receiver<T> {
    /// The value, which counts as not seen.
    pub fn borrow(&self) -> Ref<'_, T> {
        let has_changed = self.0.has_changed();
        Ref { value: self.0.borrow(), has_changed }
    }

    /// The value, which counts as seen.
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        let has_changed = self.0.has_changed();
        Ref { value: self.0.borrow_and_update(), has_changed }
    }

    /// Whether there is a value that was not seen.
    ///
    /// # Errors
    /// If there is no sender.
    pub fn has_changed(&self) -> Result<bool, RecvError> {
        if self.0.is_closed() { Err(RecvError(())) } else { Ok(self.0.has_changed()) }
    }

    /// Whether there is no sender.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// The value counts as not seen.
    pub fn mark_changed(&mut self) {
        self.0.mark_changed();
    }

    /// The value counts as seen.
    pub fn mark_unchanged(&mut self) {
        self.0.mark_unchanged();
    }

    /// Waits until there is a value that was not seen, and counts it as seen.
    ///
    /// # Errors
    /// If there is no sender, and the value was seen.
    pub async fn changed(&mut self) -> Result<(), RecvError> {
        self.0.changed().await.map_err(|_| RecvError(()))
    }

    /// Waits for a value that the closure is true for, and counts it as seen.
    ///
    /// # Errors
    /// If there is no sender, and it is false for the value.
    pub async fn wait_for(&mut self, f: impl FnMut(&T) -> bool) -> Result<Ref<'_, T>, RecvError> {
        let value = self.0.wait_for(f).await.map_err(|_| RecvError(()))?;
        Ok(Ref { value, has_changed: true })
    }

    /// Whether both are receivers of one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.0.same_channel(&other.0)
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Ref<'_, T> {
    /// Whether the value was not seen by the receiver before.
    pub fn has_changed(&self) -> bool {
        self.has_changed
    }
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ref").field("inner", &**self).field("has_changed", &self.has_changed).finish()
    }
}
