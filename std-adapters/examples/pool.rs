//! Asynchronous context managers, version 3: a pool of connections to a real SQLite database.
//!
//! ```text
//! cargo run -p anywake-examples --bin pool [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | a class around `asyncio.Queue` and `asyncio.Semaphore` | `Pool`, which is made of `Queue` and `Semaphore` |
//! | how to connect, check and close | an implementation of `Manager` |
//! | `async with pool.acquire() as connection:` | `pool.get().await`: it goes back when it is dropped |
//! | `create_task`, `gather` | `spawn`, `gather` |
//! | a mocked `connect` | another `Manager`, and `test_util::Simulation` for the time |
//!
//! Good practice, and where it is shown:
//!
//! * Many tasks are no problem, many connections are: the pool bounds them, `bounded`. Whoever comes first is served
//!   first, so nobody starves.
//! * A connection is looked at before it is given out: `check`. It may have been left in any state.
//! * Nobody waits for ever, and whoever gives up takes nothing along: `full`.
//! * What blocks runs on a thread that may block, so all other tasks go on: `blocking`.
//! * Clean-up that has to be awaited is awaited, `close`: a destructor cannot do it.

#[macro_use]
mod support;
#[path = "support/sqlite.rs"]
mod sqlite;

use core::error::Error;
use core::pin::pin;
use std::path::PathBuf;

use anywake::pool::{Manager, PoolConfig};
use anywake::{Pool, Runtime, gather, timeout};
use futures_util::future::{Either, select};
use sqlite::Sqlite;
use support::seconds;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    let folder = tempfile::tempdir().expect("a folder for the database");
    let users = Users { file: folder.path().join("users.sqlite"), runtime: R::default() };
    let config = PoolConfig { size: 3, checkout_timeout: Some(seconds(50.0)), ..PoolConfig::default() };
    let pool = Pool::new(R::default(), users.clone(), config).expect("the size is not zero");
    let connection = pool.get().await.expect("a new database");
    connection.execute("CREATE TABLE users (name TEXT NOT NULL UNIQUE)").await.expect("it is empty");
    connection.execute("INSERT INTO users VALUES ('Alice'), ('Bob')").await.expect("they are new");
    drop(connection);

    println!("# Version 3: a fixed number of connections for many tasks");
    bounded(&pool).await;
    println!("# Version 3: what is found to be broken is replaced");
    broken(&pool).await;
    println!("# Version 3: all are in use");
    full(&pool).await;
    println!("# Version 3: a query that blocks, and tasks that go on");
    blocking(&pool).await;
    println!("# Version 3: the end");
    close(&pool).await;
    println!("# Version 3: connections that are recycled");
    let config = PoolConfig { size: 1, max_age: Some(seconds(5.0)), ..PoolConfig::default() };
    recycled(Pool::new(R::default(), users, config).expect("the size is not zero")).await;
}

type Database<R> = Pool<Users<R>, R>;

/// How to connect to the database.
#[derive(Clone)]
struct Users<R> {
    file: PathBuf,
    runtime: R,
}

impl<R: Runtime> Manager for Users<R> {
    type Connection = Sqlite<R>;
    type Error = rusqlite::Error;

    async fn connect(&self) -> rusqlite::Result<Sqlite<R>> {
        Sqlite::open(self.runtime, self.file.clone()).await
    }

    async fn check(&self, connection: &mut Sqlite<R>) -> rusqlite::Result<()> {
        // Fails if it was left in a transaction.
        connection.execute("BEGIN; SELECT 1; ROLLBACK").await
    }

    async fn close(&self, connection: Sqlite<R>) {
        if let Err(error) = connection.close().await {
            eprintln!("a connection was not closed properly: {error}");
        }
    }
}

async fn count_users<R: Runtime>(pool: Database<R>) -> Result<i64, Box<dyn Error + Send + Sync>> {
    let connection = pool.get().await?;
    let count =
        connection.run(|connection| connection.query_one("SELECT count(*) FROM users", [], |row| row.get(0)));
    Ok(count.await?)
}

async fn bounded<R: Runtime>(pool: &Database<R>) {
    pool.warm(3).await.expect("the database is there");
    let reused = pool.stats().reused;
    let counts = gather((0..200).map(|_| R::default().spawn(count_users(pool.clone())))).await;
    let counts = counts.expect("each has its turn");
    println!("{} queries, each counts 2 users: {}", counts.len(), counts.iter().all(|count| *count == 2));
    let stats = pool.stats();
    println!("{} connections, reused {} times", stats.connected, stats.reused - reused);
}

async fn broken<R: Runtime>(pool: &Database<R>) {
    let connection = pool.get().await.expect("there is one");
    connection.execute("BEGIN").await.expect("a transaction");
    // Its user forgets to end the transaction: the check finds it.
    drop(connection);
    // This one sees for himself that something is wrong.
    pool.get().await.expect("there is one").discard();
    gather((0..3).map(|_| R::default().spawn(count_users(pool.clone())))).await.expect("there are some");
    println!("{} were broken", pool.stats().broken);
}

async fn full<R: Runtime>(pool: &Database<R>) {
    let mut held = Vec::new();
    for _ in 0..pool.stats().size {
        held.push(pool.get().await.expect("there are so many"));
    }
    match timeout(R::default(), seconds(1.0), pool.get()).await {
        Ok(_) => println!("there was one more"),
        Err(elapsed) => println!("nobody gives one back: {elapsed}"),
    }
    let given_up = R::default().spawn(count_users(pool.clone()));
    let patient = R::default().spawn(count_users(pool.clone()));
    while pool.stats().waiting < 2 {
        R::default().yield_now().await;
    }
    given_up.cancel();
    drop(held.pop());
    println!("one is back, for the next who waits: {:?}", patient.await.expect("it does not panic").ok());
    println!("in use: {}", pool.stats().in_use);
}

async fn blocking<R: Runtime>(pool: &Database<R>) {
    let connection = pool.get().await.expect("there is one");
    let endless = connection
        .execute("WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n");
    let beats = async {
        for beat in 1..=3 {
            R::default().sleep(seconds(0.5)).await;
            println!("beat {beat}");
        }
    };
    match select(pin!(endless), pin!(beats)).await {
        Either::Left(_) => println!("the query has ended"),
        Either::Right(_) => println!("the query is given up"),
    }
    drop(connection);
    println!("users: {:?}", count_users(pool.clone()).await.ok());
}

async fn close<R: Runtime>(pool: &Database<R>) {
    let connection = pool.get().await.expect("there is one");
    let closing = R::default().spawn({
        let pool = pool.clone();
        async move { pool.close().await }
    });
    while !pool.is_closed() {
        R::default().yield_now().await;
    }
    println!("nobody gets one any more: {}", pool.get().await.map(drop).expect_err("it is closed"));
    println!("waits for the last one: {}", !closing.is_finished());
    drop(connection);
    closing.await.expect("it does not panic");
    let stats = pool.stats();
    println!("all that were made are closed: {}", stats.connected == stats.closed);
}

async fn recycled<R: Runtime>(pool: Database<R>) {
    for pause in [0.0, 0.0, 5.0, 0.0] {
        R::default().sleep(seconds(pause)).await;
        let connection = pool.get().await.expect("there is one");
        println!("after {pause} s: {}", if connection.is_reused() { "used again" } else { "a new one" });
    }
    pool.close().await;
    println!("{:?} recycled", pool.stats().recycled);
}
