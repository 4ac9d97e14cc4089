//! Members: they come and go with a token, or wait until nobody is there.
//!
//! The law: when a wait ends, all tokens are gone that were there when it began. At the end as many have gone as came.

use core::fmt;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::SeqCst;
use std::sync::Arc;

use anywake::wait_group::Token;
use anywake::{AddError, Handle, Runtime, TaskError, WaitGroup};
use std::panic::resume_unwind;

use super::{Presence, maybe_yield, poll_and_forget, survive, wait_with_panicking_waker};
use crate::patience::{Patience, wait_with};
use crate::rng::Rng;
use crate::sabotage;
use crate::world::World;

/// A group, and how many tokens came and went.
#[derive(Default)]
pub(crate) struct Gathering {
    group: Arc<WaitGroup>,
    /// Counted after the token is there, and before it goes.
    came: AtomicUsize,
    went: AtomicUsize,
}

impl Gathering {
    /// Closes the group, which nobody joins then.
    pub(crate) fn check(&self) {
        assert_eq!(self.came.load(SeqCst), self.went.load(SeqCst), "as many tokens went as came");
        assert_eq!((self.group.count(), self.group.waiters()), (0, 0), "the last token ended all waits");
        self.group.close();
        assert_eq!(self.group.add().unwrap_err(), AddError::Closed);
    }

    /// Forgets a wait, which the last token then decides.
    pub(crate) fn forget_a_wait(&self) {
        let token = self.group.add();
        poll_and_forget(self.group.wait());
        sabotage::survive(|| drop(token));
    }

    /// Waits with a waker that panics.
    pub(crate) async fn sabotage<R: Runtime>(&self, rng: &mut Rng) {
        wait_with_panicking_waker::<R, _>(self.group.wait(), rng).await;
    }
}

impl fmt::Debug for Gathering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, came, went } = self;
        f.debug_struct("Gathering").field("group", group).field("came", came).field("went", went).finish()
    }
}

/// A token that is counted.
struct Member<H: Handle<Target = WaitGroup>> {
    world: Arc<World>,
    _token: Token<H>,
}

impl<H: Handle<Target = WaitGroup>> Member<H> {
    fn new(world: &Arc<World>, token: Token<H>) -> Self {
        world.gathering.came.fetch_add(1, SeqCst);
        Self { world: Arc::clone(world), _token: token }
    }
}

impl<H: Handle<Target = WaitGroup>> Drop for Member<H> {
    fn drop(&mut self) {
        self.world.gathering.went.fetch_add(1, SeqCst);
    }
}

pub(crate) async fn member<R: Runtime>(presence: Presence, mut rng: Rng) {
    let world = &presence.world;
    for _ in 0..world.plan.steps {
        let rng = &mut rng;
        survive(world, async {
            match rng.below(4) {
                0 => come_and_go::<R>(world, rng).await,
                1 => go_elsewhere::<R>(world, rng).await,
                _ => wait_for_nobody::<R>(world, rng).await,
            }
            maybe_yield::<R>(rng).await;
        })
        .await;
    }
}

async fn come_and_go<R: Runtime>(world: &Arc<World>, rng: &mut Rng) {
    let token = world.gathering.group.add().expect("the group is open");
    let clone = rng.once_in(2).then(|| Member::new(world, token.clone()));
    let _member = Member::new(world, token);
    maybe_yield::<R>(rng).await;
    drop(clone);
    maybe_yield::<R>(rng).await;
}

/// Drops an owned token on a thread for blocking functions.
async fn go_elsewhere<R: Runtime>(world: &Arc<World>, rng: &mut Rng) {
    let token = Arc::clone(&world.gathering.group).add_owned().expect("the group is open");
    let member = Member::new(world, token);
    maybe_yield::<R>(rng).await;
    if let Err(TaskError::Panicked(panic)) = R::default().spawn_blocking(move || drop(member)).await {
        resume_unwind(panic.into_payload());
    }
}

async fn wait_for_nobody<R: Runtime>(world: &Arc<World>, rng: &mut Rng) {
    let gathering = &world.gathering;
    // These tokens are there, or were: all of them are gone when the wait has ended.
    let came = gathering.came.load(SeqCst);
    if wait_with::<R, _>(gathering.group.wait(), Patience::random(rng)).await.is_ok() {
        let went = gathering.went.load(SeqCst);
        assert!(came <= went, "{came} tokens came before the wait, and {went} have gone when it ended");
    }
}
