//! Who waits for whom: a report of each task that waits for itself, and a list of all waits.
//!
//! With the feature `diagnose` every wait that is queued is known here: the place in the source where its future was made,
//! its task, how often it was polled and since when it waits. Without it nothing of this is there, and no primitive is a
//! word longer.
//!
//! # Futurelock
//! Ownership is handed over. So a wait that is granted and never polled keeps what it was granted, and if its own task
//! then waits for the same primitive, the task waits for itself, for ever. ([RFD 609] of Oxide gives it that name, and
//! tokio #6450 and async-lock #91 are about it.) A primitive that hands over can tell: the grant belongs to a wait that
//! exists, and that wait belongs to the task that waits again.
//!
//! ```standalone_crate
//! # use anywake_core as anywake;
//! use anywake::{Lock, diagnose};
//! use core::pin::pin;
//! use core::task::Context;
//! # use std::{sync::Arc, task::{Wake, Waker}};
//! # struct TaskId;
//! # impl Wake for TaskId { fn wake(self: Arc<Self>) {} }
//! # let waker = Waker::from(Arc::new(TaskId));
//! # let mut context = Context::from_waker(&waker);
//!
//! diagnose::set_hook(|report| println!("{report}"));
//!
//! let lock = Lock::new(());
//! let guard = lock.try_lock();
//! let mut kept_aside = pin!(lock.lock());
//! assert!(kept_aside.as_mut().poll(&mut context).is_pending());
//! drop(guard); // hands the lock to `kept_aside`, which is not polled any more
//! let mut again = pin!(lock.lock());
//! for _turn in 0..3 {
//!     assert!(again.as_mut().poll(&mut context).is_pending());
//! }
//! // "futurelock: a task waits for lock at ..., behind its own wait of ..., which was granted ... and is not polled"
//! ```
//!
//! A wait that is granted may be polled a moment later, in the same turn of its task: `join!` polls one after the other.
//! So the first poll behind a grant of the same task reports nothing. It wakes the task, for another turn, and the third
//! in a row is reported, once for each wait.
//!
//! # An initialiser that waits for its own cell
//! It is reported at that poll, and without doubt: the wait is queued on the stack of the initialiser's own poll.
//!
//! # Tasks that wait for each other
//! Two tasks that take two locks in opposite orders are reported at the poll that closes the circle. Up to sixteen tasks are
//! followed: from a wait to the holders of what it waits for, and from each of them to its own waits. Holders are those of
//! locks, of reader-writer locks (readers, the upgradable reader, the writer), of permits, and the initialiser of a cell.
//! A task counts as blocked if *each* of its waits is, and a wait for permits if too few are left without those of the
//! circle. So a circle that is reported is there.
//!
//! A task that waits for a lock which it holds itself is *not* reported: it cannot be told from a task that joins two
//! futures, of which one holds the lock and the other waits for it. [`held`] finds it by its age. A task that asks to read
//! what it reads already, while a writer waits, is [reported](Report::Recursive) at that poll, since the same code works as
//! long as no writer comes. [`panic()`] does not panic for it.
//!
//! # What is missed
//! A task is told by its waker. `FuturesUnordered`, `join_all` and all that stands on them give each of their futures a waker
//! of its own, so each is a task here. If the task that owns them waits behind a grant of one, by another future beside
//! them, these are two tasks, and nothing is reported. [`unpolled`] finds the grant too, by its age. Two futures inside
//! that have one waker, as those of a `join!` in a slot, are one task, and are reported.
//!
//! A wait that was [enabled](crate::lock::LockFuture::enable) and never polled has no task, and neither has one that is
//! polled with [`Waker::noop`] or another waker without data. What was taken without a wait, by a `try_` method, is held
//! by no task that is known.
//!
//! A guard, permit or slot that owns its primitive (`lock_owned` and the like) is often sent to another task than the one that
//! took it. It is listed with the task that took it, and no circle is followed through it. A circle through an end of a
//! queue, a condition or an event is not looked for: anybody may push, notify or set. There are 1024 records of
//! what is held, 32 without `std`; guards that were forgotten keep theirs. What is held beyond that is not listed.
//!
//! # What would be a false alarm
//! * A task that polls the later wait three times within one turn before it comes to the granted one, and a waker that two
//!   tasks share, as in an executor that polls all its tasks at each wake.
//! * A futurelock at a queue or a broadcast, if another task makes the room, or pushes the item, that the later wait waits for.
//! * A circle, if one of its tasks also waits for something that is not a primitive, a timer for example, and gives up; if
//!   it holds by one future what another future of it does not need, as with `join!`; if a guard that borrows its primitive
//!   was sent to another task; if a writer before a reader gives up; or if somebody adds permits by `release`.
//! * A recursive read, if the guard is in another future of the task, which goes on and drops it.
//!
//! # Costs
//! A poll that waits looks through the waits of the whole program, under one lock. The feature is for tests, and for the
//! search for a fault.
//!
//! [RFD 609]: https://rfd.shared.oxide.computer/rfd/0609

