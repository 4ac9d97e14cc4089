//! The allocations of locks: none.

use core::pin::pin;
use core::task::Context;
use std::sync::Arc;

use anywake_core::{Lock, LockGuard};
use anywake_tests::assert_ready;

use crate::{CROWD, Crowd, OTHER, Report, now, poll, waker};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("Lock: lock, try_lock, unlock, map, waiters", || {
        let lock = Lock::new((1, 2));
        now(lock.lock()).0 = 3;
        let guard = lock.try_lock().unwrap();
        assert!(lock.try_lock().is_none());
        let mut part = LockGuard::map(guard, |pair| &mut pair.1);
        *part = 4;
        drop(part);
        assert_eq!((lock.waiters(), lock.into_inner()), (0, (3, 4)));
    });
    for (name, bypass) in [("Lock", 0), ("Lock with bypass", 2)] {
        report.scenario(&format!("{name}: waiting and handing over"), || {
            let lock = Lock::with_bypass((), bypass);
            let owner = lock.try_lock();
            let mut waits = pin!(Crowd::new(|_| lock.lock()));
            waits.as_mut().wait();
            drop(owner);
            waits.finish(drop);
            assert!(!lock.is_locked());
        });
        report.scenario(&format!("{name}: cancelling before and after the grant"), || {
            let lock = Lock::with_bypass((), bypass);
            let owner = lock.try_lock();
            let mut waits = pin!(Crowd::new(|_| lock.lock()));
            waits.as_mut().wait();
            (10..30).for_each(|place| waits.as_mut().cancel(place));
            drop(owner);
            (0..10).chain(30..CROWD).for_each(|place| waits.as_mut().cancel(place));
            assert!(!lock.is_locked() && lock.waiters() == 0);
        });
    }
    report.scenario("Lock with bypass: overtaking, and being woken again", || {
        let lock = Lock::with_bypass((), 3);
        let owner = lock.try_lock();
        let mut wait = pin!(lock.lock());
        assert!(poll(wait.as_mut()).is_pending());
        drop(owner);
        for _ in 0..3 {
            let _overtaking = lock.try_lock().unwrap();
            assert!(poll(wait.as_mut()).is_pending());
        }
        drop(assert_ready!(poll(wait)));
    });
    report.scenario("Lock: replacing a waker", || {
        let lock = Lock::new(());
        let _owner = lock.try_lock();
        let mut wait = pin!(lock.lock());
        assert!(poll(wait.as_mut()).is_pending());
        assert!(wait.poll(&mut Context::from_waker(&waker(&OTHER))).is_pending());
    });
    let shared = Arc::new(Lock::new(0));
    report.scenario("Lock: owned guards and waits", || {
        let owner = shared.clone().try_lock_owned().unwrap();
        let mut wait = pin!(shared.clone().lock_owned());
        assert!(poll(wait.as_mut()).is_pending());
        drop(owner);
        *assert_ready!(poll(wait)) += 1;
    });
}
