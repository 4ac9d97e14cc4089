//! `new` and `child_token` allocate a block each, and nothing else allocates. Nothing is left behind.

use core::future::{pending, ready};
use core::pin::pin;

use anywake_core::CancellationToken;
use anywake_tests::assert_ready;

use crate::{CROWD, Crowd, Report, allocations, left_behind, now, poll, wakes};

pub(crate) fn scenarios(report: &mut Report) {
    let token = CancellationToken::new();
    report.scenario("CancellationToken: clone, is_cancelled, waiters, and dropping clones", || {
        let clone = token.clone();
        assert!(!clone.is_cancelled() && clone.waiters() == 0);
    });
    report.scenario("CancellationToken: waiting, and cancelling waits", || {
        let mut waits = pin!(Crowd::new(|_| token.cancelled()));
        waits.as_mut().wait();
        (0..CROWD).for_each(|place| waits.as_mut().cancel((place * 7) % CROWD));
        assert_eq!(token.waiters(), 0);
    });
    report.scenario("CancellationToken: running until cancelled, and guards", || {
        assert_eq!(now(token.run_until_cancelled(ready(1))), Some(1));
        assert!(poll(pin!(token.clone().run_until_cancelled_owned(pending::<()>()))).is_pending());
        token.drop_guard().disarm();
        drop(token.clone().drop_guard_owned().disarm());
    });

    let children: [_; CROWD] = core::array::from_fn(|_| token.child_token());
    let grandchildren = children.each_ref().map(CancellationToken::child_token);
    report.scenario("CancellationToken: leaving a parent", || drop(children));
    report.scenario("CancellationToken: cancelling a tree, and its waits", || {
        let mut of_the_root = pin!(Crowd::new(|_| token.clone().cancelled_owned()));
        let mut below = pin!(Crowd::new(|place| grandchildren[place].cancelled()));
        of_the_root.as_mut().wait();
        below.as_mut().wait();
        assert_eq!(wakes(|| token.cancel()), 2 * CROWD);
        of_the_root.finish(|()| {});
        below.finish(|()| {});
        assert_eq!(now(token.run_until_cancelled(pending::<()>())), None);
    });
    report.scenario("CancellationToken: dropping a tree", || drop((token, grandchildren)));

    let root = CancellationToken::new();
    let one = allocations(|| drop(core::hint::black_box(root.child_token())));
    assert_eq!(one, 1, "a child is one block");
    nothing_is_left_behind(&root);
}

/// Of trees that are dropped and cancelled in several orders.
fn nothing_is_left_behind(root: &CancellationToken) {
    let kept = left_behind(|| core::mem::forget(core::hint::black_box(CancellationToken::new())));
    assert_eq!(kept, 1, "a token that is forgotten is seen");
    let names = ["children of a live parent", "a cancelled parent", "the middle first", "an owned wait"];
    let scenarios: [fn(&CancellationToken); 4] = [
        |root| drop((0..10).map(|_| root.child_token()).collect::<Vec<_>>()),
        |_| {
            // tokio #4639: the grandchild of a cancelled token stayed for ever.
            let parent = CancellationToken::new();
            let child = parent.child_token().child_token();
            parent.cancel();
            assert!(child.is_cancelled());
            drop((parent.child_token(), parent, child));
        },
        |root| {
            let middle = root.child_token();
            let leaves = [(); 3].map(|()| middle.child_token());
            drop(middle);
            drop(leaves);
        },
        |root| {
            let child = root.child_token();
            let stop = child.clone();
            let mut wait = pin!(child.cancelled_owned());
            assert!(poll(wait.as_mut()).is_pending());
            stop.cancel();
            drop(stop);
            assert_ready!(poll(wait));
        },
    ];
    for (name, scenario) in names.into_iter().zip(scenarios) {
        assert_eq!(left_behind(|| scenario(root)), 0, "{name}");
    }
    println!("   0  CancellationToken: blocks that are left behind, in {} trees", names.len());
}
