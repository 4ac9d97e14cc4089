//! The primitives of one storm, the counters of their use, and the laws that the counters must obey.

use core::fmt;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::SeqCst;
use std::sync::Arc;

use anywake::{Barrier, Condition, Event, Lock, Queue, Semaphore, semaphore::Bypass};

use crate::plan::{Close, Plan};
use crate::roles::Beacon;
use crate::roles::Board;
use crate::roles::Desk;
use crate::roles::Mail;
use crate::roles::Meeting;
use crate::roles::Relay;
use crate::roles::Shelf;
use crate::roles::Studio;
use crate::roles::Tree;
use crate::roles::{Gathering, Laps};
use crate::roles::{Lot, Sites};
use crate::sabotage;

/// The number of broadcasts that are distinguished. Two would be enough.
const EPOCHS: usize = 8;

/// The state that the tasks of a storm share. The counters are `SeqCst` for simplicity: the laws are about their sums.
pub(crate) struct World {
    pub plan: Plan,
    pub ledger: Arc<Lock<Ledger>>,
    pub semaphore: Arc<Semaphore>,
    /// A semaphore whose waiters may be overtaken.
    pub turnstile: Semaphore<Bypass>,
    /// The permits of the turnstile that tasks hold.
    pub passing: AtomicUsize,
    pub event: Event,
    /// Notified when the stock of the ledger changes.
    pub condition: Condition,
    pub queue: Queue<Item>,
    pub relay: Relay,
    pub mail: Mail,
    pub meeting: Meeting,
    pub laps: Laps,
    pub gathering: Gathering,
    pub tree: Tree,
    pub shelf: Shelf,
    pub board: Board,
    pub studio: Studio,
    pub doomed: Doomed,
    pub sites: Sites,
    pub desk: Desk,
    pub beacon: Beacon,
    pub lot: Lot,
    /// The number of the task that owns the ledger's lock, or 0.
    pub inside: AtomicUsize,
    pub visits: AtomicUsize,
    /// The permits that tasks hold, as the tasks count them.
    pub held: AtomicUsize,
    /// The permits that are never released: forgotten themselves, or granted to a forgotten future.
    pub lost_permits: AtomicUsize,
    /// The number of broadcasts so far, and the number of tasks that wait for each.
    pub epoch: AtomicUsize,
    pub asleep: [AtomicUsize; EPOCHS],
    pub producing: AtomicUsize,
    pub items: Arc<Items>,
    /// How often a step was interrupted by the panic of another task's waker.
    pub sabotaged: AtomicUsize,
    pub cancelled: AtomicUsize,
    /// The number of tasks that have not completed, and the number of steps of all tasks.
    pub present: AtomicUsize,
    pub steps: AtomicUsize,
}

/// The value behind the lock. The numbers are plain: two owners at once would lose a change.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub visits: usize,
    pub sold: usize,
    pub bought: usize,
    pub sellers_done: usize,
    /// Whether everything is sold and bought.
    pub over: bool,
}

impl Ledger {
    pub(crate) fn stock(&self) -> usize {
        self.sold - self.bought
    }

    /// The predicate of the buyers.
    pub(crate) fn has_stock_or_is_over(&mut self) -> bool {
        self.stock() > 0 || self.over
    }
}

/// Primitives that are never available, because their guard or permit was forgotten. A wait for one of them is dropped
/// or forgotten.
#[derive(Debug)]
pub(crate) struct Doomed {
    pub lock: Lock<()>,
    pub semaphore: Semaphore,
    pub condition: Condition,
    pub event: Event,
    pub barrier: Barrier,
    pub empty: Queue<()>,
    /// The number of forgotten waits in each of their queues.
    pub ghosts: AtomicUsize,
}

impl Doomed {
    fn new() -> Self {
        let doomed = Self {
            lock: Lock::new(()),
            semaphore: Semaphore::new(1),
            condition: Condition::new(),
            event: Event::new(),
            barrier: Barrier::new(usize::MAX),
            empty: Queue::with_capacity(1).expect("there is memory for one item"),
            ghosts: AtomicUsize::new(0),
        };
        core::mem::forget(doomed.lock.try_lock());
        core::mem::forget(doomed.semaphore.try_acquire());
        doomed
    }

    /// Asserts that exactly the forgotten waits are queued.
    fn check(&self) {
        let waiters = [
            self.lock.waiters(),
            self.semaphore.waiters(),
            self.condition.waiters(),
            self.event.waiters(),
            self.barrier.waiters(),
            self.empty.waiters(),
        ];
        assert_eq!(waiters, [self.ghosts.load(SeqCst); 6], "only forgotten waits are still queued");
    }
}

