//! The roles of the tasks of a storm.
//!
//! | role | action | completes |
//! |---|---|---|
//! | visitor | acquires permits, then the lock, and counts its visit; or passes the turnstile | after its steps |
//! | producer | pushes items | after its steps |
//! | consumer | pops items | when the queue is closed: when no item is left, see [`World::close_when_done`] |
//! | seller | adds to the stock, and notifies one buyer | after its steps; the last one ends the sale |
//! | buyer | waits for stock, and takes one piece | when the sale has ended |
//! | sleeper | waits for broadcasts | after its steps; the event stays set after the last broadcast |
//! | herald | broadcasts, and waits until that broadcast has woken all waiters | after its steps |
//! | carrier | waits for the baton, and passes it on | after its steps |
//! | listener | waits for pulses | after its steps |
//! | pulser | ends the waits of the listeners | after its steps |
//! | clerk | writes letters, carries them on, and receives them | after its steps |
//! | runner | counts down the latch of each lap, and waits there | after its steps |
//! | member | holds a token of the group, or waits until nobody does | after its steps |
//! | saboteur | waits for any primitive with a waker that panics, and drops the wait | after its steps |
//! | partner | meets others at a barrier | after its steps; the barrier stays aborted at the end |
//! | breaker | aborts and resets the barrier | after its steps |
//! | canceller | makes, drops and cancels tokens of a tree | after its steps; the last one cancels the root |
//! | follower | waits for tokens of that tree | after its steps, when the root is cancelled |
//! | anchor | publishes bulletins, waiting or displacing | after its steps |
//! | viewer | receives bulletins, and clones its receiver | after its steps |
//! | librarian | reads, writes and upgrades at the shelf | after its steps |
//! | publisher | sends to a watch, and modifies another one | after its steps |
//! | reader | waits for changes of them, and holds values | after its steps |
//! | ghost | forgets polled futures | at once |
//! | builder | initialises cells together with others, and fails at times | when every cell has a value |
//! | client | asks a question, and waits for the answer for a while | after its steps |
//! | answerer | answers questions, leaves some without an answer, or waits for a client to leave | after its steps |
//! | keeper | signals values | after its steps |
//! | watcher | takes the newest value | after its steps |
//! | forcer | computes lazy values together with others, and is cancelled in the middle | when every value is there |
//!
//! A task that holds a permit or a guard waits without a limit only in one order: permits first, then the lock. So the
//! tasks cannot deadlock, and a task that hangs shows a fault of a primitive.

mod barrier;
mod broadcast;
mod cancellation_token;
mod latch;
mod lazy;
mod mail;
mod notify;
mod once_cell;
mod oneshot;
mod rwlock;
mod signal;
mod wait_group;
mod watch;

use core::future::Future;
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::sync::atomic::Ordering::SeqCst;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::panic::resume_unwind;
use std::sync::Arc;

use anywake::{
    Closed, Lock, LockGuard, Permit, Queue, Runtime, Semaphore, TaskError, TryAcquireError, TryPopError,
    TryPushError, Wait,
    event::EventFuture,
    semaphore::{Bypass, Permits},
};
use futures_util::FutureExt as _;

use crate::patience::{GivenUp, Patience, wait_with};
use crate::rng::Rng;
use crate::sabotage;
use crate::world::{Item, Ledger, World};

pub(crate) use barrier::{Meeting, breaker, partner};
pub(crate) use broadcast::{Studio, anchor, viewer};
pub(crate) use cancellation_token::{Tree, canceller, follower};
pub(crate) use latch::{Laps, runner};
pub(crate) use lazy::{FORCERS, Lot, forcer};
pub(crate) use mail::{Mail, clerk};
pub(crate) use notify::{Relay, carrier, listener, pulser};
pub(crate) use once_cell::{BUILDERS, Sites, builder};
pub(crate) use oneshot::{Desk, answerer, client};
pub(crate) use rwlock::{Shelf, librarian};
pub(crate) use signal::{Beacon, keeper, watcher};
pub(crate) use wait_group::{Gathering, member};
pub(crate) use watch::{Board, publisher, reader};

