//! Asynchronous context managers, version 4: errors told apart, and a log of the connections' lives by `tracing`.
//!
//! ```text
//! cargo run -p anywake-examples --bin pool_logging [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `logging`, called by the pool | `tracing`: the pool's events have the target `anywake::pool` |
//! | `asyncpg.UniqueViolationError` and the others | `DatabaseError`, made of SQLite's codes |
//! | `create_task` | `spawn` |
//! | `gather(.., return_exceptions=True)` | `gather_settled`: the outcome of each, a panic too |
//!
//! Good practice, and where it is shown:
//!
//! * Errors are told apart where they come in, so that whoever decides what to do matches on meaning: `From`, `run`.
//! * An error of a statement says nothing about its connection, which is used again. An error of the connection does: it
//!   is discarded, and replaced when somebody needs one: `run`.
//! * The pool logs what happens to connections, the program what happens to its own work; nobody logs it twice.
//! * A task that panics or fails is looked at by somebody: `gather_settled`.

#[macro_use]
mod support;
#[path = "support/sqlite.rs"]
mod sqlite;

use core::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anywake::pool::{Manager, PoolConfig};
use anywake::{Event, Failure, Pool, PoolError, Runtime, gather_settled};
use rusqlite::{Connection, ErrorCode};
use sqlite::Sqlite;
use support::seconds;
use tracing::{error, info};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    log_to_stdout();
    let folder = tempfile::tempdir().expect("a folder for the database");
    let (file, failed) = (folder.path().join("late").join("users.sqlite"), Arc::new(Event::new()));
    let users = Users { file: file.clone(), failed: Arc::clone(&failed), runtime: R::default() };
    let config = PoolConfig {
        size: 2,
        retries: 3,
        backoff: seconds(5.0),
        connect_timeout: Some(seconds(50.0)),
        checkout_timeout: Some(seconds(100.0)),
        ..PoolConfig::default()
    };
    let database = Database { pool: Pool::new(R::default(), users, config).expect("the size is not zero") };

    println!("# Version 4: a database that comes up late");
    let operator = R::default().spawn(async move {
        failed.wait().await;
        fs::create_dir(file.parent().expect("it is in a folder"))
    });
    let created =
        "CREATE TABLE users (name TEXT NOT NULL UNIQUE); INSERT INTO users VALUES ('Alice'), ('Bob')";
    database.execute("create", created).await.expect("the operator creates its folder");
    operator.await.expect("it does not panic").expect("a new folder");

    println!("# Version 4: as many connections as will be needed");
    database.pool.warm(2).await.expect("the database is there");

    println!("# Version 4: operations at the same time (any order)");
    let statements = [
        ("Carol", "INSERT INTO users VALUES ('Carol')"),
        ("Alice again", "INSERT INTO users VALUES ('Alice')"),
        ("a typing error", "INSERT INTO user VALUES ('Dave')"),
    ];
    let operations = statements.map(|(name, statement)| {
        let database = database.clone();
        R::default().spawn(async move { database.execute(name, statement).await })
    });
    let outcomes = gather_settled(operations).await;

    println!("# Version 4: their results, in the order of the calls");
    for ((name, _), outcome) in statements.iter().zip(outcomes) {
        match outcome {
            Ok(()) => println!("{name}: done"),
            Err(Failure::Error(error)) => println!("{name}: {error:?}"),
            Err(other) => println!("{name}: {other}"),
        }
    }

    println!("# Version 4: a database that is locked");
    let other = database.pool.get().await.expect("there are two");
    other.execute("BEGIN IMMEDIATE").await.expect("nobody else writes");
    println!("{:?}", database.execute("Erin", "INSERT INTO users VALUES ('Erin')").await);

    // The pool closes the broken connection by itself, and that may take until its end.
    println!("# Version 4: a connection that is left in a transaction, and the end (any order)");
    drop(other);
    for _ in 0..2 {
        println!("{:?}", database.run("count", count_users).await);
    }

    database.pool.close().await;
    println!("{:?}", database.run("count", count_users).await);
    let stats = database.pool.stats();
    info!(stats.checkouts, stats.reused, stats.connected, stats.closed, stats.broken, "statistics");
}

