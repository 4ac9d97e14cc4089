//! Asynchronous context managers, versions 1 and 2: a database connection that is released whatever happens, and that
//! nobody waits for in vain. With a real SQLite database. (Versions 3 and 4: `pool` and `pool_logging`.)
//!
//! ```text
//! cargo run -p anywake-examples --bin connection [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `async with database.transaction() as connection:` | `database.transaction(async \|connection\| { .. })` |
//! | `__aenter__`, `__aexit__(exc_type, ..)` | `exit_stack`: who acquires pushes the release, which is told why it runs |
//! | `asyncio.timeout`, `asyncio.TimeoutError` | `timeout`, `Elapsed` |
//! | `run_in_executor` | `spawn_blocking`, in `support/sqlite.rs` |
//! | `asyncio.run(main())` | `block_on`, in `on_each_runtime!` |
//!
//! Good practice, and where it is shown:
//!
//! * What is acquired says at that place how it is released: `connect`, `begin`.
//! * What happens one after the other is written one below the other: no callbacks, and an error leaves by `?`.
//! * A connection is used by one task at a time: the `Lock` in `support/sqlite.rs`.
//! * The acquisition has a limit, not the use of what was acquired: `transaction`.
//! * What may succeed later is tried again, what cannot is not. The pauses grow, so that many who do the same do not keep
//!   a database down that is coming up: `retry`.
//! * A timeout ends the waiting, not the work: a thread that computes is interrupted, `StopOnDrop` in
//!   `support/sqlite.rs`.
//! * A wait for a lock of the database is a timer, `retry`, and not a thread that sleeps, SQLite's own `busy_timeout`.
//!
//! One rule that is often given is wrong: tasks do not help with CPU-bound work, in asyncio or here. That belongs on
//! other threads: `spawn_blocking`, `BlockingPool`.

#[macro_use]
mod support;
#[path = "support/sqlite.rs"]
mod sqlite;

use core::fmt;
use core::future::{Future, pending};
use core::time::Duration;
use std::path::PathBuf;
use std::sync::Arc;

use anywake::scope::Exit;
use anywake::{Elapsed, Event, ExitStack, GroupError, Runtime, Semaphore, exit_stack, timeout};
use rusqlite::ErrorCode;
use sqlite::Sqlite;
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    let folder = tempfile::tempdir().expect("a folder for the database");
    let database = Database::<R>::new(folder.path().join("users.sqlite"));
    println!("# The database");
    let created = database.transaction(async |connection| connection.execute(SCHEMA).await);
    tell(created.await);
    version_1(&database).await;
    version_2(&database).await;
    database.all_closed().await;
}

const SCHEMA: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE posts (author INTEGER NOT NULL REFERENCES users DEFERRABLE INITIALLY DEFERRED)";

async fn version_1<R: Runtime>(database: &Database<R>) {
    println!("# Version 1: acquired, used, released");
    let added = database.transaction(async |connection| {
        connection.execute("INSERT INTO users (name) VALUES ('Alice'), ('Bob')").await?;
        connection.run(count_users).await
    });
    tell(added.await);

    println!("# Version 1: an error while it is acquired");
    let nowhere = Database::<R>::new(database.file.with_file_name("missing").join("users.sqlite"));
    tell(nowhere.transaction(async |connection| connection.run(count_users).await).await);

    println!("# Version 1: an error while it is used");
    let failed = database.transaction(async |connection| {
        connection.execute("INSERT INTO users (name) VALUES ('Carol')").await?;
        connection.execute("INSERT INTO users (name) VALUES ('Alice')").await
    });
    tell(failed.await);

    println!("# Version 1: an error while it is released");
    let failed = database.transaction(async |connection| {
        // Only the commit finds that there is no such user.
        connection.execute("INSERT INTO posts (author) VALUES (1000)").await
    });
    tell(failed.await);

    println!("# Version 1: cancelled while it is used");
    let in_use = Arc::new(Event::new());
    let user = R::default().spawn({
        let (database, in_use) = (database.clone(), Arc::clone(&in_use));
        async move {
            let stuck = async |connection: Sqlite<R>| {
                connection.execute("INSERT INTO users (name) VALUES ('Dave')").await?;
                in_use.set();
                pending::<rusqlite::Result<()>>().await
            };
            database.transaction(stuck).await
        }
    });
    in_use.wait().await;
    user.cancel();
    database.all_closed().await;

    println!("# Version 1: what has come of it");
    tell(database.transaction(async |connection| connection.run(count_users).await).await);
}

async fn version_2<R: Runtime>(database: &Database<R>) {
    let slow = async |connection: Sqlite<R>| {
        R::default().sleep(2 * database.limits.attempt).await;
        connection.run(count_users).await
    };
    println!("# Version 2: used for longer than may be waited for it");
    tell(database.transaction(slow).await);

    println!("# Version 2: locked until after the second attempt");
    let locked = Arc::new(Event::new());
    let other =
        R::default().spawn(lock_for(R::default(), database.file.clone(), Arc::clone(&locked), seconds(4.0)));
    locked.wait().await;
    tell(database.transaction(async |connection| connection.run(count_users).await).await);
    other.await.expect("it does not panic").expect("nobody else is there");

    println!("# Version 2: locked all the time");
    let outer = database.transaction(async |_| {
        tell(database.transaction(async |connection| connection.run(count_users).await).await);
        Ok(())
    });
    tell(outer.await);

    println!("# Version 2: attempts that take too long");
    let outer = database.transaction(async |connection| {
        let endless =
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
        let attempts = retry::<R, _, _, _>(&database.limits, || connection.execute(endless));
        match attempts.await {
            Ok(()) => println!("it has come to its end"),
            Err(problem) => println!("Failed: {problem}"),
        }
        // The statement was interrupted, so the connection can be used.
        connection.run(count_users).await
    });
    tell(outer.await);
}

