//! A primitive's word, its state and its waiters: all but the data that it protects.

use core::cell::Cell;
use core::fmt;
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::task::Waker;

use super::list::List;
use super::status::{Generation, Status, Verdict};
use super::trace::Traced;
use super::waiter::{ListOf, NodePtr, WaitLists, Waiter};
use super::wake::{Served, wake};
use crate::sys::atomic::{UnsafeCell, const_fn};
use crate::sys::raw_lock::{RawGuard, RawLock};

/// A primitive without its data: what waits, and how, whatever is waited for.
pub(crate) trait Core: Sized {
    /// What is read and changed without the internal lock.
    type Word;
    /// What the internal lock guards, beside the lists of the waiters.
    type State;
    /// As many lists as there are kinds of waits: `[List; N]`.
    type Lists: AsRef<[List]> + AsMut<[List]>;

    /// Always the same queue.
    fn queue(&self) -> &WaitQueue<Self>;

    /// The generation that waiters enter in now, if the primitive broadcasts.
    #[inline]
    fn generation(_state: &Self::State) -> Generation {
        Generation::new()
    }

    /// How many permits there are, free and held, of a primitive that has permits. Takes the internal lock.
    fn permits(&self) -> Option<usize> {
        None
    }
}

/// The word, the state and the waiters of a [`Core`], and its internal lock.
pub(crate) struct WaitQueue<C: Core> {
    pub(crate) word: C::Word,
    #[cfg_attr(
        not(all(feature = "diagnose", not(loom))),
        allow(dead_code, reason = "nothing is known of it")
    )]
    pub(super) traced: Traced,
    raw: RawLock,
    // Beside the byte of the raw lock, and not in one cell with the lists, whose alignment would cost a word.
    count: UnsafeCell<u32>,
    lists: UnsafeCell<C::Lists>,
    state: UnsafeCell<C::State>,
}

crate::sys::shared! {
    // SAFETY: state and waiters are reached through the raw lock only, by one thread at a time (R1, R2), so the state need
    // only be `Send`. The word is shared as it is. (The lists are `Send`, see `List`.)
    unsafe impl<C: Core> Sync for WaitQueue<C>
    where
        C::Word: Sync,
        // mistake a_queue_of_anything_is_sync: C::State: Send, ~>
        C::State: Send,
    {
    }
}
// A panic in user code finds the state whole, since no user code runs while it changes (W4).
impl<C: Core> UnwindSafe for WaitQueue<C> {}
impl<C: Core> RefUnwindSafe for WaitQueue<C> {}

impl<C: Core> WaitQueue<C> {
    const_fn! {
        pub(crate) const fn new(word: C::Word, state: C::State, lists: C::Lists) -> Self {
            Self {
                word,
                traced: Traced::new(),
                raw: RawLock::new(),
                count: UnsafeCell::new(0),
                lists: UnsafeCell::new(lists),
                state: UnsafeCell::new(state),
            }
        }
    }

    /// Names the primitive, for the feature `diagnose`.
    pub(crate) const fn set_name(&mut self, name: &'static str) {
        self.traced.set_name(name);
    }

    /// Names the primitive as another is named.
    #[inline]
    pub(crate) fn set_name_of(&mut self, other: &Self) {
        self.traced.set_name_of(&other.traced);
    }

    /// As [`set_name`](Self::set_name), for a primitive that is shared.
    #[cfg(feature = "alloc")]
    pub(crate) fn rename(&self, name: &'static str) {
        self.traced.rename(name);
    }

    /// Takes the internal lock.
    #[inline]
    pub(crate) fn lock(&self) -> Locked<'_, C> {
        // SAFETY: R1, the guard was just obtained from this queue's lock.
        unsafe { Locked::new(self, self.raw.lock()) }
    }

    #[inline]
    pub(super) fn raw(&self) -> &RawLock {
        &self.raw
    }
}

impl<C: Core> fmt::Debug for WaitQueue<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitQueue").finish_non_exhaustive()
    }
}

