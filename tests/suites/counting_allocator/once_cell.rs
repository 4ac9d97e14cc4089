//! The scenarios of a cell.

use core::future::{pending, ready};
use core::pin::pin;
use std::sync::Arc;

use anywake_core::{OnceCell, SetError};
use anywake_tests::assert_ready;

use crate::{CROWD, Crowd, Report, now, poll, wakes};

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("OnceCell: get, set, take, errors, and waits when it is full", || {
        let mut cell = OnceCell::new();
        assert_eq!(cell.get(), None);
        assert_eq!(now(cell.get_or_try_init(|| ready(Err(1)))), Err(1));
        assert_eq!(now(cell.get_or_init(|| ready(7))), &7);
        assert_eq!((cell.set(8), now(cell.wait())), (Err(SetError::Initialized(8)), &7));
        assert_eq!(cell.take(), Some(7));
    });
    report.scenario("OnceCell: waiting for the value, and setting", || {
        let cell = OnceCell::new();
        let mut waits = pin!(Crowd::new(|_| cell.wait()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| cell.set(7).unwrap()), CROWD);
        waits.finish(|value| assert_eq!(value, &7));
    });
    report.scenario("OnceCell: waiting for an initialiser", || {
        let cell = OnceCell::new();
        let mut initialiser = pin!(cell.get_or_init(|| ready(7)));
        assert!(initialiser.as_mut().enable());
        let mut waits = pin!(Crowd::new(|_| cell.get_or_init(pending)));
        waits.as_mut().wait();
        assert_eq!(assert_ready!(poll(initialiser)), &7);
        waits.finish(|value| assert_eq!(value, &7));
    });
    report.scenario("OnceCell: the role of an initialiser that fails goes through the line", || {
        let cell = OnceCell::<u32>::new();
        let mut initialiser = pin!(cell.get_or_try_init(|| ready(Err(()))));
        assert!(initialiser.as_mut().enable());
        let mut waits = pin!(Crowd::new(|_| cell.get_or_try_init(|| ready(Err(())))));
        waits.as_mut().wait();
        assert_eq!(assert_ready!(poll(initialiser)), Err(()));
        waits.finish(|value| assert_eq!(value, Err(())));
    });
    report.scenario("OnceCell: cancelling waits of both kinds, and an initialiser", || {
        let cell = OnceCell::<u32>::new();
        let mut roles = pin!(Crowd::new(|_| cell.get_or_init(pending)));
        assert!(roles.as_mut().poll(0).is_pending());
        roles.as_mut().wait();
        let mut values = pin!(Crowd::new(|_| cell.wait()));
        values.as_mut().wait();
        (0..CROWD).for_each(|place| roles.as_mut().cancel((place * 7) % CROWD));
        (0..CROWD).for_each(|place| values.as_mut().cancel((place * 7) % CROWD));
        assert_eq!((cell.waiters(), cell.set(1)), (0, Ok(())));
    });
    let shared = Arc::new(OnceCell::new());
    report.scenario("OnceCell: owned waits and handles of the value", || {
        let mut wait = pin!(shared.clone().wait_owned());
        assert!(poll(wait.as_mut()).is_pending());
        let value = now(shared.clone().get_or_init_owned(|| ready(7)));
        assert_eq!((*value, *assert_ready!(poll(wait))), (7, 7));
    });
}
