//! Everything of the toolbox can be used in a task: held across an await, with types that carry lifetimes.
//!
//! A compile-time check; it runs to show that the blocks do what they say.

use core::cell::Cell;
use core::future::{Future, ready};
use core::time::Duration;
use std::sync::Arc;

use anywake::pool::{Manager, PoolConfig};
use anywake::scope::When;
use anywake::test_util::{Simulated, Simulation};
use anywake::wait::Deadline;
use anywake::{
    Barrier, BlockingPool, Cache, ContextVar, ExitStack, GroupError, KeyedLock, LifoQueue, Pool, Pooled,
    PriorityQueue, SafeCounter, SharedState, Task, TaskError, TaskGroup, Wait as _, as_completed, exit_stack,
    gather, gather_settled, race, shield, stream, task_group, timeout, timeout_with, wait,
};
use futures_util::StreamExt as _;

fn spawned(future: impl Future<Output = ()> + Send + 'static) {
    Simulation::new().run(async { Simulated.spawn(future).await.unwrap() });
}

fn task() -> Task<Result<&'static str, &'static str>> {
    Simulated.spawn(async { Ok("text") })
}

/// What the handlers of a web service share.
#[test]
fn handles_are_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<TaskGroup<Simulated, Cell<u8>>>();
    shared::<ExitStack<Simulated, Cell<u8>>>();
    shared::<Deadline<Simulated>>();
    shared::<Pool<Memory, Simulated>>();
    shared::<Pooled<Memory, Simulated>>();
    shared::<Cache<String, Arc<str>, Simulated>>();
    shared::<KeyedLock<Cell<u8>>>();
    shared::<BlockingPool<Simulated>>();
    shared::<(Barrier, SafeCounter, SharedState<Cell<u8>>)>();
    shared::<(LifoQueue<Cell<u8>>, PriorityQueue<u8>)>();
    shared::<ContextVar<Cell<u8>>>();
    shared::<GroupError<String>>();
}

struct Memory;

impl Manager for Memory {
    type Connection = Vec<u8>;
    type Error = &'static str;

    async fn connect(&self) -> Result<Vec<u8>, &'static str> {
        Ok(Vec::new())
    }
}

#[test]
fn pools() {
    spawned(async {
        let pool = Pool::new(Simulated, Memory, PoolConfig::default()).unwrap();
        pool.warm(2).await.unwrap();
        let mut connection = pool.get().await.unwrap();
        ready(()).await;
        connection.push(1);
        drop(connection);
        pool.close().await;
    });
}

#[test]
fn tasks_together() {
    spawned(async {
        assert_eq!(gather([task(), task()]).await.unwrap(), ["text"; 2]);
        assert_eq!(gather([Simulated.spawn(async { "plain" })]).await.unwrap(), ["plain"]);
        assert!(gather_settled([task()]).await.remove(0).is_ok());
        assert!(race([task(), task()]).await.1.is_ok());
        let mut ends = as_completed([task()]).within(Simulated, Duration::from_secs(1));
        assert!(matches!(ends.next().await, Some(Ok((0, Ok("text"))))));
        ready(()).await;
        let mut tasks = [task()];
        wait(&mut tasks, When::AllCompleted).await;
        let shielded: Result<_, TaskError> = shield(Simulated, ready("text")).await;
        assert_eq!(shielded.unwrap(), "text");
    });
}

#[test]
fn scopes() {
    static NAME: ContextVar<&str> = ContextVar::new();
    spawned(async {
        let grouped: Result<_, GroupError<&'static str>> = task_group(Simulated, |group| async move {
            let child = group.spawn(async { Ok("text") });
            child.await.map_err(|_| "cancelled")
        })
        .await;
        assert_eq!(grouped.unwrap(), "text");
        let stacked: Result<_, GroupError<&'static str>> = exit_stack(Simulated, |stack| async move {
            stack.keep("text");
            ready(()).await;
            Ok("text")
        })
        .await;
        assert_eq!(stacked.unwrap(), "text");
        let stack = ExitStack::<_, &'static str>::new(Simulated);
        stack.keep("text");
        stack.close().await.unwrap();
        assert_eq!(timeout(Simulated, Duration::from_secs(1), ready("text")).await, Ok("text"));
        assert_eq!(timeout_with(Simulated, None, |deadline| async move { deadline.when() }).await, Ok(None));
        assert_eq!(NAME.scope("text", async { NAME.get() }).await, Some("text"));
    });
}

#[test]
fn state() {
    spawned(async {
        assert_eq!(SafeCounter::new(0).update(async |count| count + 1).await, 1);
        let cache = Arc::new(Cache::new(Simulated));
        let loaded = cache.get_or_load("key", async || Ok::<_, &'static str>("text")).await;
        assert_eq!(loaded, Ok("text"));
        let shared = SharedState::new();
        shared.produce("text").await;
        assert_eq!(shared.consume(1).await, ["text"]);
        assert_eq!(Barrier::new(1).wait().await.unwrap().index(), 0);
        let pool = BlockingPool::new(Simulated, 1);
        assert_eq!(pool.spawn(|| "text").await.unwrap(), "text");
        pool.join().await;
        let (newest, least) =
            (LifoQueue::with_capacity(1).unwrap(), PriorityQueue::with_capacity(1).unwrap());
        newest.push("text").await.unwrap();
        least.push("text").await.unwrap();
        assert_eq!((newest.pop().await, least.pop().await), (Ok("text"), Ok("text")));
        assert_eq!(newest.task_done().and(least.task_done()), Ok(()));
        newest.join().await;
    });
}

#[test]
fn locks_of_keys() {
    spawned(async {
        let locks = Arc::new(KeyedLock::new());
        let (name, borrowed) = ("text".to_owned(), KeyedLock::<&str>::new());
        let guard = locks.lock("text".to_owned()).await;
        let owned = Arc::clone(&locks).lock_owned("other".to_owned()).await;
        let of_a_reference = borrowed.lock(&name).await;
        ready(()).await;
        assert_eq!(
            (guard.key().as_str(), owned.key().as_str(), *of_a_reference.key()),
            ("text", "other", "text")
        );
        let waited = locks.lock("text".to_owned()).within(Simulated, Duration::from_secs(1)).await;
        assert!(waited.is_err() && locks.try_lock("other".to_owned()).is_none());
    });
}

#[test]
fn streams() {
    spawned(async {
        let texts = || {
            stream::generator(|emitter| async move {
                emitter.emit("text").await;
            })
        };
        let merged = stream::merge([texts(), texts()]);
        let chunks = stream::chunks_timeout(Simulated, 2, Duration::from_secs(1), merged);
        let buffered = stream::buffered(Simulated, 1, chunks).unwrap();
        let within = stream::within(Simulated, buffered, Duration::from_secs(1));
        assert_eq!(within.collect::<Vec<_>>().await, [Ok(vec!["text"; 2])]);
    });
}
