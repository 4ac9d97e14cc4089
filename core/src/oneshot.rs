//! One value from one task to another, once: [`Oneshot`], its two ends, its futures and errors.
//!
//! | what | what happens, in one step |
//! |---|---|
//! | [`send`](SenderOf::send) | the value is the receiver's; the sender is used up |
//! | the sender is dropped and has sent nothing | a receive fails, now and later |
//! | the receiver is dropped or [closed](ReceiverOf::close) | a send fails and returns its value; [`closed`](SenderOf::closed) ends |
//!
//! # Where the value is
//! The value stays in its slot until a poll of the receiver takes it. So a receive that is dropped, or forgotten, loses
//! nothing, and the next one returns the value. A value that was sent and never received is dropped by the drop of the
//! receiver, on its thread, and not by that of the sender (tokio #6558).
//!
//! # A slot, or a channel
//! [`channel`] makes both ends and a slot on the heap that they share. An [`Oneshot`] is the slot alone: [`split`](Oneshot::split)
//! borrows it for two ends, without an allocation, and again when both are gone. One value that is displaced by newer
//! ones is a [`Signal`](crate::Signal).

#[cfg(feature = "alloc")]
use crate::sys::Arc;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};

use crate::sys::atomic::{UnsafeCell, const_fn};
use crate::wait::handle::Primitive;
use crate::wait::trace::{self, named};

mod ends;
mod error;
mod raw;
mod wait;

pub use ends::{BorrowedReceiver, BorrowedSender, ReceiverOf, SenderOf};
#[cfg(feature = "alloc")]
pub use ends::{Receiver, Sender};
pub use error::{SendError, TryRecvError};
use raw::OneshotCore;
pub use wait::{ClosedFuture, OwnedClosedFuture, OwnedRecvFuture, RecvFuture};

/// A slot for one value that one task sends and one task receives. It is used by its two ends.
///
/// [`split`](Self::split) borrows the slot, and so it can be split again when both ends are gone: request after request,
/// without an allocation. A oneshot takes four words beside its value. The exclusive borrow is what makes sure that there is
/// one sender and one receiver.
///
/// # In a `static`
/// A `static` has no exclusive borrow to offer. There are three honest ways:
/// * A [`Lock`](crate::Lock) around the slot, as in the example: the ends last as long as its guard, and each task that wants
///   to ask a question takes the lock first. The slot is used again and again.
/// * A `&'static mut Oneshot<T>` (from `Box::leak`, from the crate `static_cell`, or from a local `static mut` of
///   `cortex-m-rt`'s `entry`) makes ends that two spawned tasks can own. If the ends are to be used up in turn, split a
///   reborrow of it; the ends of the `'static` borrow itself exist once.
/// * If neither fits, a [`Signal`](crate::Signal) needs no ends. It does not tell one side that the other one is gone.
///
/// # Memory ordering
/// `send` synchronizes with the receive that returns the value, and the end of a side with the other side that learns of it.
///
/// # Interrupt handlers
/// With the feature `critical-section`, all methods of the ends may be called from one, except that futures are awaited
/// elsewhere.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// use anywake::{Lock, Oneshot};
///
/// static ANSWER: Lock<Oneshot<u32>> = Lock::new(Oneshot::new());
///
/// let mut slot = ANSWER.lock().await;
/// for number in 1..=3 {
///     let (sender, receiver) = slot.split();
///     // What a driver would do, for example in a queue of requests that borrow:
///     sender.send(number * 2).unwrap();
///     assert_eq!(receiver.await, Ok(number * 2));
/// }
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[doc(alias("channel", "promise", "deferred", "completer", "spsc"))]
pub struct Oneshot<T> {
    core: OneshotCore,
    value: UnsafeCell<Option<T>>,
}

crate::sys::shared! {
    // mistake a_oneshot_of_anything_is_sync: T: Send> Sync for Oneshot ~> T> Sync for Oneshot
    // SAFETY: U1 and U2. The value is reached by one end at a time, and never through two shared references at once. So
    // sharing a oneshot only moves the value between threads, and that takes `T: Send`.
    unsafe impl<T: Send> Sync for Oneshot<T> {}
}
// A panic in user code finds the value whole: it is moved in and out, and no reference to it is handed out.
impl<T> UnwindSafe for Oneshot<T> {}
impl<T> RefUnwindSafe for Oneshot<T> {}

