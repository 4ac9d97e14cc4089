//! The waits of this crate that a deadline can end: all of them.

use core::future::Future;
use core::pin::Pin;

use super::Wait;
use crate::barrier::BarrierFuture;
use crate::broadcast::{self, AnyBroadcast, PublishFuture};
use crate::condition::{ConditionForFuture, ConditionFuture, ConditionUntilFuture};
use crate::event::EventFuture;
use crate::latch::LatchFuture;
use crate::lock::{LockFuture, LockHandle};
use crate::notify::NotifiedFuture;
use crate::once_cell::{GetOrInitFuture, GetOrTryInitFuture, OnceCellFuture};
use crate::oneshot::{self, AnyOneshot};
use crate::queue::{AnyQueue, ClosedFuture, JoinFuture, PopFuture, PushFuture, ReserveFuture};
use crate::rwlock::{
    Guard, ReadFuture, RwLockHandle, Upgradable, UpgradableReadFuture, UpgradeFuture, WriteFuture,
};
use crate::semaphore::{AcquireFuture, AcquireManyFuture, Mode};
use crate::signal::SignalFuture;
use crate::wait::handle::Handle;
use crate::wait_group::WaitGroupFuture;
use crate::watch::{self, ChangedFuture, OwnedChangedFuture, WaitForFuture, WatchHandle};

macro_rules! returns_its_item {
    ($([$($generics:tt)*] $wait:ty => $item:ty;)*) => {$(
        impl<$($generics)*> Wait for $wait {
            type Returned = $item;

            fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, $item> {
                self.cancel().map_or(Ok(Ok(())), Err)
            }
        }
    )*};
}

macro_rules! returns_nothing {
    ($([$($generics:tt)*] $wait:ty;)*) => {$(
        impl<$($generics)*> Wait for $wait {
            type Returned = ();

            fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, ()> {
                Err(())
            }
        }
    )*};
}

returns_its_item! {
    [Q: AnyQueue] PushFuture<'_, Q> => Q::Item;
    [B: AnyBroadcast] PublishFuture<'_, B> => B::Value;
}

returns_nothing! {
    [T: ?Sized] LockFuture<'_, T>;
    [T: ?Sized] ReadFuture<'_, T>;
    [T: ?Sized] WriteFuture<'_, T>;
    [T: ?Sized] UpgradableReadFuture<'_, T>;
    [M: Mode] AcquireFuture<'_, M>;
    [M: Mode] AcquireManyFuture<'_, M>;
    [] EventFuture<'_>;
    [] NotifiedFuture<'_>;
    [T] OnceCellFuture<'_, T>;
    // A deadline that elapses drops the initialiser, and so passes its role on.
    [T, F, Fut: Future<Output = T>] GetOrInitFuture<'_, T, F, Fut>;
    [T, E, F, Fut: Future<Output = Result<T, E>>] GetOrTryInitFuture<'_, T, F, Fut>;
    [T] SignalFuture<'_, T>;
    [T] oneshot::RecvFuture<'_, T>;
    // A deadline that elapses drops the receiver.
    [H: Handle<Target: AnyOneshot>] oneshot::OwnedRecvFuture<H>;
    [T] oneshot::ClosedFuture<'_, T>;
    [] BarrierFuture<'_>;
    [] LatchFuture<'_>;
    [] WaitGroupFuture<'_>;
    [H: LockHandle] ConditionFuture<'_, H>;
    [H: LockHandle, P: FnMut(&mut H::Value) -> bool] ConditionForFuture<'_, H, P>;
    [H: LockHandle, C: Future] ConditionUntilFuture<'_, H, C>;
    [Q: AnyQueue] PopFuture<'_, Q>;
    [Q: AnyQueue] JoinFuture<'_, Q>;
    [Q: AnyQueue] ReserveFuture<'_, Q>;
    [Q: AnyQueue] ClosedFuture<'_, Q>;
    [H: Handle<Target: AnyBroadcast<Value: Clone>>] broadcast::RecvFuture<'_, H>;
    [B: AnyBroadcast] broadcast::ClosedFuture<'_, B>;
    [H: WatchHandle] ChangedFuture<'_, H>;
    // A deadline that elapses drops the receiver.
    [H: WatchHandle] OwnedChangedFuture<H>;
    [H: WatchHandle, F] WaitForFuture<'_, H, F>;
    [T] watch::ClosedFuture<'_, T>;
}

// Below the macros that it uses.
#[cfg(feature = "alloc")]
mod owned;

/// An upgrade that elapses returns the guard of the upgradable reader.
impl<H: RwLockHandle> Wait for UpgradeFuture<H> {
    type Returned = Guard<H, Upgradable>;

    fn give_up(self: Pin<&mut Self>) -> Result<Self::Output, Self::Returned> {
        Err(self.cancel().expect("a wait that is given up is pending"))
    }
}
