//! Places for futures that are polled by hand. Putting a future in, polling and dropping it do not allocate.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

/// A row of pinned places.
#[derive(Debug)]
pub struct Slots<F>(Vec<Pin<Box<Option<F>>>>);

impl<F: Future> Slots<F> {
    /// Makes `places` empty places.
    pub fn new(places: usize) -> Self {
        Self((0..places).map(|_| Box::pin(None)).collect())
    }

    /// Puts a future into a place, and drops the previous one.
    #[inline]
    pub fn put(&mut self, place: usize, future: F) {
        self.0[place].set(Some(future));
    }

    /// Drops the future in a place.
    #[inline]
    pub fn drop(&mut self, place: usize) {
        self.0[place].set(None);
    }

    /// Polls the future in a place.
    ///
    /// # Panics
    ///
    /// If the place is empty.
    #[inline]
    pub fn poll(&mut self, place: usize, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.0[place].as_mut().as_pin_mut().expect("the place has a future").poll(cx)
    }
}