/// Counts a task in the world, from before its start until after its last drop.
pub(crate) struct Presence {
    world: Arc<World>,
    produces: bool,
}

impl Presence {
    pub(crate) fn new(world: &Arc<World>) -> Self {
        world.present.fetch_add(1, SeqCst);
        Self { world: Arc::clone(world), produces: false }
    }

    /// Counts a task that makes items.
    pub(crate) fn of_producer(world: &Arc<World>) -> Self {
        world.producing.fetch_add(1, SeqCst);
        let mut presence = Self::new(world);
        presence.produces = true;
        presence
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if self.produces {
            self.world.producing.fetch_sub(1, SeqCst);
        }
        self.world.present.fetch_sub(1, SeqCst);
        self.world.close_when_done();
    }
}

/// Runs a step, until it ends or a saboteur's waker interrupts it.
pub(crate) async fn survive(world: &World, step: impl Future<Output = ()>) {
    let outcome = AssertUnwindSafe(step).catch_unwind().await;
    if !sabotage::is_complete(outcome) {
        world.sabotaged.fetch_add(1, SeqCst);
    }
    world.steps.fetch_add(1, SeqCst);
    world.close_when_done();
}

async fn maybe_yield<R: Runtime>(rng: &mut Rng) {
    if rng.once_in(2) {
        R::default().yield_now().await;
    }
}

/// Asserts that no other task is in the critical section as long as this exists.
struct Visit {
    world: Arc<World>,
    name: usize,
}

impl Visit {
    fn begin(world: &Arc<World>, name: usize, ledger: &mut Ledger) -> Self {
        let other = world.inside.swap(name, SeqCst);
        assert_eq!(other, 0, "tasks {other} and {name} are both in the critical section");
        ledger.visits += 1;
        world.visits.fetch_add(1, SeqCst);
        Self { world: Arc::clone(world), name }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let name = self.world.inside.swap(0, SeqCst);
        assert_eq!(name, self.name, "no other task entered the critical section");
    }
}

/// A permit that is counted in the world as long as it is held.
struct Counted<'a, H: anywake::Handle<Target = Semaphore>> {
    world: &'a World,
    permit: Option<Permits<H>>,
    count: usize,
}

impl<'a, H: anywake::Handle<Target = Semaphore>> Counted<'a, H> {
    fn new(world: &'a World, permit: Permits<H>) -> Self {
        let count = permit.count();
        let held = world.held.fetch_add(count, SeqCst) + count;
        assert!(held <= world.plan.permits, "{held} of {} permits are held", world.plan.permits);
        Self { world, permit: Some(permit), count }
    }

    /// Subtracts the permit from the count before it is released, since the next holder counts it at once.
    fn take(&mut self) -> Option<Permits<H>> {
        self.permit.take().inspect(|_| {
            self.world.held.fetch_sub(self.count, SeqCst);
        })
    }
}

impl<H: anywake::Handle<Target = Semaphore>> Drop for Counted<'_, H> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

