//! What the tasks of a storm do.
//!
//! | role | does | goes home |
//! |---|---|---|
//! | visitor | takes permits, then the lock, and writes down that it was there | after its steps |
//! | producer | pushes items | after its steps |
//! | consumer | pops items | when the queue is closed: when no item is left, see [`World::settle`] |
//! | seller | adds to the stock, and tells one buyer | after its steps; the last one says that it is over |
//! | buyer | waits for stock, and takes one | when it is over |
//! | sleeper | waits for broadcasts | after its steps; there is a last broadcast, for good |
//! | herald | broadcasts, and waits until all who slept are awake, without any other broadcast | after its steps |
//! | saboteur | waits for anything, with a waker that panics, and goes away | after its steps |
//! | ghost | has futures forgotten | at once |
//!
//! Nobody who has something that others wait for waits without limit for something of theirs, except by the plan: first
//! permits, then the lock. So a task that does not go home has been left behind by a primitive.

use core::future::Future;
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::sync::atomic::Ordering::SeqCst;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::panic::resume_unwind;
use std::sync::Arc;

use anywake::{
    Closed, Lock, LockGuard, Queue, Runtime, Semaphore, TaskError, TryAcquireError, TryPopError,
    TryPushError, Wait, event::EventFuture, semaphore::Permits,
};
use futures_util::FutureExt as _;

use crate::patience::{GivenUp, Patience, bear};
use crate::rng::Rng;
use crate::sabotage;
use crate::world::{Item, Ledger, World};

/// A task's presence in the world, from before it begins until nothing of it is left.
pub(crate) struct Presence {
    world: Arc<World>,
    produces: bool,
}

impl Presence {
    pub(crate) fn new(world: &Arc<World>) -> Self {
        world.present.fetch_add(1, SeqCst);
        Self { world: Arc::clone(world), produces: false }
    }

    /// Of a task that makes items.
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
        self.world.settle();
    }
}

/// Goes through a step, or as far as a saboteur's waker lets it.
pub(crate) async fn survive(world: &World, step: impl Future<Output = ()>) {
    let outcome = AssertUnwindSafe(step).catch_unwind().await;
    if !sabotage::is_complete(outcome) {
        world.sabotaged.fetch_add(1, SeqCst);
    }
    world.steps.fetch_add(1, SeqCst);
    world.settle();
}

async fn dawdle<R: Runtime>(rng: &mut Rng) {
    if rng.once_in(2) {
        R::default().yield_now().await;
    }
}

/// Inside the ledger, alone.
struct Visit {
    world: Arc<World>,
    name: usize,
}

impl Visit {
    fn begin(world: &Arc<World>, name: usize, ledger: &mut Ledger) -> Self {
        let other = world.inside.swap(name, SeqCst);
        assert_eq!(other, 0, "task {other} is inside, and so is task {name}");
        ledger.visits += 1;
        world.visits.fetch_add(1, SeqCst);
        Self { world: Arc::clone(world), name }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let name = self.world.inside.swap(0, SeqCst);
        assert_eq!(name, self.name, "nobody else has been inside meanwhile");
    }
}

/// A permit that is counted as long as it is held.
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

    /// Uncounted before it is given back: who gets it next counts it at once.
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
            match rng.below(7) {
                0 | 1 => visit_with_permits::<R>(world, name, rng).await,
                2 => visit_at_once(world, name),
                3 => visit_and_leave_elsewhere::<R>(world, name, rng).await,
                4 => adjust_permits::<R>(world, rng).await,
                5 => knock::<R>(world, rng).await,
                _ => visit::<R>(world, name, rng).await,
            }
            dawdle::<R>(rng).await;
        })
        .await;
    }
}

async fn visit<R: Runtime>(world: &Arc<World>, name: usize, rng: &mut Rng) {
    let Ok(mut ledger) = bear::<R, _>(world.ledger.lock(), Patience::random(rng)).await else { return };
    let _visit = Visit::begin(world, name, &mut ledger);
    dawdle::<R>(rng).await;
}

async fn visit_with_permits<R: Runtime>(world: &Arc<World>, name: usize, rng: &mut Rng) {
    let count = rng.within(1, world.plan.most_permits());
    let wait = world.semaphore.acquire_many(count);
    let Ok(Ok(mut permits)) = bear::<R, _>(wait, Patience::random(rng)).await else { return };
    let part = permits.split(rng.below(count));
    let _permits = Counted::new(world, permits);
    let _part = part.map(|part| Counted::new(world, part));
    visit::<R>(world, name, rng).await;
}

fn visit_at_once(world: &Arc<World>, name: usize) {
    match world.semaphore.try_acquire() {
        Ok(permit) => drop(Counted::new(world, permit)),
        Err(error) => assert_ne!(error, TryAcquireError::TooMany),
    }
    let Some(mut ledger) = world.ledger.try_lock() else { return };
    let _visit = Visit::begin(world, name, &mut ledger);
}

