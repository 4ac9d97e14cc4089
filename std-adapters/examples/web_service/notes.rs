//! What the handlers share: it knows neither axum nor tokio.

#[path = "../support/sqlite.rs"]
mod sqlite;

use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::path::PathBuf;
use std::sync::Arc;

use anywake::pool::{Manager, PoolConfig, PoolStats};
use anywake::{Cache, Event, Permit, Pool, PoolError, Runtime, Semaphore, Wait};
use rusqlite::OptionalExtension as _;
use sqlite::Sqlite;

/// What can be chosen.
pub(crate) struct Config {
    /// The database; it is made if there is none.
    pub(crate) file: PathBuf,
    /// How many connections to it there are at most.
    pub(crate) connections: usize,
    /// How many requests are worked on at the same time.
    pub(crate) at_once: usize,
    /// How long a request waits for its turn.
    pub(crate) patience: Duration,
}

impl Config {
    pub(crate) fn new(file: PathBuf) -> Self {
        Self { file, connections: 4, at_once: 32, patience: Duration::from_secs(1) }
    }
}

/// Notes, which never change once they have been written: so the cache is never wrong.
pub(crate) struct Notes<R: Runtime> {
    pool: Pool<Database<R>, R>,
    cache: Cache<i64, Arc<str>, R>,
    turns: Semaphore,
    patience: Duration,
    stop: Event,
    counters: Counters,
}

#[derive(Default)]
struct Counters {
    loads: AtomicUsize,
    visits: AtomicUsize,
    most_visits: AtomicUsize,
}

impl<R: Runtime> Notes<R> {
    pub(crate) async fn open(config: Config) -> Result<Self, Error> {
        let database = Database { file: config.file, runtime: R::default() };
        let size = PoolConfig {
            size: config.connections,
            connect_timeout: Some(Duration::from_secs(5)),
            retries: 2,
            ..PoolConfig::default()
        };
        let notes = Self {
            pool: Pool::new(R::default(), database, size).expect("there is at least one connection"),
            cache: Cache::new(R::default()),
            turns: Semaphore::new(config.at_once),
            patience: config.patience,
            stop: Event::new(),
            counters: Counters::default(),
        };
        let connection = notes.pool.get().await?;
        connection
            .execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
            .await?;
        drop(connection);
        Ok(notes)
    }

    /// Waits for the caller's turn, but not for ever. It lasts as long as what this returns.
    pub(crate) async fn visit(&self) -> Result<Visit<'_>, Error> {
        let turn = self.turns.acquire().within(R::default(), self.patience).await.map_err(|_| Error::Busy)?;
        let turn = turn.map_err(|_| Error::Closed)?;
        let visits = self.counters.visits.fetch_add(1, Ordering::Relaxed) + 1;
        self.counters.most_visits.fetch_max(visits, Ordering::Relaxed);
        Ok(Visit { counters: &self.counters, _turn: turn })
    }

    pub(crate) async fn add(&self, text: String) -> Result<i64, Error> {
        let connection = self.pool.get().await?;
        let id = connection.run(move |connection| {
            connection.execute("INSERT INTO notes (text) VALUES (?1)", [text])?;
            Ok(connection.last_insert_rowid())
        });
        Ok(id.await?)
    }

    pub(crate) async fn read(&self, id: i64) -> Result<Arc<str>, Error> {
        self.cache.get_or_load(id, || self.load(id)).await
    }

    async fn load(&self, id: i64) -> Result<Arc<str>, Error> {
        self.counters.loads.fetch_add(1, Ordering::Relaxed);
        let connection = self.pool.get().await?;
        let text = connection.run(move |connection| {
            let query = "SELECT text FROM notes WHERE id = ?1";
            connection.query_one(query, [id], |row| row.get(0)).optional()
        });
        text.await?.ok_or(Error::Missing)
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats {
            visits: self.counters.visits.load(Ordering::Relaxed),
            most_visits: self.counters.most_visits.load(Ordering::Relaxed),
            waiting: self.turns.waiters(),
            loads: self.counters.loads.load(Ordering::Relaxed),
            pool: self.pool.stats(),
        }
    }

    /// Asks for the end.
    pub(crate) fn stop(&self) {
        self.stop.set();
    }

    /// Waits until somebody asks for the end.
    pub(crate) async fn stopped(&self) {
        self.stop.wait().await;
    }

    /// Closes the connections, when nobody uses them any more.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Somebody's turn.
pub(crate) struct Visit<'a> {
    counters: &'a Counters,
    _turn: Permit<'a>,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.counters.visits.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How things are.
pub(crate) struct Stats {
    /// How many requests are being worked on.
    pub(crate) visits: usize,
    /// How many there have been at the same time at most.
    pub(crate) most_visits: usize,
    /// How many wait for their turn.
    pub(crate) waiting: usize,
    /// How often a note was looked for in the database.
    pub(crate) loads: usize,
    pub(crate) pool: PoolStats,
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stats { visits, most_visits, waiting, loads, pool } = self;
        writeln!(f, "requests: {visits} now, {most_visits} at most, {waiting} waiting")?;
        writeln!(f, "notes loaded: {loads}")?;
        let PoolStats { in_use, idle, connected, closed, reused, .. } = pool;
        writeln!(
            f,
            "connections: {in_use} in use, {idle} idle, {connected} made, {closed} closed, reused {reused} times"
        )
    }
}

struct Database<R> {
    file: PathBuf,
    runtime: R,
}

impl<R: Runtime> Manager for Database<R> {
    type Connection = Sqlite<R>;
    type Error = rusqlite::Error;

    async fn connect(&self) -> rusqlite::Result<Sqlite<R>> {
        Sqlite::open(self.runtime, self.file.clone()).await
    }

    async fn check(&self, connection: &mut Sqlite<R>) -> rusqlite::Result<()> {
        connection.execute("SELECT 1").await
    }

    async fn close(&self, connection: Sqlite<R>) {
        if let Err(error) = connection.close().await {
            eprintln!("a connection was not closed properly: {error}");
        }
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Error {
    Missing,
    Busy,
    Closed,
    Database(String),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Error::Database(error.to_string())
    }
}

impl From<PoolError<rusqlite::Error>> for Error {
    fn from(error: PoolError<rusqlite::Error>) -> Self {
        match error {
            PoolError::Closed => Error::Closed,
            PoolError::TimedOut | PoolError::ConnectTimedOut => Error::Busy,
            PoolError::Connection(error) => error.into(),
            // The pool may come to know more reasons.
            other => Error::Database(other.to_string()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Missing => "there is no such note",
            Error::Busy => "too many requests at the same time",
            Error::Closed => "the service is about to end",
            Error::Database(error) => error,
        })
    }
}

impl core::error::Error for Error {}
