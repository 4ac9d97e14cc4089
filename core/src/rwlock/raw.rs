//! What a reader-writer lock is made of: who is inside, in a word, and four lists of those who wait.
//!
//! # The word
//!
//! | bits | name         | meaning                                                                             |
//! |------|--------------|-------------------------------------------------------------------------------------|
//! | 0    | `WAITERS`    | one of the lists is not empty (W5)                                                  |
//! | 1    | `WRITER`     | a writer is inside                                                                  |
//! | 2    | `UPGRADABLE` | an upgradable reader is inside; with `WRITER`: the writer was one                   |
//! | 3..  | readers      | how many readers are inside, the upgradable one among them                          |
//!
//! # Phases
//! When a writer leaves, the readers that wait then are the *cohort* of a phase. They go in together, in batches if they
//! are many. Later readers wait if a writer waits. Then the readers leave, and the longest-waiting writer goes in.
//!
//! When a writer leaves, one upgradable reader goes in with the phase, if none is inside. There is one exception: if the
//! writer was upgraded itself and a writer waits, no upgradable reader goes in. Without it upgrades in a row would keep
//! that writer out for ever, since each goes before it and lets in the next upgradable reader. With it an upgrade
//! overtakes a waiting writer at most once for each writer that is not upgraded and leaves.
//!
//! A writer that becomes the upgradable reader keeps out the one that would go in with the phase. That one goes in when it
//! has left, before any writer. Without this, writers that all do so would keep it out for ever.
//!
//! # Who is served
//! 1. An upgrade that waits, as soon as its upgradable reader is alone. Nobody else goes in before it.
//! 2. The first upgradable reader, if none is inside, and either a writer that was not upgraded has left since it waits, or
//!    no writer waits.
//! 3. Readers: those of the phase; all, if no writer waits.
//! 4. The first writer, when nobody is inside.
//!
//! # Invariants
//! * RW1. `WRITER` excludes readers: with it the count is zero.
//! * RW2. While `WAITERS` is set, others come in under the internal lock only. Readers leave without it. `share` adds a
//!   reader without it, which changes no decision: its caller is inside, so no writer and no upgrade is due.
//! * RW3. A writer leaves, and the phase behind it begins, in one critical section, if anybody waits. So no writer that
//!   comes meanwhile overtakes the cohort. The same holds for the readers that go in because a writer gave up.
//! * RW4. Readers of the cohort that a later batch will serve are due before any writer: they stand in front of their
//!   list with a stamp of the phase. Nobody else's stamp is that old.
//! * RW5. Readers are at most [`MAX`]. Arrivals above that wait, also if the guards were forgotten. So the count never
//!   wraps.

use crate::sys::atomic::{AtomicUsize, Ordering, const_fn};
use crate::wait::list::List;
use crate::wait::queue::{Core, Locked, WaitQueue};
use crate::wait::status::{Generation, Verdict};
use crate::wait::waiter::ListOf;
use crate::wait::wake::Served;
use crate::wait::word;

const WAITERS: usize = word::WAITERS as usize;
const WRITER: usize = 2;
const UPGRADABLE: usize = 4;
const ONE: usize = 8;
/// The most readers. Few under test, so that the tests reach it.
pub(crate) const MAX: usize = if cfg!(test) { 4 } else { usize::MAX / (2 * ONE) };

// SAFETY: W6, the requests of this list are `()`.
const READERS: ListOf<()> = unsafe { ListOf::new(0) };
// SAFETY: W6, as above.
const WRITERS: ListOf<()> = unsafe { ListOf::new(1) };
// SAFETY: W6, as above.
const UPGRADABLES: ListOf<()> = unsafe { ListOf::new(2) };
// SAFETY: W6, as above.
const UPGRADES: ListOf<()> = unsafe { ListOf::new(3) };

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
    Upgradable,
    /// The one upgradable reader inside wants to be a writer.
    Upgrade,
}

#[inline]
fn readers(word: usize) -> usize {
    word / ONE
}

impl Kind {
    #[inline]
    pub(super) const fn list(self) -> ListOf<()> {
        match self {
            Self::Read => READERS,
            Self::Write => WRITERS,
            Self::Upgradable => UPGRADABLES,
            Self::Upgrade => UPGRADES,
        }
    }

    /// Whether those inside let it in.
    #[inline]
    fn fits(self, word: usize) -> bool {
        match self {
            Self::Read => word & WRITER == 0 && readers(word) < MAX,
            Self::Upgradable => word & (WRITER | UPGRADABLE) == 0 && readers(word) < MAX,
            Self::Write => word & !WAITERS == 0,
            // mistake an_upgrade_ignores_the_readers: readers(word) == 1 ~> true
            Self::Upgrade => readers(word) == 1,
        }
    }

    /// The word after it has come in.
    #[inline]
    fn inside(self, word: usize) -> usize {
        match self {
            Self::Read => word + ONE,
            Self::Upgradable => (word + ONE) | UPGRADABLE,
            Self::Write => word | WRITER,
            Self::Upgrade => (word - ONE) | WRITER,
        }
    }