use core::fmt;
use core::panic::Location;
use core::task::Waker;
use core::time::Duration;

use crate::sys::atomic::UnsafeCell;
use crate::sys::raw_lock::RawLock;
use crate::wait::trace;

pub use crate::wait::trace::Claim;

/// What was found.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Report {
    /// A task waits behind a grant of its own, which it does not poll: it waits for itself.
    Futurelock {
        /// The wait that will never end.
        wait: Waiter,
        /// The wait that was granted and is not polled.
        grant: Waiter,
    },
    /// A task waits for the holder of a lock, which waits for this task, itself or by others.
    Circle {
        /// The wait that closes the circle.
        wait: Waiter,
    },
    /// A task waits to read, behind a writer that waits, what it holds as a reader. It waits for itself, unless another
    /// future of the task drops that guard.
    Recursive {
        /// The wait.
        wait: Waiter,
        /// What the task holds.
        holder: Holder,
    },
    /// An initialiser waits for the cell that it initialises.
    Reentrant {
        /// The wait that will never end.
        wait: Waiter,
    },
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Futurelock { wait, grant } => {
                write!(f, "futurelock: a task waits for {}", wait.title())?;
                write!(f, " at {}, behind its own wait of {},", wait.place, grant.place)?;
                write!(f, " which was granted")?;
                if let Some(since) = grant.since_decided() {
                    write!(f, " {} ms ago", since.as_millis())?;
                }
                write!(f, " and is not polled")
            }
            Self::Circle { wait } => {
                write!(f, "circle: a task waits for {} at {}", wait.title(), wait.place)?;
                if let Some(holder) = wait.holder {
                    write!(f, ", whose holder of {} waits for this task", holder.place)?;
                }
                Ok(())
            }
            Self::Recursive { wait, holder } => {
                write!(
                    f,
                    "recursive: a task waits for {} at {}, behind a writer,",
                    wait.title(),
                    wait.place
                )?;
                write!(f, " and holds {} of {}", holder.claim, holder.place)
            }
            Self::Reentrant { wait } => {
                write!(f, "reentrant: an initialiser waits for its own {} at {}", wait.title(), wait.place)
            }
        }
    }
}

/// A wait that has been queued, and whose future has not learnt the end.
#[derive(Clone, Copy, Debug)]
pub struct Waiter {
    /// Larger than those of all waits that were queued before it.
    pub(crate) number: u64,
    pub(crate) primitive_number: u64,
    /// The name of the type of its core.
    pub(crate) primitive: &'static str,
    pub(crate) name: Option<&'static str>,
    pub(crate) address: usize,
    pub(crate) place: &'static Location<'static>,
    pub(crate) task: Option<TaskId>,
    pub(crate) began: u32,
    pub(crate) polls: u32,
    pub(crate) standing: Standing,
    pub(crate) decided: Option<u32>,
    pub(crate) claim: Option<Claim>,
    pub(crate) holder: Option<Holder>,
    pub(crate) holders: usize,
}

/// Who holds what others wait for: a guard of a [`Lock`](crate::Lock) or of an [`RwLock`](crate::RwLock), permits of a
/// [`Semaphore`](crate::Semaphore), a slot of a queue, or the role of the initialiser of an [`OnceCell`](crate::OnceCell).
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    pub(crate) place: &'static Location<'static>,
    pub(crate) task: Option<TaskId>,
    pub(crate) since: u32,
    pub(crate) claim: Claim,
}