/// The program's own events and the pool's, as lines without times and colours.
fn log_to_stdout() {
    let targets = Targets::new().with_target("anywake", LevelFilter::TRACE).with_default(LevelFilter::INFO);
    let lines = tracing_subscriber::fmt::layer().without_time().with_target(false).with_ansi(false);
    // Fails if it is there already, from the runtime before.
    _ = tracing_subscriber::registry().with(lines).with(targets).try_init();
}

#[derive(Clone)]
struct Database<R: Runtime> {
    pool: Pool<Users<R>, R>,
}

impl<R: Runtime> Database<R> {
    async fn execute(&self, name: &str, statements: &'static str) -> Result<(), DatabaseError> {
        self.run(name, |connection| connection.execute_batch(statements)).await
    }

    /// Runs `work` with a connection of the pool, and logs how it has ended.
    async fn run<T, F>(&self, name: &str, work: F) -> Result<T, DatabaseError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let connection = self.pool.get().await?;
        let result = connection.run(work).await.map_err(DatabaseError::from);
        match &result {
            Ok(_) => info!("{name}: done"),
            Err(error) => error!("{name}: {error}"),
        }
        if matches!(result, Err(DatabaseError::Unavailable | DatabaseError::Other(_))) {
            connection.discard();
        }
        result
    }
}

/// How to connect to the database.
struct Users<R> {
    file: PathBuf,
    /// That somebody has tried to, in vain.
    failed: Arc<Event>,
    runtime: R,
}

impl<R: Runtime> Manager for Users<R> {
    type Connection = Sqlite<R>;
    type Error = DatabaseError;

    async fn connect(&self) -> Result<Sqlite<R>, DatabaseError> {
        let connection =
            Sqlite::open(self.runtime, self.file.clone()).await.inspect_err(|_| self.failed.set())?;
        // So long it waits for a lock itself, on its thread; after that it is an error.
        connection.run(|connection| connection.busy_timeout(seconds(10.0))).await?;
        Ok(connection)
    }

    async fn check(&self, connection: &mut Sqlite<R>) -> Result<(), DatabaseError> {
        match connection.run(|connection| Ok(connection.is_autocommit())).await? {
            true => Ok(connection.execute("SELECT 1").await?),
            false => Err(DatabaseError::InTransaction),
        }
    }

    async fn close(&self, connection: Sqlite<R>) {
        if let Err(error) = connection.close().await {
            error!(%error, "not closed properly");
        }
    }
}

/// What can go wrong, by what can be done about it.
#[derive(Debug)]
enum DatabaseError {
    /// There is no database, or no access to it: the operator has to do something.
    Unavailable,
    /// The pool is closed, or all of its connections have been in use for too long: there is too much to do.
    NoConnection,
    /// Somebody else is writing: try again later.
    Locked,
    /// The data are not as they have to be: it is for the caller.
    Constraint,
    /// The statement is wrong: a mistake of the program.
    Statement,
    /// Somebody has left a connection in the middle of a transaction: a mistake of the program too.
    InTransaction,
    Other(rusqlite::Error),
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::NotADatabase) => {
                Self::Unavailable
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::ConstraintViolation) => Self::Constraint,
            // SQLite's own word for this one is "generic error".
            Some(ErrorCode::Unknown) => Self::Statement,
            _ => Self::Other(error),
        }
    }
}

impl From<PoolError<DatabaseError>> for DatabaseError {
    fn from(error: PoolError<DatabaseError>) -> Self {
        match error {
            PoolError::ConnectTimedOut => Self::Unavailable,
            PoolError::Connection(error) => error,
            // Closed, out of time, or a reason that the pool comes to know.
            _ => Self::NoConnection,
        }
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "the database cannot be opened",
            Self::NoConnection => "there is no connection to be had",
            Self::Locked => "the database is locked",
            Self::Constraint => "the data break a rule",
            Self::Statement => "the statement is wrong",
            Self::InTransaction => "it was left in a transaction",
            Self::Other(error) => return error.fmt(f),
        })
    }
}

fn count_users(connection: &mut Connection) -> rusqlite::Result<i64> {
    connection.query_one("SELECT count(*) FROM users", [], |row| row.get(0))
}
