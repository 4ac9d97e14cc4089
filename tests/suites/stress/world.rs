//! The five primitives of one storm, the books that are kept about them, and the laws that the books must obey.

use core::fmt;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::SeqCst;
use std::sync::Arc;

use anywake::{Condition, Event, Lock, Queue, Semaphore};

use crate::plan::{Close, Plan};
use crate::sabotage;

/// How many broadcasts are told apart; two would do.
const EPOCHS: usize = 8;

/// What the tasks of a storm share. Counters are `SeqCst`: nothing here relies on their order, and everything on their
/// sum.
pub(crate) struct World {
    pub plan: Plan,
    pub ledger: Arc<Lock<Ledger>>,
    pub semaphore: Arc<Semaphore>,
    pub event: Event,
    /// Stands for a change of the ledger's stock.
    pub news: Condition,
    pub queue: Queue<Item>,
    pub doomed: Doomed,
    /// Who is inside the ledger; 0: nobody.
    pub inside: AtomicUsize,
    pub visits: AtomicUsize,
    /// Permits that are out, as the tasks count them.
    pub held: AtomicUsize,
    /// Permits that will never come back: forgotten, or for a future that was.
    pub lost_permits: AtomicUsize,
    /// How many broadcasts there were, and who waits for each.
    pub epoch: AtomicUsize,
    pub asleep: [AtomicUsize; EPOCHS],
    pub producing: AtomicUsize,
    pub items: Arc<Items>,
    /// How often a task was interrupted by somebody else's waker.
    pub sabotaged: AtomicUsize,
    pub cancelled: AtomicUsize,
    /// Who has not gone home, and what all did until now.
    pub present: AtomicUsize,
    pub steps: AtomicUsize,
}

/// What the lock protects. Plain numbers: two tasks inside at once would lose one of their changes.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub visits: usize,
    pub sold: usize,
    pub bought: usize,
    pub sellers_done: usize,
    /// All is sold and bought.
    pub over: bool,
}

impl Ledger {
    pub(crate) fn stock(&self) -> usize {
        self.sold - self.bought
    }

    /// For those who wait for something to buy.
    pub(crate) fn is_worth_a_look(&mut self) -> bool {
        self.stock() > 0 || self.over
    }
}

/// Primitives that are never available again, because what was taken of them was forgotten. Whoever waits for them
/// gives up, or is forgotten too.
#[derive(Debug)]
pub(crate) struct Doomed {
    pub lock: Lock<()>,
    pub semaphore: Semaphore,
    pub news: Condition,
    pub event: Event,
    pub empty: Queue<()>,
    /// How many stand in each of their queues.
    pub ghosts: AtomicUsize,
}

impl Doomed {
    fn new() -> Self {
        let doomed = Self {
            lock: Lock::new(()),
            semaphore: Semaphore::new(1),
            news: Condition::new(),
            event: Event::new(),
            empty: Queue::with_capacity(1).expect("there is memory for one item"),
            ghosts: AtomicUsize::new(0),
        };
        core::mem::forget(doomed.lock.try_lock());
        core::mem::forget(doomed.semaphore.try_acquire());
        doomed
    }

    /// Every ghost stands in its queue, nobody else does.
    fn check(&self) {
        let waiters = [
            self.lock.waiters(),
            self.semaphore.waiters(),
            self.news.waiters(),
            self.event.waiters(),
            self.empty.waiters(),
        ];
        assert_eq!(waiters, [self.ghosts.load(SeqCst); 5], "only ghosts still wait");
    }
}

/// What became of the items.
#[derive(Debug, Default)]
pub(crate) struct Items {
    pub made: AtomicUsize,
    pub delivered: AtomicUsize,
    pub returned: AtomicUsize,
    /// Pushes that were dropped while they waited, so that the item may have gone with them.
    pub abandoned: AtomicUsize,
    /// Those that sit in a future which was forgotten.
    pub haunted: AtomicUsize,
    dropped: AtomicUsize,
}