/// Counts the fates of the items.
#[derive(Debug, Default)]
pub(crate) struct Items {
    pub made: AtomicUsize,
    pub delivered: AtomicUsize,
    pub returned: AtomicUsize,
    /// The pushes that were dropped while they waited, possibly with their items.
    pub abandoned: AtomicUsize,
    /// The items in forgotten futures.
    pub leaked: AtomicUsize,
    dropped: AtomicUsize,
}

/// An item to push. It owns memory, so that a duplicate shows as a double free.
#[derive(Debug)]
pub(crate) struct Item {
    pub producer: usize,
    pub number: Box<usize>,
    items: Arc<Items>,
}

impl Item {
    pub(crate) fn new(items: &Arc<Items>, producer: usize, number: usize) -> Self {
        items.made.fetch_add(1, SeqCst);
        Self { producer, number: Box::new(number), items: Arc::clone(items) }
    }

    /// Counts an item that was popped.
    pub(crate) fn deliver(self) {
        self.items.delivered.fetch_add(1, SeqCst);
    }

    /// Counts an item that was returned by a failed push, or displaced.
    pub(crate) fn give_back(self) {
        self.items.returned.fetch_add(1, SeqCst);
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.items.dropped.fetch_add(1, SeqCst);
    }
}

impl World {
    pub(crate) fn new(plan: Plan) -> Self {
        let permits = plan.permits;
        Self {
            ledger: Arc::new(Lock::with_bypass(Ledger::default(), plan.bypass)),
            semaphore: Arc::new(if plan.bounded {
                Semaphore::bounded(permits)
            } else {
                Semaphore::new(permits)
            }),
            turnstile: match (plan.bounded, plan.bypass) {
                (true, limit) => Semaphore::bounded_with_bypass(permits, limit),
                (false, 1000) => Semaphore::with_unbounded_bypass(permits),
                (false, limit) => Semaphore::with_bypass(permits, limit),
            },
            passing: AtomicUsize::new(0),
            event: Event::new(),
            condition: Condition::new(),
            queue: Queue::with_capacity(plan.capacity).expect("there is memory for a few items"),
            relay: Relay::new(),
            mail: Mail::new(),
            meeting: Meeting::new(plan.parties),
            laps: Laps::new(&plan),
            gathering: Gathering::default(),
            tree: Tree::new(plan.sellers),
            shelf: Shelf::default(),
            board: Board::new(),
            studio: Studio::default(),
            doomed: Doomed::new(),
            sites: Sites::default(),
            desk: Desk::default(),
            beacon: Beacon::default(),
            lot: Lot::new(),
            inside: AtomicUsize::new(0),
            visits: AtomicUsize::new(0),
            held: AtomicUsize::new(0),
            lost_permits: AtomicUsize::new(0),
            epoch: AtomicUsize::new(0),
            asleep: [const { AtomicUsize::new(0) }; EPOCHS],
            producing: AtomicUsize::new(0),
            items: Arc::default(),
            sabotaged: AtomicUsize::new(0),
            cancelled: AtomicUsize::new(0),
            present: AtomicUsize::new(0),
            steps: AtomicUsize::new(0),
            plan,
        }
    }

    /// The number of tasks that wait for the broadcast after this one.
    pub(crate) fn asleep(&self, epoch: usize) -> &AtomicUsize {
        &self.asleep[epoch % EPOCHS]
    }

    /// Closes the queue, and so ends the consumers, when all producers have completed and every item is accounted for.
    /// If an item stays in the queue, or a consumer is not woken for it, this never happens.
    pub(crate) fn close_when_done(&self) {
        let items = &self.items;
        let all_made = self.producing.load(SeqCst) == 0;
        if all_made && items.dropped.load(SeqCst) == items.made.load(SeqCst) {
            sabotage::survive(|| {
                self.queue.close();
            });
        }
    }

    /// Asserts what must hold when all tasks have completed.
    pub(crate) fn check(&self) {
        self.check_lock_and_condition();
        self.check_semaphore();
        assert_eq!(self.passing.load(SeqCst), 0, "all tasks have passed the turnstile");
        let turnstile = (self.turnstile.available_permits(), self.turnstile.waiters());
        assert_eq!(turnstile, (self.plan.permits, 0), "no permit of the turnstile was lost or made");
        assert_eq!(self.event.waiters(), 0, "the last broadcast ended all waits, also the forgotten ones");
        self.check_queue();
        self.relay.check();
        self.mail.check();
        self.meeting.check();
        self.laps.check();
        self.gathering.check();
        self.tree.check();
        self.shelf.check();
        self.board.check();
        self.studio.check();
        self.doomed.check();
        self.sites.check();
        self.desk.check();
        self.beacon.check();
        self.lot.check(self.plan.saboteurs);
    }

