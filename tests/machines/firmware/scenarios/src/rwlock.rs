use core::pin::pin;

use anywake_core::rwlock::{RwLock, UpgradableGuard, WriteGuard};

use crate::PLAYERS;
use crate::stage::{Count, Trace, is_pending, until};

pub(crate) async fn phases(role: usize) {
    static LOCK: RwLock<u32> = RwLock::new(0);
    static ORDER: Trace<4> = Trace::new();
    static SEEN: Count = Count::new();

    match role {
        0 => {
            let mut guard = LOCK.write().await;
            until(|| LOCK.waiters() == PLAYERS - 1).await;
            *guard = 1;
            ORDER.mark(0);
            drop(guard);
            assert!(LOCK.try_write().is_none(), "try_write does not overtake");
        }
        // The writer stands between the two readers in line, who are inside together.
        2 => {
            until(|| LOCK.waiters() == 1).await;
            let mut guard = LOCK.write().await;
            *guard += 1;
            ORDER.mark(2);
            drop(guard);
            assert_eq!(*LOCK.read().await, 2);
            ORDER.assert([0, 1, 1, 2]);
        }
        _ => {
            until(|| LOCK.is_locked() && LOCK.waiters() == role - 1).await;
            let guard = LOCK.read().await;
            // Both readers leave the same mark: they are woken together, and the executor decides which runs first.
            ORDER.mark(1);
            assert_eq!(*guard, 1);
            until(|| LOCK.readers() == 2).await;
            // Held until both have seen both.
            SEEN.set(SEEN.get() + 1);
            until(|| SEEN.get() == 2).await;
        }
    }
}

pub(crate) async fn upgrade(role: usize) {
    static LOCK: RwLock<u32> = RwLock::new(0);
    static ORDER: Trace<4> = Trace::new();

    match role {
        0 => {
            let guard = LOCK.upgradable_read().await;
            assert!(LOCK.try_upgradable_read().is_none(), "there is one upgradable reader");
            until(|| LOCK.waiters() == 1).await;
            let mut guard = UpgradableGuard::upgrade(guard).await;
            assert_eq!(*guard, 0, "nothing is written between");
            *guard = 1;
            ORDER.mark(0);
            let guard = WriteGuard::downgrade(guard);
            assert_eq!(*guard, 1, "no writer comes between");
        }
        1 => {
            until(|| LOCK.readers() == 1).await;
            let _guard = LOCK.read().await;
            until(|| LOCK.waiters() == 3).await;
            ORDER.mark(1);
        }
        2 => {
            until(|| LOCK.readers() == 2).await;
            let mut guard = LOCK.write().await;
            assert_eq!(*guard, 1, "the upgrade goes first");
            *guard = 2;
            ORDER.mark(2);
            ORDER.assert([1, 0, 3, 2]);
        }
        _ => {
            until(|| LOCK.waiters() == 2).await;
            assert_eq!(*LOCK.read().await, 1, "a phase of readers follows");
            ORDER.mark(3);
        }
    }
}

pub(crate) async fn cancelled_writer(role: usize) {
    static LOCK: RwLock<()> = RwLock::new(());
    static SEEN: Count = Count::new();

    if role == 1 {
        until(|| LOCK.readers() == 1).await;
        let mut write = pin!(Some(LOCK.write()));
        assert!(is_pending(write.as_mut().as_pin_mut().unwrap()).await);
        until(|| LOCK.waiters() == 3).await;
        write.set(None);
        assert_eq!(
            (LOCK.readers(), LOCK.waiters()),
            (3, 0),
            "the readers behind it go in beside the first one"
        );
    } else {
        until(|| role == 0 || LOCK.waiters() == role - 1).await;
        let _guard = LOCK.read().await;
        until(|| LOCK.readers() == 3).await;
        SEEN.set(SEEN.get() + 1);
        until(|| SEEN.get() == 3).await;
    }
}
