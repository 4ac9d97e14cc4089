//! One value from one task to another, once.

use core::fmt;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::sync::Arc;

use anywake_core::Oneshot;
use anywake_core::oneshot::{self, OwnedClosedFuture, OwnedRecvFuture};

use crate::block_on::block_on;

pub use error::RecvError;

/// What can go wrong.
pub mod error {
    /// The sender was dropped and has sent nothing.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RecvError(pub(super) ());

    /// Why there is no value.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum TryRecvError {
        /// It was not sent yet.
        Empty,
        /// It will not be sent, or was received.
        Closed,
    }

    super::super::errors! {
        [] RecvError { Self(()) => "the channel is closed" }
        [] TryRecvError { Self::Empty => "there is no value yet", Self::Closed => "the channel is closed" }
    }
}

use error::TryRecvError;

type ClosedWait<T> = OwnedClosedFuture<Arc<Oneshot<T>>>;
type RecvWait<T> = OwnedRecvFuture<Arc<Oneshot<T>>>;

/// The end that sends.
pub struct Sender<T>(Sending<T>);

enum Sending<T> {
    Idle(oneshot::Sender<T>),
    /// `poll_closed` was pending.
    Waiting(Pin<Box<ClosedWait<T>>>),
    /// In between.
    Moved,
}

/// The end that receives, and the future of the value.
pub struct Receiver<T>(State<T>);

enum State<T> {
    Idle(oneshot::Receiver<T>),
    /// Polled as a future that has to wait. In a box, because the receiver is `Unpin`.
    Waiting(Pin<Box<RecvWait<T>>>),
    /// The value was received, or there is none.
    Over,
}

/// Both ends.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = oneshot::channel();
    (Sender(Sending::Idle(sender)), Receiver(State::Idle(receiver)))
}

impl<T> Sender<T> {
    /// The sender, after the end of its wait.
    fn idle(&mut self) -> oneshot::Sender<T> {
        match core::mem::replace(&mut self.0, Sending::Moved) {
            Sending::Idle(sender) => Some(sender),
            Sending::Waiting(mut wait) => wait.as_mut().cancel(),
            Sending::Moved => None,
        }
        .expect("it is put back")
    }

    /// Sends the value.
    ///
    /// # Errors
    /// The value, if the receiver is gone or closed.
    pub fn send(mut self, t: T) -> Result<(), T> {
        self.idle().send(t).map_err(oneshot::SendError::into_inner)
    }

    /// Waits until the receiver is gone or closed.
    pub async fn closed(&mut self) {
        poll_fn(|context| self.poll_closed(context)).await;
    }

    /// Whether the receiver is gone or closed.
    pub fn is_closed(&self) -> bool {
        match &self.0 {
            Sending::Idle(sender) => sender.is_closed(),
            Sending::Waiting(wait) => wait.is_decided(),
            Sending::Moved => false,
        }
    }

    /// As [`closed`](Self::closed), polled by hand.
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Sending::Idle(sender) = &self.0 {
            if sender.is_closed() {
                return Poll::Ready(());
            }
            self.0 = Sending::Waiting(Box::pin(self.idle().closed_owned()));
        }
        let Sending::Waiting(wait) = &mut self.0 else { unreachable!("it is put back") };
        let sender = ready!(wait.as_mut().poll(cx));
        self.0 = Sending::Idle(sender);
        Poll::Ready(())
    }
}

impl<T> Receiver<T> {
    /// The receiver, after the end of its wait.
    fn idle(&mut self) -> Option<&mut oneshot::Receiver<T>> {
        if let State::Waiting(wait) = &mut self.0 {
            self.0 = wait.as_mut().cancel().map_or(State::Over, State::Idle);
        }
        match &mut self.0 {
            State::Idle(receiver) => Some(receiver),
            _ => None,
        }
    }

    /// Lets no value in any more.
    pub fn close(&mut self) {
        if let Some(receiver) = self.idle() {
            receiver.close();
        }
    }

    /// Whether the receiver has returned its value or its error.
    pub fn is_terminated(&self) -> bool {
        matches!(self.0, State::Over)
    }

    /// The value, if there is one.
    ///
    /// # Errors
    /// If there is none, now or ever.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let Some(receiver) = self.idle() else { return Err(TryRecvError::Closed) };
        match receiver.try_recv() {
            Err(oneshot::TryRecvError::Empty) => Err(TryRecvError::Empty),
            decided => {
                self.0 = State::Over;
                decided.map_err(|_| TryRecvError::Closed)
            }
        }
    }

    /// As `await`, for a thread.
    ///
    /// # Errors
    /// If the sender was dropped and has sent nothing.
    pub fn blocking_recv(self) -> Result<T, RecvError> {
        block_on(self)
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, RecvError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Idle(_) = &self.0 {
            match self.try_recv() {
                Err(TryRecvError::Empty) => {}
                decided => return Poll::Ready(decided.map_err(|_| RecvError(()))),
            }
            if let State::Idle(receiver) = core::mem::replace(&mut self.0, State::Over) {
                self.0 = State::Waiting(Box::pin(receiver.into_future()));
            }
        }
        let State::Waiting(wait) = &mut self.0 else {
            panic!("the receiver has returned its output already")
        };
        let value = ready!(wait.as_mut().poll(cx));
        self.0 = State::Over;
        Poll::Ready(value.map_err(|_| RecvError(())))
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("terminated", &self.is_terminated()).finish_non_exhaustive()
    }
}
