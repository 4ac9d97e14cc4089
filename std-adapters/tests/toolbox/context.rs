//! `ContextVar`: follows the task, and nobody else.

use core::future::{Future, pending, poll_fn};
use core::panic::AssertUnwindSafe;
use core::task::Poll;
use core::time::Duration;
use std::sync::{Arc, Mutex};
use std::thread;

use anywake::context::Context;
use anywake::test_util::{Probe, Simulated, Simulation, poll};
use anywake::{
    BlockingPool, ContextVar, GroupError, Runtime, assert_pending, assert_ready, gather, task_group, timeout,
};
use futures_util::FutureExt as _;

use crate::support::{PanicOnDrop, event};

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

async fn value_is_there_while_a_future_is_dropped_by_a_timeout_or_a_cancel<R: Runtime>(rt: R) {
    let seen = Seen::default();
    let given_up = timeout(rt, Duration::ZERO, USER.scope("Alice", seen.on_drop_of_what_waits())).await;
    assert!(given_up.is_err());
    assert_eq!(seen.take(), [Some("Alice")]);
    let task = USER.scope_sync("Bob", || rt.spawn(seen.on_drop_of_what_waits()));
    task.cancel();
    assert!(task.await.is_err());
    let task = rt.spawn(USER.scope("Carol", seen.on_drop_of_what_waits()));
    task.cancel();
    assert!(task.await.is_err());
    assert_eq!(seen.take(), [Some("Bob"), Some("Carol")]);
    assert_eq!(USER.get(), None);
}

on_each_runtime! {
    value_is_there_while_a_future_is_dropped_by_a_timeout_or_a_cancel
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

#[test]
fn value_is_there_while_the_scope_is_dropped() {
    let seen = Seen::default();
    let mut waits = Probe::new(USER.scope("Alice", LEVEL.scope(1, seen.on_drop_of_what_waits())));
    assert_pending!(waits.poll());
    drop(waits);
    // Never polled; and one that has ended, but keeps what it had.
    drop(USER.scope("Bob", seen.on_drop_of_what_waits()));
    let note = seen.note();
    let mut ended = Probe::new(USER.scope("Carol", poll_fn(move |_| Poll::Ready(_ = &note))));
    assert_ready!(ended.poll());
    drop(ended);
    // Dropped in another context: what was laid over it stays, and comes back.
    let mut elsewhere = Probe::new(USER.scope("Dave", seen.on_drop_of_what_waits()));
    assert_pending!(elsewhere.poll());
    USER.scope_sync("Eve", || {
        drop(elsewhere);
        assert_eq!(USER.get(), Some("Eve"));
    });
    assert_eq!(seen.take(), [Some("Alice"), Some("Bob"), Some("Carol"), Some("Dave")]);
    assert_eq!(USER.get(), None);
}

#[test]
fn value_is_there_while_a_task_is_dropped_at_the_end_of_its_runtime() {
    let seen = Seen::default();
    Simulation::new().run(async {
        drop(USER.scope_sync("Alice", || Simulated.spawn(seen.on_drop_of_what_waits())));
        Simulated.yield_now().await;
        // Never polled.
        drop(USER.scope_sync("Bob", || Simulated.spawn(seen.on_drop_of_what_waits())));
    });
    assert_eq!(seen.take(), [Some("Alice"), Some("Bob")]);
    assert_eq!(USER.get(), None);
}

#[test]
fn panic_in_a_destructor_puts_the_context_back() {
    let panics = USER.scope("Alice", async {
        let _bomb = PanicOnDrop("inside");
        pending::<()>().await
    });
    let mut panics = Box::pin(panics);
    assert!(poll(panics.as_mut()).is_pending());
    assert!(std::panic::catch_unwind(AssertUnwindSafe(|| drop(panics))).is_err());
    assert_eq!(USER.get(), None);
}

/// The user of whoever drops what notes it.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Option<&'static str>>>>);

impl Seen {
    fn note(&self) -> NoteOnDrop {
        NoteOnDrop(self.clone())
    }

    fn on_drop_of_what_waits(&self) -> impl Future<Output = ()> + Send + 'static {
        let note = self.note();
        async move {
            let _note = note;
            pending().await
        }
    }

    fn take(&self) -> Vec<Option<&'static str>> {
        core::mem::take(&mut self.0.lock().unwrap())
    }
}

struct NoteOnDrop(Seen);

impl Drop for NoteOnDrop {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().push(USER.get());
    }
}
