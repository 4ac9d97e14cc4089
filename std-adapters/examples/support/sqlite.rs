//! A SQLite connection for tasks: what blocks runs on the runtime's threads for that, and stops when it is given up.

use std::path::PathBuf;
use std::sync::Arc;

use anywake::{Lock, Runtime, Task};
use rusqlite::{Connection, InterruptHandle, Result};

/// A connection that tasks can use; clones are the same one.
#[derive(Clone)]
pub(crate) struct Sqlite<R> {
    /// `None` when it is closed.
    connection: Arc<Lock<Option<Connection>>>,
    interrupt: Arc<InterruptHandle>,
    runtime: R,
}

impl<R: Runtime> Sqlite<R> {
    /// Opens the database in `file`. If the future is dropped, what was opened is closed again.
    pub(crate) async fn open(runtime: R, file: PathBuf) -> Result<Self> {
        let opening = runtime.spawn_blocking(|| Connection::open(file));
        let connection = opening.await.expect("opening does not panic")?;
        let interrupt = Arc::new(connection.get_interrupt_handle());
        Ok(Self { connection: Arc::new(Lock::new(Some(connection))), interrupt, runtime })
    }

    /// Calls `work` with the connection, when what came before has ended. If the future is dropped, the statement that
    /// is running is interrupted, and the connection is ready for the next.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        // Waited for here, by a task, and not by a thread that others need.
        let mut connection = Arc::clone(&self.connection).lock_owned().await;
        let job =
            self.runtime.spawn_blocking(move || work(connection.as_mut().expect("it is not closed yet")));
        let mut job = StopOnDrop { job, interrupt: &self.interrupt };
        (&mut job.job).await.expect("statements do not panic")
    }

    /// Executes statements that have no result.
    pub(crate) async fn execute(&self, statements: &'static str) -> Result<()> {
        self.run(|connection| connection.execute_batch(statements)).await
    }

    /// Closes it. A drop would do that too, but on whatever thread it happens, and without a word about errors.
    pub(crate) async fn close(self) -> Result<()> {
        let mut connection = Arc::clone(&self.connection).lock_owned().await;
        let closing = self.runtime.spawn_blocking(move || match connection.take() {
            Some(connection) => connection.close().map_err(|(_, error)| error),
            None => Ok(()),
        });
        closing.await.expect("closing does not panic")
    }
}

/// A timeout ends the waiting; a function on a thread has to be told.
struct StopOnDrop<'a, T> {
    job: Task<T>,
    interrupt: &'a InterruptHandle,
}

impl<T> Drop for StopOnDrop<'_, T> {
    fn drop(&mut self) {
        if !self.job.is_finished() {
            // The one if it is still queued for a thread, the other if it has begun.
            self.job.cancel();
            self.interrupt.interrupt();
        }
    }
}