impl Holder {
    /// What it holds.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{Semaphore, diagnose};
    ///
    /// let semaphore = Semaphore::new(3);
    /// let permits = semaphore.try_acquire_many(2);
    /// let mut wait = core::pin::pin!(semaphore.acquire_many(2));
    /// wait.as_mut().enable();
    /// diagnose::waits(|waiter| {
    ///     if waiter.is_for(&semaphore) {
    ///         assert_eq!(waiter.holder().unwrap().claim(), diagnose::Claim::Permits(2));
    ///     }
    /// });
    /// # drop(permits);
    /// ```
    #[must_use]
    pub const fn claim(&self) -> Claim {
        self.claim
    }

    /// Where its future was made, or where it did not need to wait.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// let holder = waiter.holder().unwrap();
    /// assert_eq!(holder.place().file(), file!());
    /// ```
    #[must_use]
    pub const fn place(&self) -> &'static Location<'static> {
        self.place
    }

    /// The task that took it. `None` if it did so without a wait, by a `try_` method. An owned guard may have been sent to
    /// another task since.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// let holder = waiter.holder().unwrap();
    /// assert!(holder.task().is_none(), "it was taken by `try_lock`");
    /// ```
    #[must_use]
    pub const fn task(&self) -> Option<TaskId> {
        self.task
    }

    /// How long it has held it, by the [clock](set_clock). Zero without one.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// let holder = waiter.holder().unwrap();
    /// // Without a clock.
    /// assert_eq!(holder.age(), core::time::Duration::ZERO);
    /// ```
    #[must_use]
    pub fn age(&self) -> Duration {
        since(self.since)
    }
}

/// How far a wait has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits.
    Queued,
    /// It was given what it asked for, and has not been polled since.
    Granted,
    /// It will never be given that, and has not been polled since.
    Refused,
}