/// Something to push. On the heap, so that a duplicate is a double free.
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

    /// It came out of the queue.
    pub(crate) fn deliver(self) {
        self.items.delivered.fetch_add(1, SeqCst);
    }

    /// It did not go in, or was displaced.
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
            event: Event::new(),
            news: Condition::new(),
            queue: Queue::with_capacity(plan.capacity).expect("there is memory for a few items"),
            doomed: Doomed::new(),
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

    /// Who waits for the broadcast after this one.
    pub(crate) fn asleep(&self, epoch: usize) -> &AtomicUsize {
        &self.asleep[epoch % EPOCHS]
    }

    /// Sends the consumers home when there is nothing left for them: all producers are gone, and of every item it is
    /// known what became of it. An item that nobody takes out, or a consumer that is not woken for it, prevents that.
    pub(crate) fn settle(&self) {
        let items = &self.items;
        let all_made = self.producing.load(SeqCst) == 0;
        if all_made && items.dropped.load(SeqCst) == items.made.load(SeqCst) {
            sabotage::survive(|| self.queue.close());
        }
    }

    /// What must hold when all have gone home.
    pub(crate) fn check(&self) {
        self.check_lock_and_condition();
        self.check_semaphore();
        assert_eq!(self.event.waiters(), 0, "the last broadcast reached everybody, ghosts included");
        self.check_queue();
        self.doomed.check();
    }

    fn check_lock_and_condition(&self) {
        assert_eq!(self.ledger.waiters(), 0, "nobody waits for the lock");
        assert_eq!(self.news.waiters(), 0, "nobody waits for news");
        assert_eq!(self.inside.load(SeqCst), 0, "who was inside has left");
        let ledger = self.ledger.try_lock().expect("all guards are gone");
        assert_eq!(
            ledger.visits,
            self.visits.load(SeqCst),
            "visits written down = visits made: mutual exclusion"
        );
        assert_eq!(ledger.stock(), 0, "everything that was sold was bought");
        assert!(ledger.over, "the sellers have said so");
    }

    fn check_semaphore(&self) {
        let semaphore = &self.semaphore;
        assert_eq!(self.held.load(SeqCst), 0, "all tasks have put back their permits");
        assert_eq!(semaphore.waiters(), 0, "nobody waits for permits");
        let lost = self.lost_permits.load(SeqCst);
        let accounted = semaphore.available_permits() + lost;
        if self.plan.close == Close::Never {
            assert_eq!(accounted, self.plan.permits, "permits in = permits out");
        } else {
            // A ghost that still waited when it was closed was refused, and has none.
            assert!(
                (self.plan.permits..=self.plan.permits + lost).contains(&accounted),
                "permits in = permits out"
            );
        }
        if self.plan.bounded {
            assert!(semaphore.release(1).is_err(), "permits that are lost are out, so none is missing");
        }
    }

    fn check_queue(&self) {
        let queue = &self.queue;
        assert!(queue.is_closed(), "it was closed early, or after the last item");
        assert_eq!(queue.waiters(), 0, "nobody waits to push or pop");
        assert_eq!(queue.len(), 0, "what was pushed was popped or dropped");

        let items = &self.items;
        let [made, delivered, returned, abandoned, haunted, dropped] = [
            &items.made,
            &items.delivered,
            &items.returned,
            &items.abandoned,
            &items.haunted,
            &items.dropped,
        ]
        .map(|count| count.load(SeqCst));
        let destroyed = dropped - delivered - returned;
        assert!(made - dropped <= haunted, "every item was dropped, once, but for those of ghosts");

        let plan = &self.plan;
        if plan.close != Close::EarlyAndNow && plan.saboteurs == 0 && plan.cancels == 0 {
            assert!(
                destroyed <= abandoned,
                "items in = items out + returned, but for those dropped with a push"
            );
            assert_eq!(queue.unfinished(), 0, "all work was reported as done");
        }
        // A task that is interrupted, by a waker or for good, has one item at most in its hands. What is dropped with
        // the queue is not in anybody's.
        if plan.close != Close::EarlyAndNow {
            let interrupted = self.sabotaged.load(SeqCst) + self.cancelled.load(SeqCst);
            assert!(destroyed <= abandoned + interrupted, "no other items were lost");
        }
    }

    /// What must hold when the primitives are alone in the world, and have moved.
    pub(crate) fn bury(self) {
        let Self { doomed, queue, items, .. } = self;
        let mut doomed = Box::new(doomed);
        doomed.check();
        doomed.lock.get_mut();
        drop(doomed);
        drop(queue);
        assert!(items.made.load(SeqCst) - items.dropped.load(SeqCst) <= items.haunted.load(SeqCst));
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
            .field("news", &self.news)
            .field("queue", &self.queue)
            .field("producing", &self.producing)
            .field("items", &self.items)
            .field("sabotaged", &self.sabotaged)
            .field("cancelled", &self.cancelled)
            .field("doomed", &self.doomed)
            .finish()
    }
}