pub(crate) async fn visitor<R: Runtime>(presence: Presence, name: usize, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            match rng.below(8) {
                0 | 1 => visit_with_permits::<R>(world, name, rng).await,
                2 => try_visit(world, name),
                3 => visit_and_leave_elsewhere::<R>(world, name, rng).await,
                4 => adjust_permits::<R>(world, rng).await,
                5 => wait_in_vain::<R>(world, rng).await,
                6 => pass_the_turnstile::<R>(world, rng).await,
                _ => visit::<R>(world, name, rng).await,
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

async fn visit<R: Runtime>(world: &Arc<World>, name: usize, rng: &mut Rng) {
    let Ok(mut ledger) = wait_with::<R, _>(world.ledger.lock(), Patience::random(rng)).await else { return };
    let _visit = Visit::begin(world, name, &mut ledger);
    maybe_yield::<R>(rng).await;
}

async fn visit_with_permits<R: Runtime>(world: &Arc<World>, name: usize, rng: &mut Rng) {
    let count = rng.within(1, world.plan.most_permits());
    let wait = world.semaphore.acquire_many(count);
    let Ok(Ok(mut permits)) = wait_with::<R, _>(wait, Patience::random(rng)).await else { return };
    let part = permits.split(rng.below(count));
    let _permits = Counted::new(world, permits);
    let _part = part.map(|part| Counted::new(world, part));
    visit::<R>(world, name, rng).await;
}

/// Holds some permits of a semaphore whose waiters are overtaken.
async fn pass_the_turnstile<R: Runtime>(world: &Arc<World>, rng: &mut Rng) {
    struct Passing<'a>(&'a World, Option<Permit<'a, Bypass>>, usize);
    impl Drop for Passing<'_> {
        fn drop(&mut self) {
            // Before the permits are free, since their next holder counts them at once.
            self.0.passing.fetch_sub(self.2, SeqCst);
            drop(self.1.take());
        }
    }
    let count = rng.within(1, world.plan.permits);
    let permit = if rng.once_in(3) {
        world.turnstile.try_acquire_many(count).ok()
    } else {
        let wait = world.turnstile.acquire_many(count);
        wait_with::<R, _>(wait, Patience::random(rng)).await.ok().and_then(Result::ok)
    };
    let Some(permit) = permit else { return };
    let passing = world.passing.fetch_add(count, SeqCst) + count;
    let _passing = Passing(world, Some(permit), count);
    assert!(passing <= world.plan.permits, "{passing} of {} permits are held", world.plan.permits);
    maybe_yield::<R>(rng).await;
}

fn try_visit(world: &Arc<World>, name: usize) {
    match world.semaphore.try_acquire() {
        Ok(permit) => drop(Counted::new(world, permit)),
        Err(error) => assert_ne!(error, TryAcquireError::TooMany),
    }
    let Some(mut ledger) = world.ledger.try_lock() else { return };
    let _visit = Visit::begin(world, name, &mut ledger);
}

/// Drops owned guards and permits on a thread for blocking functions.
async fn visit_and_leave_elsewhere<R: Runtime>(world: &Arc<World>, name: usize, rng: &mut Rng) {
    let wait = Arc::clone(&world.semaphore).acquire_owned();
    let Ok(Ok(permit)) = wait_with::<R, _>(wait, Patience::random(rng)).await else { return };
    let wait = Arc::clone(&world.ledger).lock_owned();
    let Ok(mut ledger) = wait_with::<R, _>(wait, Patience::random(rng)).await else { return };
    let visit = Visit::begin(world, name, &mut ledger);
    // Dropped in this order, the visit ends before the lock is free.
    let elsewhere = R::default().spawn_blocking(move || drop((visit, ledger, permit)));
    if let Err(TaskError::Panicked(panic)) = elsewhere.await {
        resume_unwind(panic.into_payload());
    }
}

/// Removes a permit from the semaphore, and adds it again.
async fn adjust_permits<R: Runtime>(world: &Arc<World>, rng: &mut Rng) {
    struct ReleaseOnDrop<'a>(&'a Semaphore, usize);
    impl Drop for ReleaseOnDrop<'_> {
        fn drop(&mut self) {
            self.0.release(self.1).expect("the same number was removed");
        }
    }
    let semaphore = &*world.semaphore;
    if world.plan.bounded {
        let Ok(permit) = semaphore.try_acquire() else { return };
        permit.forget();
        let _release = ReleaseOnDrop(semaphore, 1);
        maybe_yield::<R>(rng).await;
    } else {
        let taken = semaphore.reduce(1);
        let _release = ReleaseOnDrop(semaphore, taken);
        maybe_yield::<R>(rng).await;
    }
}