impl Waiter {
    /// The module of the primitive: `lock`, `semaphore`, `queue` and so on.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// assert_eq!(waiter.primitive(), "lock");
    /// ```
    #[must_use]
    pub fn primitive(&self) -> &'static str {
        self.primitive.split("::").nth(1).unwrap_or(self.primitive)
    }

    /// The name of the primitive, if it has [one](crate::Lock::named).
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{Lock, diagnose};
    ///
    /// let lock = Lock::new(()).named("table");
    /// let held = lock.try_lock();
    /// let mut wait = core::pin::pin!(lock.lock());
    /// wait.as_mut().enable();
    /// diagnose::waits(|waiter| {
    ///     if waiter.is_for(&lock) {
    ///         assert_eq!(waiter.name(), Some("table"));
    ///     }
    /// });
    /// # drop(held);
    /// ```
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// The primitive with its name, to be formatted.
    fn title(&self) -> Title {
        Title { primitive: self.primitive(), name: self.name }
    }

    /// What it waits for, if that is something to hold.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// assert_eq!(waiter.claim(), Some(diagnose::Claim::Lock));
    /// ```
    #[must_use]
    pub const fn claim(&self) -> Option<Claim> {
        self.claim
    }

    /// Whether it waits for this primitive, or for one that lies in this value.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{Event, diagnose};
    ///
    /// let (event, other) = (Event::new(), Event::new());
    /// let mut wait = core::pin::pin!(event.wait());
    /// wait.as_mut().enable();
    /// let mut found = [0, 0];
    /// diagnose::waits(|waiter| {
    ///     found[0] += u32::from(waiter.is_for(&event));
    ///     found[1] += u32::from(waiter.is_for(&other));
    /// });
    /// assert_eq!(found, [1, 0]);
    /// ```
    #[must_use]
    pub fn is_for<P: ?Sized>(&self, primitive: &P) -> bool {
        let start = core::ptr::from_ref(primitive).addr();
        (start..start + size_of_val(primitive)).contains(&self.address)
    }

    /// What tells the primitive from all others that exist.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// let lock = &raw const lock as usize;
    /// assert!((lock..lock + 128).contains(&waiter.address()));
    /// ```
    #[must_use]
    pub const fn address(&self) -> usize {
        self.address
    }

    /// Where the future was made.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// assert_eq!(waiter.place().file(), file!());
    /// ```
    #[must_use]
    pub const fn place(&self) -> &'static Location<'static> {
        self.place
    }

    /// The task that polled it last. `None` if it was only enabled, or polled with [`Waker::noop`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// assert!(waiter.task().is_none(), "it was only enabled");
    /// ```
    #[must_use]
    pub const fn task(&self) -> Option<TaskId> {
        self.task
    }

    /// How far it has come.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// assert_eq!(waiter.standing(), diagnose::Standing::Queued);
    /// ```
    #[must_use]
    pub const fn standing(&self) -> Standing {
        self.standing
    }

    /// Who holds what this waits for: the one that has held it longest, if there are [more](Self::holders). `None` if nobody
    /// does, or it is nothing to hold.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// assert!(waiter.holder().is_some());
    /// ```
    #[must_use]
    pub const fn holder(&self) -> Option<Holder> {
        self.holder
    }

    /// Calls `visit` with everyone who holds now what this waits for.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// use anywake::{RwLock, diagnose};
    ///
    /// let lock = RwLock::new(());
    /// let readers = [lock.try_read(), lock.try_read()];
    /// let mut wait = core::pin::pin!(lock.write());
    /// wait.as_mut().enable();
    /// let mut readers_found = 0;
    /// diagnose::waits(|waiter| {
    ///     if waiter.is_for(&lock) {
    ///         waiter.holders(|holder| readers_found += u32::from(holder.claim() == diagnose::Claim::Read));
    ///     }
    /// });
    /// assert_eq!(readers_found, 2);
    /// # drop(readers);
    /// ```
    pub fn holders(&self, visit: impl FnMut(&Holder)) {
        trace::walk_holders(self.primitive_number, visit);
    }

    /// How many hold what this waits for.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// assert_eq!(waiter.holder_count(), 1);
    /// ```
    #[must_use]
    pub const fn holder_count(&self) -> usize {
        self.holders
    }

    /// How often it was polled since it is queued.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// assert_eq!(waiter.polls(), 0, "it was only enabled");
    /// ```
    #[must_use]
    pub const fn polls(&self) -> u32 {
        self.polls
    }

    /// How long ago it was queued, by the [clock](set_clock). Zero without one.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// // Without a clock.
    /// assert_eq!(waiter.age(), core::time::Duration::ZERO);
    /// ```
    #[must_use]
    pub fn age(&self) -> Duration {
        since(self.began)
    }

    /// How long ago it was decided, by the [clock](set_clock). `None` if it still waits.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # use anywake::{Lock, diagnose};
    /// # let lock = Lock::new(());
    /// # let held = lock.try_lock();
    /// # let mut wait = core::pin::pin!(lock.lock());
    /// # wait.as_mut().enable();
    /// # let mut found = None;
    /// # diagnose::waits(|waiter| {
    /// #     if waiter.is_for(&lock) {
    /// #         found = Some(*waiter);
    /// #     }
    /// # });
    /// # let waiter = found.unwrap();
    /// assert!(waiter.since_decided().is_none(), "it still waits");
    /// ```
    #[must_use]
    pub fn since_decided(&self) -> Option<Duration> {
        self.decided.map(since)
    }
}

/// The primitive of a wait, with its name.
struct Title {
    primitive: &'static str,
    name: Option<&'static str>,
}

impl fmt::Display for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.primitive)?;
        self.name.map_or(Ok(()), |name| write!(f, " {name:?}"))
    }
}

/// What happens to a wait that is queued, in this order: `Begun`; `Granted` or `Refused`; `Settled` or `PassedOn`. It may be
/// `Withdrawn` before it is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// It was queued, by its own task.
    Begun,
    /// It was given what it asked for. The thread that did so says it before it wakes the task. If there is nobody to wake, it
    /// is said by the task that settles or passes on.
    Granted,
    /// It will never be given that. Said as `Granted` is.
    Refused,
    /// Its future has learnt the decision, and returns.
    Settled,
    /// Its future was dropped before it was decided.
    Withdrawn,
    /// Its future was dropped after it was granted: what it was granted goes to the next, or comes back.
    PassedOn,
}

/// What tells a task from all others that exist: its waker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TaskId {
    data: usize,
    vtable: usize,
}