impl<T> Oneshot<T> {
    const_fn! {
        /// An empty slot.
        ///
        /// # Examples
        /// ```
        /// # use anywake_core as anywake;
        /// let mut slot = anywake::Oneshot::new();
        /// let (sender, mut receiver) = slot.split();
        /// sender.send("value").unwrap();
        /// assert_eq!(receiver.try_recv(), Ok("value"));
        /// ```
        #[must_use]
        pub const fn new() -> Self {
            Self { core: OneshotCore::new(), value: UnsafeCell::new(None) }
        }
    }

    named! { core.queue }

    /// Two new ends that borrow the slot, for one value. No allocation.
    ///
    /// The ends of an earlier borrow are gone, or were forgotten. A value that a forgotten receiver has left in the slot is
    /// dropped, and a forgotten wait does not take part in what the new ends do.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// let mut slot = anywake::Oneshot::new();
    /// for round in 0..3 {
    ///     let (sender, receiver) = slot.split();
    ///     sender.send(round).unwrap();
    ///     assert_eq!(receiver.await, Ok(round));
    /// }
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    pub fn split(&mut self) -> (BorrowedSender<'_, T>, BorrowedReceiver<'_, T>) {
        // mistake a_slot_remembers_its_last_ends: *self = self.again(); ~>
        // Waits that were forgotten with the ends are in the lists still. They are linked to each other and not to the
        // list (L1), and nobody can poll or drop them any more: their borrow has ended.
        *self = self.again();
        ends::both(&*self)
    }

    /// A new one of the same name.
    #[inline]
    fn again(&self) -> Self {
        let mut new = Self::new();
        new.core.queue.set_name_of(&self.core.queue);
        new
    }

    /// The sender puts its value in.
    ///
    /// # Safety
    /// The caller is the one sender, and has not sent (U1).
    #[inline]
    unsafe fn put(&self, value: T) {
        // SAFETY: the value is the sender's (U1). What is overwritten is `None`, since there is one `put` only.
        self.value.with_mut(|slot| unsafe { slot.write(Some(value)) });
    }

    /// The sender takes its value back.
    ///
    /// # Safety
    /// The caller is the one sender, and its `publish` has failed (U1).
    #[inline]
    unsafe fn take_back(&self) -> Option<T> {
        // SAFETY: the value is the sender's (U1).
        self.value.with_mut(|slot| unsafe { (*slot).take() })
    }
}

/// What an end needs of its slot, which it knows by its handle only.
pub(crate) trait Slot<T> {
    /// The value, if it was sent and not taken before.
    ///
    /// # Safety
    /// The caller is the one receiver (U2).
    unsafe fn take(&self) -> Option<T>;
}

impl<T> Slot<T> for Oneshot<T> {
    #[inline]
    unsafe fn take(&self) -> Option<T> {
        // mistake a_receiver_looks_before_the_value_is_sent: !self.core.is_sent() ~> false
        if !self.core.is_sent() {
            return None;
        }
        // SAFETY: `SENT` was seen, and so the value is the receiver's (U2), who is the caller.
        self.value.with_mut(|slot| unsafe { (*slot).take() })
    }
}

/// An [`Oneshot`], whatever its value is: how the ends name their slot. Sealed.
#[allow(private_bounds, reason = "sealed")]
pub trait AnyOneshot: Primitive<Core = OneshotCore> + Slot<<Self as AnyOneshot>::Value> {
    /// What is sent.
    type Value;
}

impl<T> AnyOneshot for Oneshot<T> {
    type Value = T;
}

impl<T> Primitive for Oneshot<T> {
    type Core = OneshotCore;

    #[inline]
    fn core(&self) -> &OneshotCore {
        &self.core
    }
}

/// A channel for one value: a slot on the heap, and its two ends.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// # async fn example() {
/// let (sender, receiver) = anywake::oneshot::channel();
/// std::thread::spawn(move || sender.send("done"));
/// assert_eq!(receiver.await, Ok("done"));
/// # }
/// # anywake_core::doctest::block_on(example());
/// ```
#[cfg(feature = "alloc")]
#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    ends::both(Arc::new(Oneshot::new()))
}

impl<T> Default for Oneshot<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Oneshot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oneshot")
            .field("sent", &self.core.is_sent())
            .field("closed", &self.core.is_closed())
            .field("waiters", &trace::listed(&self.core.queue, self.core.waiters()))
            .finish()
    }
}