/// Owned guards and permits, dropped on a thread for blocking functions.
async fn visit_and_leave_elsewhere<R: Runtime>(world: &Arc<World>, name: usize, rng: &mut Rng) {
    let wait = Arc::clone(&world.semaphore).acquire_owned();
    let Ok(Ok(permit)) = bear::<R, _>(wait, Patience::random(rng)).await else { return };
    let wait = Arc::clone(&world.ledger).lock_owned();
    let Ok(mut ledger) = bear::<R, _>(wait, Patience::random(rng)).await else { return };
    let visit = Visit::begin(world, name, &mut ledger);
    // In this order: the visit ends before the lock is free.
    let elsewhere = R::default().spawn_blocking(move || drop((visit, ledger, permit)));
    if let Err(TaskError::Panicked(panic)) = elsewhere.await {
        resume_unwind(panic.into_payload());
    }
}

/// Takes permits out of the world, and brings as many again.
async fn adjust_permits<R: Runtime>(world: &Arc<World>, rng: &mut Rng) {
    struct Bring<'a>(&'a Semaphore, usize);
    impl Drop for Bring<'_> {
        fn drop(&mut self) {
            self.0.release(self.1).expect("as many are missing");
        }
    }
    let semaphore = &*world.semaphore;
    if world.plan.bounded {
        let Ok(permit) = semaphore.try_acquire() else { return };
        permit.forget();
        let _bring = Bring(semaphore, 1);
        dawdle::<R>(rng).await;
    } else {
        let taken = semaphore.reduce(1);
        let _bring = Bring(semaphore, taken);
        dawdle::<R>(rng).await;
    }
}

/// At doors that nobody opens any more.
async fn knock<R: Runtime>(world: &World, rng: &mut Rng) {
    let (doomed, patience) = (&world.doomed, Patience::limited(rng));
    let opened = match rng.below(4) {
        0 => bear::<R, _>(doomed.lock.lock(), patience).await.is_ok(),
        1 => bear::<R, _>(doomed.semaphore.acquire_many(1), patience).await.is_ok(),
        2 => bear::<R, _>(doomed.event.wait(), patience).await.is_ok(),
        _ => bear::<R, _>(doomed.empty.pop(), patience).await.is_ok(),
    };
    assert!(!opened, "a wait for something that never comes has ended");
}

pub(crate) async fn producer<R: Runtime>(presence: Presence, name: usize, mut rng: Rng) {
    let world = &presence.world;
    for number in 1..=world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            push::<R>(world, Item::new(&world.items, name, number), rng).await;
            dawdle::<R>(rng).await;
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
        _ => match bear::<R, _>(world.queue.push(item), Patience::random(rng)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => error.into_inner().give_back(),
            Err(GivenUp::Returned(item)) => item.give_back(),
            Err(GivenUp::Dropped) => {
                items.abandoned.fetch_add(1, SeqCst);
            }
        },
    }
}

/// Says that the work on an item is done, even if the task is stopped.
struct Work<'a>(&'a Queue<Item>);

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.0.task_done().expect("this item was pushed");
    }
}

pub(crate) async fn consumer<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    let alone = world.plan.consumers == 1;
    // The ghost makes items too.
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
                _ => bear::<R, _>(world.queue.pop(), Patience::random(rng)).await.map(Result::ok),
            };
            match popped {
                Ok(Some(item)) => {
                    let _work = Work(&world.queue);
                    let number = *item.number;
                    let before = core::mem::replace(&mut last[item.producer], number);
                    assert!(
                        !alone || before < number,
                        "{number} of producer {} after {before}",
                        item.producer
                    );
                    item.deliver();
                    dawdle::<R>(rng).await;
                }
                Ok(None) => *over = true,
                Err(_) if rng.once_in(4) => {
                    drop(bear::<R, _>(world.queue.join(), Patience::limited(rng)).await);
                }
                Err(_) => {}
            }
        })
        .await;
    }
}

/// Notifies when it is dropped: also if giving the lock back is interrupted before.
struct Tell<'a>(&'a World);

impl Drop for Tell<'_> {
    fn drop(&mut self) {
        self.0.news.notify_one();
    }
}

pub(crate) async fn seller<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            let Ok(mut ledger) = bear::<R, _>(world.ledger.lock(), Patience::random(rng)).await else {
                return;
            };
            ledger.sold += 1;
            let tell = Tell(world);
            if rng.once_in(2) {
                drop(ledger);
                drop(tell);
            } else {
                // While it owns the lock: who is told has to wait for it.
                drop(tell);
                drop(ledger);
            }
            dawdle::<R>(rng).await;
        })
        .await;
    }
    let mut said = false;
    while !said {
        survive(world, async {
            let mut ledger = world.ledger.lock().await;
            said = true;
            ledger.sellers_done += 1;
            end_if_over(world, &mut ledger);
        })
        .await;
    }
}