/// A database, and what is to be known to connect to it.
#[derive(Clone)]
struct Database<R> {
    file: PathBuf,
    limits: Limits,
    /// A permit per connection: so there are not too many, and it can be waited for that there are none.
    connections: Arc<Semaphore>,
    runtime: R,
}

/// How long and how often an acquisition is attempted.
#[derive(Clone)]
struct Limits {
    attempt: Duration,
    attempts: u32,
    /// After the first attempt; twice as long after each further one.
    pause: Duration,
}

impl<R: Runtime> Database<R> {
    const CONNECTIONS: usize = 4;

    fn new(file: PathBuf) -> Self {
        let limits = Limits { attempt: seconds(3.0), attempts: 3, pause: seconds(2.0) };
        Self { file, limits, connections: Arc::new(Semaphore::new(Self::CONNECTIONS)), runtime: R::default() }
    }

    /// Runs `body` with a connection in a transaction, which is committed if `body` succeeds, and else rolled back.
    async fn transaction<T, F>(&self, body: impl FnOnce(Sqlite<R>) -> F) -> Result<T, GroupError<Problem>>
    where
        F: Future<Output = rusqlite::Result<T>>,
    {
        exit_stack(self.runtime, async |stack| {
            let connection = retry::<R, _, _, _>(&self.limits, || self.connect(&stack)).await?;
            self.begin(&stack, &connection).await?;
            // No limit from here on.
            Ok(body(connection).await?)
        })
        .await
    }

    /// A connection, for as long as `stack` lasts.
    async fn connect(&self, stack: &ExitStack<R, Problem>) -> Result<Sqlite<R>, Problem> {
        let permit = Arc::clone(&self.connections).acquire_owned().await.expect("it is never closed");
        let connection = Sqlite::open(self.runtime, self.file.clone()).await?;
        let closed = connection.clone();
        stack.push(async move {
            closed.close().await?;
            println!("closed");
            drop(permit);
            Ok(())
        });
        println!("connected");
        Ok(connection)
    }

    /// A transaction, for as long as `stack` lasts.
    async fn begin(&self, stack: &ExitStack<R, Problem>, connection: &Sqlite<R>) -> Result<(), Problem> {
        // Pushed before it begins: an attempt that is given up may have begun it all the same.
        let ended = connection.clone();
        stack.push_exit(async move |exit| {
            let done = ended.run(move |connection| end_transaction(connection, exit)).await?;
            println!("{done}");
            Ok(())
        });
        connection.run(|connection| connection.busy_timeout(Duration::ZERO)).await?;
        retry::<R, _, _, _>(&self.limits, || connection.run(begin_transaction)).await
    }

    /// Waits until there is no connection left.
    async fn all_closed(&self) {
        let all = self.connections.acquire_many(Self::CONNECTIONS).await;
        drop(all.expect("there are so many, and it is never closed"));
    }
}

fn begin_transaction(connection: &mut rusqlite::Connection) -> rusqlite::Result<()> {
    if connection.is_autocommit() { connection.execute_batch("BEGIN IMMEDIATE") } else { Ok(()) }
}

fn end_transaction(connection: &mut rusqlite::Connection, exit: Exit) -> rusqlite::Result<&'static str> {
    if connection.is_autocommit() {
        return Ok("not begun");
    }
    let ended = match exit {
        Exit::Completed => connection.execute_batch("COMMIT").map(|()| "committed"),
        Exit::Failed | Exit::Panicked | Exit::Cancelled => Ok("rolled back"),
    };
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    ended
}

/// What `attempt` comes to in the end.
async fn retry<R: Runtime, T, E, F>(limits: &Limits, mut attempt: impl FnMut() -> F) -> Result<T, Problem>
where
    Problem: From<E>,
    F: Future<Output = Result<T, E>>,
{
    let mut pause = limits.pause;
    for number in 1.. {
        let problem = match timeout(R::default(), limits.attempt, attempt()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => Problem::from(error),
            Err(elapsed) => Problem::TimedOut(elapsed),
        };
        if number == limits.attempts || !problem.may_pass() {
            return Err(problem);
        }
        println!("attempt {number}: {problem}");
        R::default().sleep(pause).await;
        pause *= 2;
    }
    unreachable!("the last attempt returns")
}

/// Why there is no connection, or no result.
#[derive(Debug)]
enum Problem {
    TimedOut(Elapsed),
    Database(rusqlite::Error),
}

impl Problem {
    /// Whether it is worth while to try again.
    fn may_pass(&self) -> bool {
        match self {
            Problem::TimedOut(_) => true,
            Problem::Database(error) => {
                matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
            }
        }
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Problem::Database(error)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::TimedOut(elapsed) => elapsed.fmt(f),
            Problem::Database(error) if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) => {
                f.write_str("the database cannot be opened")
            }
            Problem::Database(error) => error.fmt(f),
        }
    }
}

fn count_users(connection: &mut rusqlite::Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT count(*) FROM users", [], |row| row.get(0))
}

/// Somebody who has the database for himself for a time.
async fn lock_for<R: Runtime>(
    runtime: R,
    file: PathBuf,
    locked: Arc<Event>,
    time: Duration,
) -> rusqlite::Result<()> {
    let connection = Sqlite::open(runtime, file).await?;
    connection.execute("BEGIN EXCLUSIVE").await?;
    locked.set();
    runtime.sleep(time).await;
    connection.close().await
}

fn tell<T: fmt::Debug>(ended: Result<T, GroupError<Problem>>) {
    match ended {
        Ok(value) => println!("Result: {value:?}"),
        Err(error) => println!("Failed: {error}"),
    }
}