/// A queue whose internal lock is held. The lock is given back when this is dropped.
///
/// It is a token: references to the state and to the lists are borrowed from it, and end before the next one begins. So
/// no two `&mut` to them exist at once, in whatever function the token is.
pub(crate) struct Locked<'q, C: Core> {
    queue: &'q WaitQueue<C>,
    held: RawGuard<'q>,
    /// Not `Sync`: a shared reference to this reads what only one thread may read.
    _not_sync: PhantomData<Cell<()>>,
}

impl<'q, C: Core> Locked<'q, C> {
    /// # Safety
    /// `held` is the guard of this queue's internal lock (R1).
    #[inline]
    pub(super) unsafe fn new(queue: &'q WaitQueue<C>, held: RawGuard<'q>) -> Self {
        Self { queue, held, _not_sync: PhantomData }
    }

    /// Gives the guard back to the wake loop that lent it.
    #[inline]
    pub(super) fn into_held(self) -> RawGuard<'q> {
        self.held
    }

    #[inline]
    pub(super) fn queue(&self) -> &'q WaitQueue<C> {
        self.queue
    }

    #[inline]
    pub(crate) fn word(&self) -> &'q C::Word {
        &self.queue.word
    }

    #[inline]
    pub(crate) fn state(&self) -> &C::State {
        // SAFETY: the raw lock is held (R1) by this token, which is not `Sync` and lends `&mut` only through `&mut self`.
        self.queue.state.with(|state| unsafe { &*state })
    }

    #[inline]
    pub(crate) fn state_mut(&mut self) -> &mut C::State {
        // SAFETY: the raw lock is held (R1) by this token, which is borrowed by `&mut` for as long as the result.
        self.queue.state.with_mut(|state| unsafe { &mut *state })
    }

    #[inline]
    fn lists(&self) -> &C::Lists {
        // SAFETY: the raw lock is held (R1) by this token, which is not `Sync` and lends `&mut` only through `&mut self`.
        self.queue.lists.with(|lists| unsafe { &*lists })
    }

    #[inline]
    pub(super) fn waiters_mut(&mut self) -> WaitLists<'_, C::Lists> {
        // SAFETY: the raw lock is held (R1) by this token, which is borrowed by `&mut` for as long as the result.
        let count = self.queue.count.with_mut(|count| unsafe { &mut *count });
        // SAFETY: R1, as for the count, and the lists lie in a cell of their own.
        let lists = self.queue.lists.with_mut(|lists| unsafe { &mut *lists });
        WaitLists { count, lists }
    }

    /// How many wait, in all lists.
    #[inline]
    pub(crate) fn count(&self) -> usize {
        // SAFETY: the raw lock is held (R1) by this token, which is not `Sync` and lends `&mut` only through `&mut self`.
        self.queue.count.with(|count| unsafe { *count }) as usize
    }

    #[inline]
    pub(super) fn nobody_waits(&self) -> bool {
        match self.lists().as_ref() {
            // The list has usually just been changed, so this is known without a load. The compiler chooses the arm.
            [only] => only.is_empty(),
            _ => self.count() == 0,
        }
    }

    #[inline]
    pub(crate) fn is_empty<R>(&self, list: ListOf<R>) -> bool {
        list.is_empty(self.lists())
    }

    /// The longest waiter of a list.
    #[inline]
    pub(crate) fn front<R>(&self, list: ListOf<R>) -> Option<NodePtr> {
        list.front(self.lists())
    }

    /// What the longest waiter asks for.
    #[inline]
    pub(crate) fn front_request<R>(&self, list: ListOf<R>) -> Option<&R> {
        list.front_request(self.lists())
    }

    /// Whether the longest waiter has not been woken since it last looked.
    pub(crate) fn front_is_asleep<R>(&self, list: ListOf<R>) -> bool {
        list.front_is_asleep(self.lists())
    }

    /// Takes the longest waiter's waker, and leaves the waiter where it is.
    #[inline]
    pub(crate) fn take_front_waker<R>(&mut self, list: ListOf<R>) -> Option<Waker> {
        list.take_front_waker(self.waiters_mut().lists)
    }

    /// Takes the waker of the longest waiter that has one, as far down the list as `goes_on` says of each request.
    #[inline]
    pub(crate) fn take_waker_while<R>(
        &mut self,
        list: ListOf<R>,
        goes_on: impl FnMut(&R) -> bool,
    ) -> Option<Waker> {
        list.take_waker_while(self.waiters_mut().lists, goes_on)
    }

    /// How often the longest waiter was overtaken since it is the longest, in a list without broadcasts.
    #[inline]
    pub(crate) fn front_overtaken<R>(&self, list: ListOf<R>) -> u32 {
        list.front_overtaken(self.lists())
    }

    /// Counts that the longest waiter is overtaken, in a list without broadcasts.
    #[inline]
    pub(crate) fn overtake_front<R>(&mut self, list: ListOf<R>) {
        list.overtake_front(self.waiters_mut().lists);
    }

    /// Decides the longest waiter. Returns the waker that is to be woken without the lock.
    #[inline]
    pub(crate) fn decide<R>(&mut self, list: ListOf<R>, verdict: Verdict) -> Option<Waker> {
        self.waiters_mut().decide(list, |status| status.decide(verdict))
    }

    /// Whether the longest waiter was there when the broadcast to `cohort` began, and is not served yet.
    #[inline]
    pub(crate) fn front_is_of<R>(&self, list: ListOf<R>, cohort: Generation) -> bool {
        list.front_is_of(self.lists(), cohort) && C::generation(self.state()).is_current(cohort)
    }

    /// Whether the longest waiter entered in an older generation than the present one: where only broadcasts to all end a
    /// generation, one that has not ended is going to serve it.
    #[inline]
    pub(crate) fn front_is_overdue<R>(&self, list: ListOf<R>) -> bool {
        list.front_is_of(self.lists(), C::generation(self.state()).previous())
    }

    /// Grants the longest waiter what it asked for, if it is of this cohort.
    #[inline]
    pub(crate) fn grant_of<R>(&mut self, list: ListOf<R>, cohort: Generation) -> Served {
        if self.front_is_of(list, cohort) {
            Served::One(self.decide(list, Verdict::Granted))
        } else {
            Served::Nobody
        }
    }

    /// Grants the longest waiter what it asked for; if its wait is dropped before the end, that is forwarded.
    #[inline]
    pub(crate) fn grant_forwarding<R>(&mut self, list: ListOf<R>) -> Option<Waker> {
        self.waiters_mut().decide(list, |status| status.decide(Verdict::Granted).forward())
    }

    /// Moves the longest waiter, still asleep, to the end of a list of another primitive.
    #[inline]
    pub(crate) fn requeue<R, D: Core>(
        &mut self,
        list: ListOf<R>,
        to: &mut Locked<'_, D>,
        to_list: ListOf<()>,
        forwards: bool,
    ) {
        let change = |status: Status| if forwards { status.forward() } else { status };
        self.waiters_mut().requeue(list, &mut to.waiters_mut(), to_list, change);
    }

    /// Adds a waiter behind all others, in the generation of now.
    ///
    /// # Safety
    /// The waiter is pinned, idle, and stays until it has left the list (W1); it has the request of the list (W6).
    #[inline]
    pub(crate) unsafe fn enter<R>(&mut self, list: ListOf<R>, waiter: &Waiter<R>, waker: Option<Waker>) {
        let stamp = C::generation(self.state());
        // mistake a_second_mut_of_the_lists_lives: + let twin = mistaken!();
        //     let twin = twin.then(|| self.queue.lists.with_mut(|lists| unsafe { &mut *lists }));
        // SAFETY: as the caller promises (W1, W6).
        unsafe { self.waiters_mut().enter(list, waiter, waker, stamp) };
        // mistake a_second_mut_of_the_lists_lives: + if let Some(twin) = twin { assert!(!twin.as_mut().is_empty()); }
    }

    /// Releases the lock, and wakes the one waiter that was served: no loop, and no batch.
    #[inline]
    pub(crate) fn wake(self, only: Option<Waker>) {
        // mistake an_unlock_wakes_under_the_lock: drop(self); wake(only); ~> wake(only); drop(self);
        drop(self);
        wake(only);
    }
}
