//! Chapter 15, 15.4 "Using Context Managers for Resource Management", with a real SQLite database.
//!
//! ```text
//! cargo run -p anywake-examples --bin context_manager [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `async with` | `exit_stack(runtime, async \|stack\| { .. })` |
//! | `__aenter__` and `__aexit__` | a function that acquires, and pushes the release onto the stack: `Connection::enter` |
//! | `__aexit__(exc_type, ..)` | `stack.push_exit`, which is told why it runs: `Connection::transaction` |
//! | `asyncpg`, which awaits its database | `rusqlite`, which blocks: on the runtime's threads for that, one query at a time by a `Lock` |
//!
//! What is on the stack is done when the block returns, when it fails, when it panics and when it is cancelled.

#[macro_use]
mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, io, process};

use anywake::scope::Exit;
use anywake::{ExitStack, GroupError, Lock, Runtime, exit_stack};
use rusqlite::Result;

on_each_runtime!(program);

type Stack<R> = ExitStack<R, rusqlite::Error>;

async fn program<R: Runtime>() {
    let ended = exit_stack(R::default(), async |stack| {
        let file = temporary_database(&stack, R::default()).await;

        println!("# 15.4.1 Example of an Asynchronous Context Manager");
        fetch_users::<R>(&file).await.expect("there are users");

        println!("# 15.4.1 Two resources, released in reverse order");
        add_users::<R>(&file, ["Carol", "Dave"]).await.expect("their names are new");

        println!("# 15.4.1 The same when there is an error");
        if let Err(error) = add_users::<R>(&file, ["Erin", "Alice"]).await {
            println!("Error: {error}");
        }
        fetch_users::<R>(&file).await.expect("there are users");
        Ok(())
    });
    ended.await.expect("the file can be removed");
}

async fn fetch_users<R: Runtime>(file: &Path) -> Result<(), GroupError<rusqlite::Error>> {
    exit_stack(R::default(), async |stack| {
        let connection = Connection::enter(&stack, file.to_owned()).await?;
        let users = connection.run(|database| {
            let mut query = database.prepare("SELECT id, name FROM users ORDER BY id")?;
            let rows = query.query_map([], |row| Ok((row.get("id")?, row.get("name")?)))?;
            rows.collect::<Result<Vec<(i64, String)>>>()
        });
        for (id, name) in users.await? {
            println!("User {id}: {name}");
        }
        Ok(())
    })
    .await
}

/// Adds all of them, or none.
async fn add_users<R: Runtime>(
    file: &Path,
    names: [&'static str; 2],
) -> Result<(), GroupError<rusqlite::Error>> {
    exit_stack(R::default(), async |stack| {
        let connection = Connection::enter(&stack, file.to_owned()).await?;
        connection.transaction(&stack).await?;
        for name in names {
            let adding = move |database: &rusqlite::Connection| {
                database.execute("INSERT INTO users (name) VALUES (?1)", [name])
            };
            connection.run(adding).await?;
            println!("Added {name}.");
        }
        Ok(())
    })
    .await
}

/// A connection to a database, whose queries run on threads that may block.
#[derive(Clone)]
struct Connection<R> {
    /// `None` when it is closed.
    database: Arc<Lock<Option<rusqlite::Connection>>>,
    runtime: R,
}

impl<R: Runtime> Connection<R> {
    /// Opens the database in `file`, for as long as `stack` lasts.
    async fn enter(stack: &Stack<R>, file: PathBuf) -> Result<Self> {
        let runtime = R::default();
        let database = to_thread(runtime, || rusqlite::Connection::open(file)).await?;
        println!("Database connection established.");
        let connection = Self { database: Arc::new(Lock::new(Some(database))), runtime };
        stack.push(connection.clone().close());
        Ok(connection)
    }

    /// Runs `query` when those before it have ended.
    async fn run<T, F>(&self, query: F) -> Result<T>
    where
        F: FnOnce(&rusqlite::Connection) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let database = Arc::clone(&self.database).lock_owned().await;
        let query = move || query(database.as_ref().expect("the connection is used while its stack lasts"));
        to_thread(self.runtime, query).await
    }

    /// Begins a transaction. It is committed at the end of `stack`, if that has come to its end without an error.
    async fn transaction(&self, stack: &Stack<R>) -> Result<()> {
        self.run(|database| database.execute_batch("BEGIN")).await?;
        let connection = self.clone();
        stack.push_exit(async move |exit| {
            let (command, done) =
                if exit == Exit::Completed { ("COMMIT", "committed") } else { ("ROLLBACK", "rolled back") };
            connection.run(|database| database.execute_batch(command)).await?;
            println!("Transaction {done}.");
            Ok(())
        });
        Ok(())
    }

    async fn close(self) -> Result<()> {
        let database = self.database.lock().await.take().expect("closed once");
        to_thread(self.runtime, || database.close().map_err(|(_, error)| error)).await?;
        println!("Database connection closed.");
        Ok(())
    }
}

/// A database in a file that is removed at the end of `stack`.
async fn temporary_database<R: Runtime>(stack: &ExitStack<R, io::Error>, runtime: R) -> PathBuf {
    let file = env::temp_dir().join(format!("anywake-{}-{}.sqlite", runtime.name(), process::id()));
    let (created, removed) = (file.clone(), file.clone());
    stack.push(to_thread(runtime, || fs::remove_file(removed)));
    let creating = to_thread(runtime, || create(created));
    creating.await.expect("the folder for temporary files can be written");
    file
}

fn create(file: PathBuf) -> Result<()> {
    rusqlite::Connection::open(file)?.execute_batch(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
         INSERT INTO users (name) VALUES ('Alice'), ('Bob');",
    )
}

/// Calls what blocks on a thread where it may, as `asyncio.to_thread` does.
async fn to_thread<R: Runtime, T: Send + 'static>(
    runtime: R,
    function: impl FnOnce() -> T + Send + 'static,
) -> T {
    runtime.spawn_blocking(function).await.expect("no function of this example panics")
}
