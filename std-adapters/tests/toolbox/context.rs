//! `ContextVar`: follows the task, and nobody else.

use core::future::poll_fn;
use core::panic::AssertUnwindSafe;
use core::task::Poll;
use std::sync::Arc;
use std::thread;

use anywake::context::Context;
use anywake::test_util::Probe;
use anywake::{
    BlockingPool, ContextVar, GroupError, Runtime, assert_pending, assert_ready, gather, task_group,
};
use futures_util::FutureExt as _;

use crate::support::event;

static USER: ContextVar<&str> = ContextVar::new();
static LEVEL: ContextVar<u8> = ContextVar::new();

async fn value_follows_across_awaits_and_siblings_do_not_see_it<R: Runtime>(rt: R) {
    let named = |name| {
        rt.spawn(USER.scope(name, async move {
            for _ in 0..10 {
                assert_eq!(USER.get(), Some(name));
                rt.yield_now().await;
            }
            USER.get()
        }))
    };
    let nobody = rt.spawn(async move {
        for _ in 0..10 {
            assert_eq!(USER.get(), None);
            rt.yield_now().await;
        }
        None
    });
    let users = gather(
        [named("Alice"), named("Bob"), nobody].map(|user| rt.spawn(async { Ok::<_, ()>(user.await) })),
    );
    let users: Vec<_> = users.await.unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(users, [Some("Alice"), Some("Bob"), None]);
    assert_eq!(USER.get(), None);
}

async fn children_have_the_value_that_was_set_when_they_were_spawned<R: Runtime>(rt: R) {
    let go = event();
    let child = |rt: R| {
        let go = Arc::clone(&go);
        rt.spawn(async move {
            go.wait().await;
            rt.spawn(async { USER.get() }).await.unwrap()
        })
    };
    let (child, grandchild) = USER
        .scope("Alice", async {
            let first = child(rt);
            // Set later, around something else: the child has its copy.
            let second = USER.scope_sync("Bob", || child(rt));
            (first, second)
        })
        .await;
    go.set();
    assert_eq!(child.await.unwrap(), Some("Alice"));
    assert_eq!(grandchild.await.unwrap(), Some("Bob"));
}

async fn tools_pass_it_on<R: Runtime>(rt: R) {
    let seen = USER
        .scope("Alice", async {
            let pool = BlockingPool::new(rt, 1);
            let mut seen = vec![
                rt.spawn_blocking(|| USER.get()).await.unwrap(),
                pool.spawn(|| USER.get()).await.unwrap(),
                pool.spawn(|| USER.get()).await.unwrap(),
            ];
            let grouped: Result<_, GroupError<()>> = task_group(rt, |group| async move {
                let below = group.clone();
                let child =
                    group.spawn(async move { below.spawn(async { Ok(USER.get()) }).await.map_err(|_| ()) });
                child.await.map_err(|_| ())
            })
            .await;
            seen.push(grouped.unwrap());
            seen
        })
        .await;
    assert_eq!(seen, [Some("Alice"); 4]);
}

on_each_runtime! {
    value_follows_across_awaits_and_siblings_do_not_see_it
    children_have_the_value_that_was_set_when_they_were_spawned
    tools_pass_it_on
}

#[test]
fn scopes_nest_in_one_expression_and_come_back() {
    let inner = LEVEL.scope(2, async { (USER.get(), LEVEL.get()) });
    let outer = async { (inner.await, USER.get(), LEVEL.get()) };
    let both = USER.scope("Alice", LEVEL.scope(1, outer));
    let seen = both.now_or_never().unwrap();
    assert_eq!(seen, ((Some("Alice"), Some(2)), Some("Alice"), Some(1)));
    assert_eq!((USER.get(), LEVEL.get()), (None, None));
}

#[test]
fn value_is_there_only_while_the_future_runs() {
    let mut polls = 0;
    let mut probe = Probe::new(USER.scope(
        "Alice",
        poll_fn(move |_| {
            assert_eq!(USER.get(), Some("Alice"));
            polls += 1;
            if polls == 3 { Poll::Ready(()) } else { Poll::Pending }
        }),
    ));
    for _ in 0..2 {
        assert_pending!(probe.poll());
        assert_eq!(USER.get(), None);
    }
    // In another context by now: what was laid over it stays.
    USER.scope_sync("Bob", || {
        assert_ready!(probe.poll());
        assert_eq!(USER.get(), Some("Bob"));
    });
}

#[test]
fn panic_puts_the_context_back() {
    let panics = USER.scope("Alice", AssertUnwindSafe(async { panic!("inside") }));
    let panicked = AssertUnwindSafe(panics).catch_unwind().now_or_never().unwrap();
    assert!(panicked.is_err());
    assert_eq!(USER.get(), None);
    assert!(std::panic::catch_unwind(|| USER.scope_sync("Bob", || panic!("inside"))).is_err());
    assert_eq!(USER.get(), None);
}

#[test]
fn variables_of_one_type_are_different() {
    static OTHER: ContextVar<&str> = ContextVar::new();
    USER.scope_sync("Alice", || assert_eq!(OTHER.get(), None));
}

#[test]
fn value_is_dropped_with_its_last_scope() {
    static OWNED: ContextVar<Arc<()>> = ContextVar::new();
    let value = Arc::new(());
    let mut scope = Probe::new(OWNED.scope(Arc::clone(&value), async { Context::current() }));
    let context = assert_ready!(scope.poll());
    drop(scope);
    assert_eq!(Arc::strong_count(&value), 2, "the copy has it");
    assert!(context.clone().run(|| OWNED.with(|owned| owned.is_some())));
    drop(context);
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn copy_takes_it_to_a_thread() {
    let context = USER.scope_sync("Alice", Context::current);
    let seen = thread::spawn(|| {
        let inside = context.clone().scope(async { USER.get() }).now_or_never().unwrap();
        (inside, context.run(|| USER.get()), USER.get())
    });
    assert_eq!(seen.join().unwrap(), (Some("Alice"), Some("Alice"), None));
}