    /// Whether somebody who waits goes first.
    #[inline]
    fn is_barred(self, locked: &Locked<'_, RwLockCore>) -> bool {
        match self {
            // A waiting upgradable reader keeps no reader out.
            Self::Read => [READERS, WRITERS, UPGRADES].iter().any(|list| !locked.is_empty(*list)),
            Self::Upgradable | Self::Write => locked.count() > 0,
            Self::Upgrade => false,
        }
    }
}

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct State {
    /// The readers that have come since the last phase began are of this generation.
    next: Generation,
    /// The cohort of the phase, until the next writer goes in.
    phase: Option<Generation>,
    /// A writer that was not upgraded has left: an upgradable reader may go in with the phase. The next one does, if it waits
    /// already, as soon as no other is inside.
    with_upgradable: bool,
}

/// The word, the phase, and those who wait.
#[derive(Debug)]
pub(crate) struct RwLockCore {
    pub(super) queue: WaitQueue<Self>,
}

impl Core for RwLockCore {
    type Word = AtomicUsize;
    type State = State;
    type Lists = [List; 4];

    #[inline]
    fn queue(&self) -> &WaitQueue<Self> {
        &self.queue
    }

    #[inline]
    fn generation(state: &State) -> Generation {
        state.next
    }
}

impl State {
    /// All readers that wait now are of the phase that begins.
    fn begin_phase(&mut self) {
        // A full batch, so that readers that come later are of another generation, however few wait now.
        self.phase = Some(self.next.begin(usize::MAX));
    }
}

impl RwLockCore {
    const_fn! {
        pub(super) const fn new() -> Self {
            let state = State { next: Generation::new(), phase: None, with_upgradable: false };
            Self { queue: WaitQueue::new(AtomicUsize::new(0), state, [const { List::new() }; 4]) }
        }
    }

    #[inline]
    fn word(&self) -> &AtomicUsize {
        &self.queue.word
    }

    pub(super) fn waiters(&self) -> usize {
        self.queue.lock().count()
    }

    pub(super) fn readers(&self) -> usize {
        // Ordering: Relaxed, the answer may be old as soon as it is returned; it orders nothing.
        readers(self.word().load(Ordering::Relaxed))
    }

    pub(super) fn is_locked(&self) -> bool {
        // Ordering: Relaxed, as in `readers`.
        self.word().load(Ordering::Relaxed) & !WAITERS != 0
    }