/// Ends the sale when all is sold and bought. Stock that no buyer is woken for prevents that.
fn end_if_over(world: &World, ledger: &mut Ledger) {
    if ledger.sellers_done == world.plan.sellers && ledger.stock() == 0 && !ledger.over {
        ledger.over = true;
        world.news.notify_all();
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
            dawdle::<R>(rng).await;
        })
        .await;
    }
}

/// The ledger, when there is something to see in it; or not, if that takes too long.
async fn look<'w, R: Runtime>(world: &'w World, rng: &mut Rng) -> Option<LockGuard<'w, Ledger>> {
    let patience = Patience::random(rng);
    let mut ledger = bear::<R, _>(world.ledger.lock(), patience).await.ok()?;
    match rng.below(3) {
        0 => bear::<R, _>(world.news.wait_for(ledger, Ledger::is_worth_a_look), patience).await.ok(),
        1 => {
            while !ledger.is_worth_a_look() {
                ledger = bear::<R, _>(world.news.wait(ledger), patience).await.ok()?;
            }
            Some(ledger)
        }
        _ => {
            let mut notified = true;
            while notified && !ledger.is_worth_a_look() {
                let enough = R::default().yield_now();
                (ledger, notified) = world.news.wait_until(ledger, enough).await;
            }
            Some(ledger)
        }
    }
}

/// A wait for a broadcast, entered in the books as soon as it has begun.
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
            // Read after the wait has begun: the broadcast that ends this epoch begins later, so it has to reach it.
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
            drop(bear::<R, _>(Nap::new(world), Patience::random(rng)).await);
            dawdle::<R>(rng).await;
        })
        .await;
    }
}

pub(crate) async fn herald<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let epoch = world.epoch.fetch_add(1, SeqCst);
        survive(world, async { world.event.set() }).await;
        dawdle::<R>(&mut rng).await;
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
            match rng.below(6) {
                0 => drop(lie_in_wait::<R, _>(world.ledger.lock(), rng).await),
                1 => drop(lie_in_wait::<R, _>(world.semaphore.acquire(), rng).await),
                2 => drop(lie_in_wait::<R, _>(world.event.wait(), rng).await),
                3 => drop(lie_in_wait::<R, _>(world.queue.join(), rng).await),
                4 => {
                    if let Some(Ok(item)) = lie_in_wait::<R, _>(world.queue.pop(), rng).await {
                        let _work = Work(&world.queue);
                        item.deliver();
                    }
                }
                _ => {
                    if let Some(ledger) = world.ledger.try_lock() {
                        drop(lie_in_wait::<R, _>(world.news.wait(ledger), rng).await);
                    }
                }
            }
            dawdle::<R>(rng).await;
        })
        .await;
    }
}

/// Polls once, with a waker that panics, and stays in the queue for a while.
async fn lie_in_wait<R: Runtime, F: Future>(wait: F, rng: &mut Rng) -> Option<F::Output> {
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
            forget_where_others_go_on(world, number);
            forget_where_nobody_does(world);
            dawdle::<R>(rng).await;
        })
        .await;
    }
}

/// Polls once, and forgets the future if it waits.
fn die_waiting<F: Future>(wait: F) -> Option<F::Output> {
    let mut wait = Box::pin(wait);
    match wait.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => {
            anywake_tests::forget(wait);
            None
        }
    }
}

fn forget_where_others_go_on(world: &World, number: usize) {
    die_waiting(world.event.wait());
    match die_waiting(world.semaphore.acquire()) {
        None => drop(world.lost_permits.fetch_add(1, SeqCst)),
        Some(Ok(permit)) => {
            world.lost_permits.fetch_add(1, SeqCst);
            core::mem::forget(permit);
        }
        Some(Err(Closed)) => {}
    }
    // Counted before it may be interrupted: too many haunted items are allowed, not too few.
    world.items.haunted.fetch_add(1, SeqCst);
    let item = Item::new(&world.items, world.plan.producers, number);
    if let Some(Err(error)) = die_waiting(world.queue.push(item)) {
        error.into_inner().give_back();
    }
}

fn forget_where_nobody_does(world: &World) {
    let doomed = &world.doomed;
    let own = Arc::new(Lock::new(())).try_lock_owned().expect("nobody else has it");
    let mut ended = [
        die_waiting(doomed.lock.lock()).is_some(),
        die_waiting(doomed.semaphore.acquire()).is_some(),
        die_waiting(doomed.news.wait(own)).is_some(),
        die_waiting(doomed.event.wait()).is_some(),
        die_waiting(doomed.empty.pop()).is_some(),
    ]
    .into_iter();
    assert!(!ended.any(|ended| ended), "a wait for something that never comes has ended");
    doomed.ghosts.fetch_add(1, SeqCst);
}
