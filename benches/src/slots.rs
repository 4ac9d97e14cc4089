//! Futures polled by hand: a row of places that a future can be put in, polled and dropped, none of which allocates.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

/// A row of pinned places, made once.
#[derive(Debug)]
pub struct Slots<F>(Vec<Pin<Box<Option<F>>>>);

impl<F: Future> Slots<F> {
    /// So many empty places.
    pub fn new(places: usize) -> Self {
        Self((0..places).map(|_| Box::pin(None)).collect())
    }

    /// Puts a future there; drops the one that was there before.
    #[inline]
    pub fn put(&mut self, place: usize, future: F) {
        self.0[place].set(Some(future));
    }

    /// Drops the future there.
    #[inline]
    pub fn drop(&mut self, place: usize) {
        self.0[place].set(None);
    }

    /// Polls the future there.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[inline]
    pub fn poll(&mut self, place: usize, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.0[place].as_mut().as_pin_mut().expect("a future was put here").poll(cx)
    }
}