/// Waits for a primitive that never becomes available.
async fn wait_in_vain<R: Runtime>(world: &World, rng: &mut Rng) {
    let (doomed, patience) = (&world.doomed, Patience::limited(rng));
    let opened = match rng.below(4) {
        0 => wait_with::<R, _>(doomed.lock.lock(), patience).await.is_ok(),
        1 => wait_with::<R, _>(doomed.semaphore.acquire_many(1), patience).await.is_ok(),
        2 => wait_with::<R, _>(doomed.event.wait(), patience).await.is_ok(),
        _ => wait_with::<R, _>(doomed.empty.pop(), patience).await.is_ok(),
    };
    assert!(!opened, "a wait for an unavailable primitive has ended");
}

pub(crate) async fn producer<R: Runtime>(presence: Presence, name: usize, mut rng: Rng) {
    let world = &presence.world;
    for number in 1..=world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            push::<R>(world, Item::new(&world.items, name, number), rng).await;
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

async fn push<R: Runtime>(world: &World, item: Item, rng: &mut Rng) {
    let items = Arc::clone(&world.items);
    match rng.below(8) {
        0 => match world.queue.try_push(item) {
            Ok(()) => {}
            Err(TryPushError::Full(item) | TryPushError::Closed(item)) => item.give_back(),
        },
        1 => match world.queue.force_push(item) {
            Ok(None) => {}
            Ok(Some(displaced)) => displaced.give_back(),
            Err(error) => error.into_inner().give_back(),
        },
        _ => match wait_with::<R, _>(world.queue.push(item), Patience::random(rng)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => error.into_inner().give_back(),
            Err(GivenUp::Returned(item)) => item.give_back(),
            Err(GivenUp::Dropped) => {
                items.abandoned.fetch_add(1, SeqCst);
            }
        },
    }
}

/// Calls `task_done` when it is dropped, even if the task is cancelled.
struct Work<'a>(&'a Queue<Item>);

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.0.task_done().expect("the item was pushed");
    }
}

pub(crate) async fn consumer<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let alone = world.plan.consumers == 1;
    // The ghost pushes items too.
    let mut last = vec![0; world.plan.producers + 1];
    let mut over = false;
    while !over {
        let (rng, last, over) = (&mut rng, &mut last, &mut over);
        survive(world, async {
            let popped = match rng.below(8) {
                0 => Ok(match world.queue.try_pop() {
                    Ok(item) => Some(item),
                    Err(TryPopError::Empty) => return R::default().yield_now().await,
                    Err(TryPopError::Closed) => None,
                }),
                _ => wait_with::<R, _>(world.queue.pop(), Patience::random(rng)).await.map(Result::ok),
            };
            match popped {
                Ok(Some(item)) => {
                    let _work = Work(&world.queue);
                    let number = *item.number;
                    let before = core::mem::replace(&mut last[item.producer], number);
                    assert!(
                        !alone || before < number,
                        "item {number} of producer {} came after {before}",
                        item.producer
                    );
                    item.deliver();
                    maybe_yield::<R>(rng).await;
                }
                Ok(None) => *over = true,
                Err(_) if rng.once_in(4) => {
                    drop(wait_with::<R, _>(world.queue.join(), Patience::limited(rng)).await);
                }
                Err(_) => {}
            }
        })
        .await;
    }
}

/// Notifies when it is dropped, even if a panic interrupted the unlock.
struct NotifyOnDrop<'a>(&'a World);

impl Drop for NotifyOnDrop<'_> {
    fn drop(&mut self) {
        self.0.condition.notify_one();
    }
}