    fn check_lock_and_condition(&self) {
        assert_eq!(self.ledger.waiters(), 0, "no task waits for the lock");
        assert_eq!(self.condition.waiters(), 0, "no task waits for the condition");
        assert_eq!(self.inside.load(SeqCst), 0, "no task is in the critical section");
        let ledger = self.ledger.try_lock().expect("all guards are dropped");
        assert_eq!(
            ledger.visits,
            self.visits.load(SeqCst),
            "visits in the ledger = visits counted: mutual exclusion"
        );
        assert_eq!(ledger.stock(), 0, "every piece sold was bought");
        assert!(ledger.over, "the last seller has ended the sale");
    }

    fn check_semaphore(&self) {
        let semaphore = &self.semaphore;
        assert_eq!(self.held.load(SeqCst), 0, "all tasks have released their permits");
        assert_eq!(semaphore.waiters(), 0, "no task waits for permits");
        let lost = self.lost_permits.load(SeqCst);
        let accounted = semaphore.available_permits() + lost;
        if self.plan.close == Close::Never {
            assert_eq!(accounted, self.plan.permits, "no permit was lost or made");
        } else {
            // A forgotten wait that was still queued at the close was refused, and has no permit.
            assert!(
                (self.plan.permits..=self.plan.permits + lost).contains(&accounted),
                "no permit was lost or made"
            );
        }
        if self.plan.bounded {
            assert!(semaphore.release(1).is_err(), "lost permits count as held, so none can be added");
        }
    }

    fn check_queue(&self) {
        let queue = &self.queue;
        assert!(queue.is_closed(), "the queue was closed early, or after the last item");
        assert_eq!(queue.waiters(), 0, "no task waits to push or pop");
        assert_eq!(queue.len(), 0, "every pushed item was popped or dropped");

        let items = &self.items;
        let [made, delivered, returned, abandoned, leaked, dropped] =
            [&items.made, &items.delivered, &items.returned, &items.abandoned, &items.leaked, &items.dropped]
                .map(|count| count.load(SeqCst));
        let destroyed = dropped - delivered - returned;
        assert!(made - dropped <= leaked, "every item was dropped once, except those in forgotten futures");

        let plan = &self.plan;
        if plan.close != Close::EarlyAndNow && plan.saboteurs == 0 && plan.cancels == 0 {
            assert!(destroyed <= abandoned, "items made = items popped + returned + dropped with a push");
            assert_eq!(queue.unfinished(), 0, "all work was reported as done");
        }
        // A task that is interrupted or cancelled holds at most one item. Items that `close_now` drops are not counted.
        if plan.close != Close::EarlyAndNow {
            let interrupted = self.sabotaged.load(SeqCst) + self.cancelled.load(SeqCst);
            assert!(
                destroyed <= abandoned + interrupted,
                "no more items were dropped than interrupted tasks can hold"
            );
        }
    }

    /// Moves and drops the primitives, which nothing else refers to, and asserts that no item is lost.
    pub(crate) fn check_dropped(self) {
        let Self { doomed, queue, items, .. } = self;
        let mut doomed = Box::new(doomed);
        doomed.check();
        doomed.lock.get_mut();
        drop(doomed);
        drop(queue);
        assert!(items.made.load(SeqCst) - items.dropped.load(SeqCst) <= items.leaked.load(SeqCst));
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epoch = self.epoch.load(SeqCst);
        f.debug_struct("World")
            .field("plan", &self.plan)
            .field("present", &self.present)
            .field("steps", &self.steps)
            .field("ledger", &self.ledger)
            .field("inside", &self.inside)
            .field("visits", &self.visits)
            .field("semaphore", &self.semaphore)
            .field("held", &self.held)
            .field("lost_permits", &self.lost_permits)
            .field("event", &self.event)
            .field("epoch", &epoch)
            .field("asleep", self.asleep(epoch))
            .field("condition", &self.condition)
            .field("queue", &self.queue)
            .field("laps", &self.laps)
            .field("gathering", &self.gathering)
            .field("tree", &self.tree)
            .field("shelf", &self.shelf)
            .field("board", &self.board)
            .field("studio", &self.studio)
            .field("producing", &self.producing)
            .field("relay", &self.relay)
            .field("mail", &self.mail)
            .field("items", &self.items)
            .field("sabotaged", &self.sabotaged)
            .field("cancelled", &self.cancelled)
            .field("meeting", &self.meeting)
            .field("doomed", &self.doomed)
            .field("sites", &self.sites)
            .field("desk", &self.desk)
            .field("beacon", &self.beacon)
            .field("lot", &self.lot)
            .finish()
    }
}
