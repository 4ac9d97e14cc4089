//! A cell that lies in a larger value, held by an `ArcPart`.

use anywake_tests::Arc;

use anywake_core::{ArcPart, OnceCell};
use anywake_tests::{Drops, Item, Task, queued};
use futures_util::future::FusedFuture;

use super::yield_now;

/// A value with a cell inside, and an item that shows when it is dropped.
struct App {
    config: OnceCell<String>,
    _item: Item,
}

fn app(drops: &Drops) -> Arc<App> {
    Arc::new(App { config: OnceCell::new(), _item: drops.item(1) })
}

fn config(app: &Arc<App>) -> ArcPart<App, OnceCell<String>> {
    ArcPart::new(Arc::clone(app), |app| &app.config)
}

#[cfg(not(feature = "local"))]
#[test]
fn waits_and_values_through_a_part_keep_the_whole_alive() {
    let drops = Drops::new();
    let app = app(&drops);
    let wait = config(&app).wait();
    let init = config(&app).get_or_init(async || {
        yield_now().await;
        "text".to_owned()
    });
    let try_init = config(&app).get_or_try_init(async || Err::<String, _>("unused"));
    drop(app);
    let (mut init, mut wait, mut try_init) = (queued(init), queued(wait), queued(try_init));
    let value = init.ready();
    let others = [wait.ready(), try_init.ready().unwrap()];
    assert!(init.future().is_terminated());
    drop((init, wait, try_init));
    assert_eq!((value.as_str(), drops.count()), ("text", 0));
    assert!(others.iter().all(|other| core::ptr::eq(&raw const **other, &raw const *value)));
    assert!(core::ptr::eq(&raw const *value, value.owner().config.get().unwrap()));
    drop(others);
    assert_eq!(drops.count(), 0);
    std::thread::spawn(move || assert_eq!(*value, "text")).join().unwrap();
    assert_eq!(drops.count(), 1);
}

#[test]
fn promise_1_an_initialiser_through_a_part_hands_its_role_on_when_it_goes() {
    let drops = Drops::new();
    let app = app(&drops);
    let first = queued(config(&app).get_or_init(async || {
        yield_now().await;
        "lost".to_owned()
    }));
    let mut failing = queued(config(&app).get_or_try_init(async || Err("offline")));
    let mut last = queued(config(&app).get_or_init(async || "text".to_owned()));
    assert_eq!(app.config.waiters(), 2);
    first.cancel();
    assert_eq!(failing.ready().unwrap_err(), "offline");
    assert_eq!(*last.ready(), "text");
    drop((failing, last));
    assert_eq!(Arc::strong_count(&app), 1, "no wait that is over holds the whole");
}

#[test]
fn a_part_that_waits_and_is_dropped_leaves_no_trace() {
    let drops = Drops::new();
    let app = app(&drops);
    let wait = queued(config(&app).wait());
    assert_eq!((app.config.waiters(), Arc::strong_count(&app)), (1, 2));
    wait.cancel();
    assert_eq!((app.config.waiters(), Arc::strong_count(&app)), (0, 1));
    app.config.set("text".to_owned()).unwrap();
    assert_eq!(*Task::new(config(&app).wait()).ready(), "text");
}