pub(crate) async fn seller<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            let Ok(mut ledger) = wait_with::<R, _>(world.ledger.lock(), Patience::random(rng)).await else {
                return;
            };
            ledger.sold += 1;
            let notify = NotifyOnDrop(world);
            if rng.once_in(2) {
                drop(ledger);
                drop(notify);
            } else {
                // Notifies while it owns the lock: the notified task has to wait for it.
                drop(notify);
                drop(ledger);
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
    let mut counted = false;
    while !counted {
        survive(world, async {
            let mut ledger = world.ledger.lock().await;
            counted = true;
            ledger.sellers_done += 1;
            end_if_over(world, &mut ledger);
        })
        .await;
    }
}

/// Ends the sale when everything is sold and bought. If no buyer is woken for a piece, this never happens.
fn end_if_over(world: &World, ledger: &mut Ledger) {
    if ledger.sellers_done == world.plan.sellers && ledger.stock() == 0 && !ledger.over {
        ledger.over = true;
        world.condition.notify_all();
    }
}

pub(crate) async fn buyer<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let mut over = false;
    while !over {
        let (rng, over) = (&mut rng, &mut over);
        survive(world, async {
            if let Some(mut ledger) = look::<R>(world, rng).await {
                *over = ledger.over;
                if ledger.stock() > 0 {
                    ledger.bought += 1;
                    end_if_over(world, &mut ledger);
                }
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

/// Waits for the ledger to have stock or to be over. Returns `None` if the wait reached its limit.
async fn look<'w, R: Runtime>(world: &'w World, rng: &mut Rng) -> Option<LockGuard<'w, Ledger>> {
    let patience = Patience::random(rng);
    let mut ledger = wait_with::<R, _>(world.ledger.lock(), patience).await.ok()?;
    match rng.below(3) {
        0 => wait_with::<R, _>(world.condition.wait_for(ledger, Ledger::has_stock_or_is_over), patience)
            .await
            .ok(),
        1 => {
            while !ledger.has_stock_or_is_over() {
                ledger = wait_with::<R, _>(world.condition.wait(ledger), patience).await.ok()?;
            }
            Some(ledger)
        }
        _ => {
            let mut notified = true;
            while notified && !ledger.has_stock_or_is_over() {
                let enough = R::default().yield_now();
                (ledger, notified) = world.condition.wait_until(ledger, enough).await;
            }
            Some(ledger)
        }
    }
}

/// A wait for a broadcast, counted in the world as soon as it is queued.
struct Nap<'a> {
    world: &'a World,
    wait: Pin<Box<EventFuture<'a>>>,
    asleep: Option<Asleep<'a>>,
}

struct Asleep<'a>(&'a World, usize);

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.0.asleep(self.1).fetch_sub(1, SeqCst);
    }
}

impl<'a> Nap<'a> {
    fn new(world: &'a World) -> Self {
        Self { world, wait: Box::pin(world.event.wait()), asleep: None }
    }
}

impl Future for Nap<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let polled = self.wait.as_mut().poll(context);
        if polled.is_ready() {
            self.asleep = None;
        } else if self.asleep.is_none() {
            // Read after the wait is queued. The broadcast that ends this epoch begins later, so it reaches the wait.
            let epoch = self.world.epoch.load(SeqCst);
            self.world.asleep(epoch).fetch_add(1, SeqCst);
            self.asleep = Some(Asleep(self.world, epoch));
        }
        polled
    }
}

impl Wait for Nap<'_> {
    type Returned = ();

    fn give_up(self: Pin<&mut Self>) -> Result<(), ()> {
        Err(())
    }
}

pub(crate) async fn sleeper<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            drop(wait_with::<R, _>(Nap::new(world), Patience::random(rng)).await);
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

pub(crate) async fn herald<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let epoch = world.epoch.fetch_add(1, SeqCst);
        survive(world, async { world.event.set() }).await;
        maybe_yield::<R>(&mut rng).await;
        world.event.clear();
        while world.asleep(epoch).load(SeqCst) > 0 {
            R::default().sleep(Duration::from_micros(50)).await;
        }
    }
    survive(world, async { world.event.set() }).await;
}