impl TaskId {
    pub(crate) fn of(waker: &Waker) -> Option<Self> {
        // Without data there is one such waker for all tasks, as with `Waker::noop`.
        let data = waker.data().addr();
        (data != 0).then(|| Self { data, vtable: core::ptr::from_ref(waker.vtable()).addr() })
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {:x}", self.data)
    }
}

/// A function of the user, or none.
struct Setting<F> {
    lock: RawLock,
    value: UnsafeCell<Option<F>>,
}

// SAFETY: the value is reached under the lock only (R1), and a copy of it may be used by any thread.
unsafe impl<F: Copy + Send> Sync for Setting<F> {}

impl<F: Copy> Setting<F> {
    const fn none() -> Self {
        Self { lock: RawLock::new(), value: UnsafeCell::new(None) }
    }

    fn set(&self, value: F) {
        let _held = self.lock.lock();
        // SAFETY: R1, the lock is held.
        self.value.with_mut(|slot| unsafe { *slot = Some(value) });
    }

    fn get(&self) -> Option<F> {
        let _held = self.lock.lock();
        // SAFETY: R1, the lock is held.
        self.value.with(|slot| unsafe { *slot })
    }
}

static HOOK: Setting<fn(&Report)> = Setting::none();
static CLOCK: Setting<fn() -> u32> = Setting::none();
static OBSERVER: Setting<fn(Step, &Waiter)> = Setting::none();

/// Sets the function that is called with each report, in the poll that found it. It may panic, as [`panic()`] does; the wait
/// stays as it is.
///
/// # Examples
/// ```standalone_crate
/// # use anywake_core as anywake;
/// use anywake::{Lock, diagnose};
/// use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
/// # use std::{pin::pin, sync::Arc, task::{Context, Wake, Waker}};
/// # struct Task;
/// # impl Wake for Task { fn wake(self: Arc<Self>) {} }
/// # let waker = Waker::from(Arc::new(Task));
/// # let mut context = Context::from_waker(&waker);
///
/// static REPORTS: AtomicU32 = AtomicU32::new(0);
/// diagnose::set_hook(|_report| _ = REPORTS.fetch_add(1, Relaxed));
///
/// let lock = Lock::new(());
/// let guard = lock.try_lock();
/// let mut kept_aside = pin!(lock.lock());
/// assert!(kept_aside.as_mut().poll(&mut context).is_pending());
/// drop(guard);
/// let mut again = pin!(lock.lock());
/// for _turn in 0..3 {
///     assert!(again.as_mut().poll(&mut context).is_pending());
/// }
/// assert_eq!(REPORTS.load(Relaxed), 1);
/// ```
pub fn set_hook(hook: fn(&Report)) {
    HOOK.set(hook);
}

/// A hook that panics with the report: for tests. A [recursive read](Report::Recursive) need not be a fault, so it does not
/// panic for one.
///
/// # Panics
/// For each other report.
///
/// # Examples
/// ```standalone_crate
/// # use anywake_core as anywake;
/// use anywake::diagnose;
///
/// // In each test that must not have a futurelock:
/// diagnose::set_hook(diagnose::panic);
/// # let report: fn(&diagnose::Report) = diagnose::panic;
/// # assert!(report as *const () as usize != 0);
/// ```
pub fn panic(report: &Report) {
    assert!(matches!(report, Report::Recursive { .. }), "{report}");
}

/// Sets the function that is called at each [`Step`] of each wait that is queued. It is called without an internal lock, in a
/// poll, a drop, or by a thread that is about to wake others. So it must not panic, and should not wait.
///
/// # Examples
/// ```standalone_crate
/// # use anywake_core as anywake;
/// use anywake::{Lock, diagnose};
/// use diagnose::Step;
/// # use std::sync::Mutex;
///
/// static STEPS: Mutex<Vec<Step>> = Mutex::new(Vec::new());
/// diagnose::set_observer(|step, _wait| STEPS.lock().unwrap().push(step));
///
/// let lock = Lock::new(());
/// let guard = lock.try_lock();
/// let mut wait = Box::pin(lock.lock());
/// wait.as_mut().enable();
/// drop(guard); // hands the lock to `wait`
/// drop(wait);
/// assert_eq!(*STEPS.lock().unwrap(), [Step::Begun, Step::Granted, Step::PassedOn]);
/// ```
pub fn set_observer(observer: fn(Step, &Waiter)) {
    OBSERVER.set(observer);
}

