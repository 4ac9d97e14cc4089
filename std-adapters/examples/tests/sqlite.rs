//! The connection that examples share: who gives up stops his own statement, and nobody else's.

#[path = "../support/sqlite.rs"]
mod sqlite;

use core::future::Future;
use core::time::Duration;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Instant;

use anywake::test_util::Probe;
use anywake::{BlockOn, Executor, Runtime, Smol, Spawn, SpawnBlocking, Task, Timer, assert_pending};
use rusqlite::{Connection, ErrorCode, Result};
use sqlite::Sqlite;

/// Counting so far takes many more instructions than SQLite executes before it asks whether to go on.
const LAST: i64 = 100_000;

const COUNT: &str =
    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT i FROM n";

/// Counts, and calls `at_first` when the statement is running. Gives the last number.
fn count(connection: &Connection, at_first: impl FnOnce()) -> Result<i64> {
    let mut statement = connection.prepare(COUNT)?;
    let mut rows = statement.query([LAST])?;
    let mut last = rows.next()?.expect("the first row").get(0)?;
    at_first();
    while let Some(row) = rows.next()? {
        last = row.get(0)?;
    }
    Ok(last)
}

async fn in_memory<R: Runtime>(runtime: R) -> Sqlite<R> {
    Sqlite::open(runtime, PathBuf::from(":memory:")).await.unwrap()
}

/// Gives a job up when it says that it has come so far, and looks what comes of it.
fn given_up(job: impl FnOnce(&Connection, &dyn Fn()) -> Result<i64> + Send + 'static) {
    let (far, so_far) = mpsc::channel();
    let (go, gone) = mpsc::channel();
    let (end, ended) = mpsc::channel();
    Smol.block_on(async {
        let sqlite = in_memory(Smol).await;
        let mut run = Probe::new(sqlite.run(move |connection| {
            let wait = || {
                far.send(()).unwrap();
                gone.recv().unwrap();
            };
            end.send(job(connection, &wait)).unwrap();
            Ok(())
        }));
        assert_pending!(run.poll());
        so_far.recv().unwrap();
        drop(run);
        go.send(()).unwrap();
        let error = ended.recv().unwrap().expect_err("it has come to its end");
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::OperationInterrupted), "{error}");
        // The connection is ready for the next.
        assert!(
            sqlite.run(|connection| Ok(connection.is_autocommit())).await.unwrap(),
            "a transaction is left"
        );
        sqlite.execute("CREATE TABLE t (i)").await.unwrap();
        assert_eq!(sqlite.run(|connection| count(connection, || ())).await, Ok(LAST));
        sqlite.close().await.unwrap();
    });
}

#[test]
fn statement_that_is_running_is_interrupted() {
    given_up(|connection, wait| count(connection, wait));
}

#[test]
fn statement_that_has_not_begun_is_interrupted() {
    given_up(|connection, wait| {
        wait();
        count(connection, || ())
    });
}

#[test]
fn transaction_is_rolled_back() {
    given_up(|connection, wait| {
        let _transaction = connection.unchecked_transaction()?;
        wait();
        count(connection, || ())
    });
}

#[test]
fn statement_of_the_next_job_is_not_interrupted() {
    let (begin, begun) = mpsc::channel();
    let (go, gone) = mpsc::channel();
    Smol.block_on(async {
        let sqlite = in_memory(Late).await;
        let late = LATE.lock().unwrap();
        let mut first = Probe::new(sqlite.run(|_| Ok(())));
        assert_pending!(first.poll());
        // It gets the connection when the first job has given it back, of which nobody has heard yet.
        let second = Smol.spawn({
            let sqlite = sqlite.clone();
            async move {
                let wait = move || {
                    begin.send(()).unwrap();
                    gone.recv().unwrap();
                };
                sqlite.run(|connection| count(connection, wait)).await
            }
        });
        begun.recv().unwrap();
        drop(first);
        go.send(()).unwrap();
        drop(late);
        assert_eq!(second.await.unwrap(), Ok(LAST));
        sqlite.close().await.unwrap();
    });
}

/// A runtime on which nobody hears of the end of a blocking job while `LATE` is locked.
#[derive(Clone, Copy, Debug, Default)]
struct Late;

static LATE: Mutex<()> = Mutex::new(());

impl Executor for Late {
    fn name(self) -> &'static str {
        "late"
    }

    fn yield_now(self) -> impl Future<Output = ()> + Send + 'static {
        Smol.yield_now()
    }
}

impl BlockOn for Late {
    fn block_on<F: Future>(self, future: F) -> F::Output {
        Smol.block_on(future)
    }
}

impl Spawn for Late {
    fn spawn_detached<F: Future<Output = ()> + Send + 'static>(self, future: F) {
        Smol.spawn_detached(future);
    }
}

impl SpawnBlocking for Late {
    fn spawn_blocking_detached<F: FnOnce() + Send + 'static>(self, job: F) {
        Smol.spawn_blocking_detached(job);
    }

    fn spawn_blocking<F, T>(self, function: F) -> Task<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        Smol.spawn_blocking(move || {
            let result = function();
            drop(LATE.lock().unwrap_or_else(PoisonError::into_inner));
            result
        })
    }
}

impl Timer for Late {
    type Instant = Instant;
    type Sleep = <Smol as Timer>::Sleep;

    fn now(&self) -> Instant {
        Smol.now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        Smol.sleep(duration)
    }
}