pub(crate) async fn saboteur<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            match rng.below(9) {
                0 => drop(wait_with_panicking_waker::<R, _>(world.ledger.lock(), rng).await),
                1 => drop(wait_with_panicking_waker::<R, _>(world.semaphore.acquire(), rng).await),
                2 => drop(wait_with_panicking_waker::<R, _>(world.event.wait(), rng).await),
                3 => drop(wait_with_panicking_waker::<R, _>(world.queue.join(), rng).await),
                4 => {
                    if let Some(Ok(item)) = wait_with_panicking_waker::<R, _>(world.queue.pop(), rng).await {
                        let _work = Work(&world.queue);
                        item.deliver();
                    }
                }
                5 => {
                    // It has arrived, and may have had a pass.
                    world.meeting.lose();
                    let _ = wait_with_panicking_waker::<R, _>(world.meeting.barrier.wait(), rng).await;
                }
                6 => world.laps.sabotage::<R>(rng).await,
                7 => world.gathering.sabotage::<R>(rng).await,
                _ => {
                    if let Some(ledger) = world.ledger.try_lock() {
                        drop(wait_with_panicking_waker::<R, _>(world.condition.wait(ledger), rng).await);
                    }
                }
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

/// Polls a wait once with a waker that panics, and leaves it queued for a while.
async fn wait_with_panicking_waker<R: Runtime, F: Future>(wait: F, rng: &mut Rng) -> Option<F::Output> {
    let mut wait = Box::pin(wait);
    if let Poll::Ready(output) = wait.as_mut().poll(&mut Context::from_waker(&sabotage::waker())) {
        return Some(output);
    }
    for _ in 0..rng.below(6) {
        R::default().yield_now().await;
    }
    None
}

pub(crate) async fn ghost<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for number in 1..=world.plan.ghosts {
        let rng = &mut rng;
        survive(world, async {
            forget_shared_waits(world, number);
            forget_doomed_waits(world);
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

/// Polls a future once, and forgets it if it is pending.
fn poll_and_forget<F: Future>(wait: F) -> Option<F::Output> {
    let mut wait = Box::pin(wait);
    match wait.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => {
            anywake_tests::forget(wait);
            None
        }
    }
}

fn forget_shared_waits(world: &World, number: usize) {
    poll_and_forget(world.event.wait());
    world.meeting.lose();
    poll_and_forget(world.meeting.barrier.wait());
    world.laps.forget_a_wait(number);
    world.gathering.forget_a_wait();
    world.board.forget_a_wait();
    match poll_and_forget(world.semaphore.acquire()) {
        None => drop(world.lost_permits.fetch_add(1, SeqCst)),
        Some(Ok(permit)) => {
            world.lost_permits.fetch_add(1, SeqCst);
            core::mem::forget(permit);
        }
        Some(Err(Closed)) => {}
    }
    // Counted before a panic may interrupt: the count may be too high, but not too low.
    world.items.leaked.fetch_add(1, SeqCst);
    let item = Item::new(&world.items, world.plan.producers, number);
    if let Some(Err(error)) = poll_and_forget(world.queue.push(item)) {
        error.into_inner().give_back();
    }
}

fn forget_doomed_waits(world: &World) {
    let doomed = &world.doomed;
    let own = Arc::new(Lock::new(())).try_lock_owned().expect("a new lock is free");
    let mut ended = [
        poll_and_forget(doomed.lock.lock()).is_some(),
        poll_and_forget(doomed.semaphore.acquire()).is_some(),
        poll_and_forget(doomed.condition.wait(own)).is_some(),
        poll_and_forget(doomed.event.wait()).is_some(),
        poll_and_forget(doomed.barrier.wait()).is_some(),
        poll_and_forget(doomed.empty.pop()).is_some(),
    ]
    .into_iter();
    assert!(!ended.any(|ended| ended), "a wait for an unavailable primitive has ended");
    doomed.ghosts.fetch_add(1, SeqCst);
}