    /// Goes in if those inside and those who wait allow it.
    #[inline]
    pub(super) fn try_enter(&self, kind: Kind) -> bool {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        while kind.fits(word) {
            if word & WAITERS != 0 {
                return self.try_enter_among_waiters(kind);
            }
            // Ordering: Acquire synchronizes with the Release of those who left, in `leave_reader`, `leave` and
            // `change_alone`.
            match self.word().compare_exchange_weak(
                word,
                kind.inside(word),
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    #[cold]
    fn try_enter_among_waiters(&self, kind: Kind) -> bool {
        let locked = self.queue.lock();
        // mistake a_try_overtakes: !kind.is_barred(&locked) ~> true
        !kind.is_barred(&locked) && self.take(kind)
    }

    /// Goes in if those inside allow it. The caller holds the internal lock, or nobody inside can be in its way (RW2).
    fn take(&self, kind: Kind) -> bool {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        while kind.fits(word) {
            // Ordering: Acquire as in `try_enter`, also on behalf of a waiter, which learns of it with its status.
            match self.word().compare_exchange_weak(
                word,
                kind.inside(word),
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// One more reader, beside the caller, who is inside. Returns whether there is room.
    pub(super) fn share(&self) -> bool {
        self.take(Kind::Read)
    }

    /// The last look of a wait before it waits: goes in now, or is announced.
    #[inline]
    pub(super) fn look(&self, locked: &Locked<'_, Self>, kind: Kind) -> bool {
        let barred = kind.is_barred(locked);
        // From here on those who leave come to the lock.
        locked.announce();
        let taken = !barred && self.take(kind);
        if taken {
            locked.retract_if_nobody_waits();
        }
        taken
    }

    /// A reader leaves.
    #[inline]
    pub(super) fn leave_reader(&self) {
        // Ordering: Release synchronizes with the Acquire in `try_enter` and `take`: what a reader read is read before a
        // writer writes.
        let word = self.word().fetch_sub(ONE, Ordering::Release);
        // mistake a_full_lock_sleeps: (readers(word) <= 2 || readers(word) == MAX) ~> (readers(word) <= 2)
        // Behind others nobody is due: not a writer, not the upgrade of the last one, and there was room before.
        if word & WAITERS != 0 && (readers(word) <= 2 || readers(word) == MAX) {
            self.serve();
        }
    }

    /// The upgradable reader leaves.
    #[inline]
    pub(super) fn leave_upgradable(&self) {
        self.change(|word| (word - ONE) & !UPGRADABLE, false);
    }

    /// The upgradable reader becomes a plain one.
    pub(super) fn end_upgradable(&self) {
        self.change(|word| word & !UPGRADABLE, false);
    }

    /// The writer leaves.
    #[inline]
    pub(super) fn leave_writer(&self) {
        // mistake a_writer_leaves_no_phase: true ~> false
        self.change(|word| word & WAITERS, true);
    }

    /// The writer becomes a reader.
    pub(super) fn downgrade(&self) {
        // mistake a_downgrade_lets_a_writer_in: (word & WAITERS) + ONE ~> word & WAITERS
        self.change(|word| (word & WAITERS) + ONE, true);
    }

    /// The writer becomes the upgradable reader.
    pub(super) fn downgrade_to_upgradable(&self) {
        self.change(|word| ((word & WAITERS) + ONE) | UPGRADABLE, true);
    }

    /// The caller, a writer or the upgradable reader, changes what it is, and serves those who wait.
    #[inline]
    fn change(&self, after: impl Fn(usize) -> usize, begins_phase: bool) {
        // Ordering: Relaxed, the exchange below checks it.
        let mut word = self.word().load(Ordering::Relaxed);
        while word & WAITERS == 0 {
            // Ordering: Release synchronizes with the Acquire in `try_enter` and `take`.
            match self.word().compare_exchange_weak(word, after(word), Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => word = now,
            }
        }
        self.change_among_waiters(&after, begins_phase);
    }

    #[inline(never)]
    fn change_among_waiters(&self, after: &dyn Fn(usize) -> usize, begins_phase: bool) {
        let mut locked = self.queue.lock();
        // Ordering: Relaxed, the exchange below checks it: readers may leave, or be shared, meanwhile (RW2).
        let mut word = self.word().load(Ordering::Relaxed);
        // Ordering: Release as in `change`.
        while let Err(now) =
            self.word().compare_exchange_weak(word, after(word), Ordering::Release, Ordering::Relaxed)
        {
            word = now;
        }
        if begins_phase {
            let state = locked.state_mut();
            state.begin_phase();
            // mistake upgrades_in_a_row_starve_a_writer: word & UPGRADABLE == 0 ~> true
            state.with_upgradable |= word & UPGRADABLE == 0;
        }
        self.serve_due(locked);
    }

    #[inline(never)]
    fn serve(&self) {
        self.serve_due(self.queue.lock());
    }

    /// A waiter has left undecided, or somebody inside has: serves who is due now.
    #[inline]
    pub(super) fn serve_due(&self, locked: Locked<'_, Self>) {
        locked.retract_if_nobody_waits();
        locked.wake_loop(|locked| match self.next_due(locked) {
            Some(kind) if self.take(kind) => {
                let waker = locked.decide(kind.list(), Verdict::Granted);
                locked.retract_if_nobody_waits();
                Served::One(waker)
            }
            _ => Served::Nobody,
        });
    }

    /// Whose turn it is, whether or not those inside let it in.
    fn next_due(&self, locked: &mut Locked<'_, Self>) -> Option<Kind> {
        if !locked.is_empty(UPGRADES) {
            return Some(Kind::Upgrade);
        }
        // Ordering: Relaxed, `take` checks it.
        let word = self.word().load(Ordering::Relaxed);
        let writers = !locked.is_empty(WRITERS);
        // mistake a_writer_that_becomes_upgradable_owes_nobody: + if mistaken!() && !Kind::Upgradable.fits(word) {
        //     locked.state_mut().with_upgradable = false; }
        if locked.is_empty(UPGRADABLES) {
            locked.state_mut().with_upgradable = false;
        } else if Kind::Upgradable.fits(word) {
            // mistake a_phase_admits_upgradable_readers_for_ever: core::mem::take(&mut
            //     locked.state_mut().with_upgradable) ~> locked.state().with_upgradable
            let with_upgradable = core::mem::take(&mut locked.state_mut().with_upgradable);
            if with_upgradable || !writers {
                return Some(Kind::Upgradable);
            }
        }
        if self.reader_is_due(locked, writers) && Kind::Read.fits(word) {
            return Some(Kind::Read);
        }
        if writers {
            locked.state_mut().phase = locked.state().phase.filter(|_| !Kind::Write.fits(word));
            return Some(Kind::Write);
        }
        None
    }

    fn reader_is_due(&self, locked: &mut Locked<'_, Self>, writers: bool) -> bool {
        if locked.is_empty(READERS) {
            return false;
        }
        let of_phase = locked.state().phase.is_some_and(|cohort| locked.front_is_of(READERS, cohort));
        // mistake a_batch_of_readers_is_overtaken: locked.state_mut().begin_phase(); ~>
        if !of_phase && !writers {
            // No writer waits. One that comes between two batches must not overtake them (RW3).
            locked.state_mut().begin_phase();
        }
        of_phase || !writers
    }
}