pub(crate) fn is_observed() -> bool {
    OBSERVER.get().is_some()
}

pub(crate) fn observe(step: Step, wait: &Waiter) {
    if let Some(observer) = OBSERVER.get() {
        observer(step, wait);
    }
}

/// Sets the clock, in milliseconds since any moment; it may wrap. It is called under the internal locks of primitives, so it
/// must not use one.
///
/// # Examples
/// ```standalone_crate
/// # use anywake_core as anywake;
/// use anywake::{Event, diagnose};
/// use core::time::Duration;
/// use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
///
/// static TICKS: AtomicU32 = AtomicU32::new(0);
/// diagnose::set_clock(|| TICKS.load(Relaxed));
///
/// let event = Event::new();
/// let mut wait = core::pin::pin!(event.wait());
/// wait.as_mut().enable();
/// TICKS.fetch_add(250, Relaxed);
/// diagnose::waits(|waiter| {
///     if waiter.is_for(&event) {
///         assert_eq!(waiter.age(), Duration::from_millis(250));
///     }
/// });
/// ```
pub fn set_clock(milliseconds: fn() -> u32) {
    CLOCK.set(milliseconds);
}

pub(crate) fn now() -> u32 {
    CLOCK.get().map_or(0, |clock| clock())
}

fn since(moment: u32) -> Duration {
    Duration::from_millis(u64::from(now().wrapping_sub(moment)))
}

pub(crate) fn report(report: &Report) {
    if let Some(hook) = HOOK.get() {
        hook(report);
    }
}

/// Calls `visit` with every wait of the program that is queued, or is decided and was not polled since. Oldest first; waits
/// that begin or end meanwhile may be missed.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// use anywake::{Event, diagnose};
///
/// let event = Event::new();
/// let mut waits = [core::pin::pin!(event.wait()), core::pin::pin!(event.wait())];
/// waits[0].as_mut().enable();
/// waits[1].as_mut().enable();
/// let mut count = 0;
/// diagnose::waits(|waiter| count += u32::from(waiter.is_for(&event)));
/// assert_eq!(count, 2);
/// ```
pub fn waits(visit: impl FnMut(&Waiter)) {
    trace::walk(visit);
}

/// Calls `visit` with every wait that was granted at least `limit` ago and was not polled since, by the [clock](set_clock).
/// What it was granted is kept from all others meanwhile.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// use anywake::{Lock, diagnose};
/// use core::time::Duration;
///
/// let lock = Lock::new(());
/// let guard = lock.try_lock();
/// let mut wait = core::pin::pin!(lock.lock());
/// wait.as_mut().enable();
/// drop(guard); // hands the lock to `wait`
/// let mut found = 0;
/// diagnose::unpolled(Duration::ZERO, |waiter| found += u32::from(waiter.is_for(&lock)));
/// assert_eq!(found, 1);
/// ```
pub fn unpolled(limit: Duration, mut visit: impl FnMut(&Waiter)) {
    waits(|wait| {
        let granted = wait.standing == Standing::Granted;
        if granted && wait.since_decided().is_some_and(|since| since >= limit) {
            visit(wait);
        }
    });
}

/// Calls `visit` with every wait for something that is held, and with each holder that has held it for at least `limit`, by
/// the [clock](set_clock): guards of locks, permits, slots of a queue, and the role of an initialiser.
///
/// # Examples
/// ```
/// # use anywake_core as anywake;
/// use anywake::{Lock, diagnose};
/// use core::time::Duration;
///
/// let lock = Lock::new(());
/// let guard = lock.try_lock();
/// let mut wait = core::pin::pin!(lock.lock());
/// wait.as_mut().enable();
/// let mut found = 0;
/// diagnose::held(Duration::ZERO, |waiter, _holder| found += u32::from(waiter.is_for(&lock)));
/// assert_eq!(found, 1);
/// drop(guard);
/// ```
pub fn held(limit: Duration, mut visit: impl FnMut(&Waiter, &Holder)) {
    waits(|wait| {
        wait.holders(|holder| {
            if holder.age() >= limit {
                visit(wait, holder);
            }
        });
    });
}
