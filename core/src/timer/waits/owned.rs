//! The waits that own what they wait for, and those of primitives that allocate.

use core::future::Future;
use core::pin::Pin;

use super::Wait;
use crate::barrier::OwnedBarrierFuture;
use crate::broadcast::{self, AnyBroadcast, OwnedPublishFuture};
use crate::cancellation_token::{CancelledFuture, OwnedCancelledFuture};
use crate::channel::RecvManyFuture;
use crate::condition::OwnedConditionFuture;
use crate::event::OwnedEventFuture;
use crate::latch::OwnedLatchFuture;
use crate::lock::{LockHandle, OwnedLockFuture, PartLockFuture};
use crate::notify::{OwnedNotifiedFuture, PartNotifiedFuture};
use crate::once_cell::{
    LazyFuture, OwnedGetOrInitFuture, OwnedGetOrTryInitFuture, OwnedOnceCellFuture, PartGetOrInitFuture,
    PartGetOrTryInitFuture, PartOnceCellFuture,
};
use crate::oneshot::{self, AnyOneshot};
use crate::queue::{
    AnyQueue, OwnedClosedFuture, OwnedJoinFuture, OwnedPopFuture, OwnedPushFuture, OwnedReserveFuture,
    QueueOf, Storage,
};
use crate::rwlock::{
    OwnedReadFuture, OwnedUpgradableReadFuture, OwnedWriteFuture, PartReadFuture, PartUpgradableReadFuture,
    PartWriteFuture,
};
use crate::semaphore::{Mode, OwnedAcquireFuture, OwnedAcquireManyFuture, PartAcquireFuture};
use crate::signal::OwnedSignalFuture;
use crate::wait::handle::Handle;
use crate::wait_group::OwnedWaitGroupFuture;
use crate::watch;

returns_its_item! {
    [Q: AnyQueue] OwnedPushFuture<Q> => Q::Item;
    [B: AnyBroadcast] OwnedPublishFuture<B> => B::Value;
}

returns_nothing! {
    [T: ?Sized] OwnedLockFuture<T>;
    [S: ?Sized, T: ?Sized] PartLockFuture<S, T>;
    [T: ?Sized] OwnedReadFuture<T>;
    [T: ?Sized] OwnedWriteFuture<T>;
    [T: ?Sized] OwnedUpgradableReadFuture<T>;
    [S: ?Sized, T: ?Sized] PartReadFuture<S, T>;
    [S: ?Sized, T: ?Sized] PartWriteFuture<S, T>;
    [S: ?Sized, T: ?Sized] PartUpgradableReadFuture<S, T>;
    [M: Mode] OwnedAcquireFuture<M>;
    [M: Mode] OwnedAcquireManyFuture<M>;
    [S: ?Sized, M: Mode] PartAcquireFuture<S, M>;
    [] OwnedEventFuture;
    [] OwnedNotifiedFuture;
    [S: ?Sized] PartNotifiedFuture<S>;
    [T] OwnedOnceCellFuture<T>;
    [S: ?Sized, T] PartOnceCellFuture<S, T>;
    // A deadline that elapses drops the initialiser, and so passes its role on.
    [T, F, Fut: Future<Output = T>] OwnedGetOrInitFuture<T, F, Fut>;
    [T, E, F, Fut: Future<Output = Result<T, E>>] OwnedGetOrTryInitFuture<T, F, Fut>;
    [S: ?Sized, T, F, Fut: Future<Output = T>] PartGetOrInitFuture<S, T, F, Fut>;
    [S: ?Sized, T, E, F, Fut: Future<Output = Result<T, E>>] PartGetOrTryInitFuture<S, T, F, Fut>;
    [T, F: FnMut() -> Fut, Fut: Future<Output = T> + Unpin] LazyFuture<'_, T, Fut, F>;
    [T] OwnedSignalFuture<T>;
    [H: Handle<Target: AnyOneshot>] oneshot::OwnedClosedFuture<H>;
    [] OwnedBarrierFuture;
    [] OwnedLatchFuture;
    [] OwnedWaitGroupFuture;
    [] CancelledFuture<'_>;
    [] OwnedCancelledFuture;
    [H: LockHandle] OwnedConditionFuture<H>;
    [Q: AnyQueue] OwnedPopFuture<Q>;
    [Q: AnyQueue] OwnedJoinFuture<Q>;
    [Q: AnyQueue] OwnedReserveFuture<Q>;
    [Q: AnyQueue] OwnedClosedFuture<Q>;
    [T, S: Storage<T>] RecvManyFuture<'_, QueueOf<T, S>>;
    [B: AnyBroadcast] broadcast::OwnedClosedFuture<B>;
    [T] watch::OwnedClosedFuture<T>;
}
