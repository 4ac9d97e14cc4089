//! Wait groups: a server that ends, and groups that fill and empty again.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use anywake::{AddError, Runtime, Wait, WaitGroup};
use anywake_tests::on_every_runtime;
use anywake_tests::runtimes::until;

use crate::{SHORT, cancel, outputs, spawn_all};

const TASKS: usize = 40;

/// Accepts connections until the group is closed, and waits for those that are open.
async fn a_server_ends_when_all_of_its_connections_have<R: Runtime>() {
    let (group, served) = (Arc::new(WaitGroup::new()), Arc::new(AtomicUsize::new(0)));
    let acceptor = R::default().spawn({
        let (group, served) = (Arc::clone(&group), Arc::clone(&served));
        async move {
            let mut accepted = 0;
            while let Ok(token) = Arc::clone(&group).add_owned() {
                accepted += 1;
                let served = Arc::clone(&served);
                let connection = R::default().spawn(async move {
                    let _token = token;
                    R::default().yield_now().await;
                    // Relaxed: the token's drop publishes it.
                    served.fetch_add(1, Ordering::Relaxed);
                });
                drop(connection);
                R::default().yield_now().await;
            }
            accepted
        }
    });
    until::<R>(|| served.load(Ordering::Relaxed) >= TASKS).await;
    group.close();
    group.wait().await;
    let served = served.load(Ordering::Relaxed);
    assert_eq!(acceptor.await.expect("the acceptor ends"), served, "all that were accepted are served");
    assert_eq!((group.count(), group.add().unwrap_err()), (0, AddError::Closed));
}

async fn a_cancelled_task_gives_its_token_up<R: Runtime>() {
    let group = Arc::new(WaitGroup::new());
    let token = Arc::clone(&group).add_owned().unwrap();
    let task = R::default().spawn(async move {
        let _token = token;
        core::future::pending::<()>().await;
    });
    assert!(group.wait().within(R::default(), SHORT).await.is_err());
    cancel(task).await;
    group.wait().await;
}

/// Each round's wait ends when the round is over, although the next one begins at once.
async fn a_group_fills_and_empties_again_and_again<R: Runtime>() {
    let group = Arc::new(WaitGroup::new());
    for _ in 0..20 {
        let token = Arc::clone(&group).add_owned().unwrap();
        let waits = spawn_all::<R, _>(3, |_| Arc::clone(&group).wait_owned());
        until::<R>(|| group.waiters() == 3).await;
        let tasks = spawn_all::<R, _>(3, |_| {
            let token = token.clone();
            async move {
                R::default().yield_now().await;
                drop(token);
            }
        });
        drop(token);
        outputs(waits).await;
        outputs(tasks).await;
        assert_eq!((group.count(), group.waiters()), (0, 0));
    }
}

/// Tasks add and drop at once, and others wait. All waits end.
async fn waits_race_with_tokens<R: Runtime>() {
    let group = Arc::new(WaitGroup::new());
    let adding = spawn_all::<R, _>(4, |_| {
        let group = Arc::clone(&group);
        async move {
            for _ in 0..50 {
                let token = group.add().unwrap();
                R::default().yield_now().await;
                drop(token);
            }
        }
    });
    let waiting = spawn_all::<R, _>(4, |_| {
        let group = Arc::clone(&group);
        async move {
            for _ in 0..10 {
                group.wait().await;
                R::default().yield_now().await;
            }
        }
    });
    outputs(adding).await;
    outputs(waiting).await;
    assert_eq!((group.count(), group.waiters()), (0, 0));
}

on_every_runtime! {
    a_server_ends_when_all_of_its_connections_have,
    a_cancelled_task_gives_its_token_up,
    a_group_fills_and_empties_again_and_again,
    waits_race_with_tokens,
}
