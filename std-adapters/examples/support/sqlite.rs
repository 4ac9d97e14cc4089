//! A SQLite connection for tasks: what blocks runs on the runtime's threads for that, and stops when it is given up.

use core::ffi::c_int;
use core::sync::atomic::{AtomicBool, Ordering};
use std::path::PathBuf;
use std::sync::Arc;

use anywake::{Lock, Runtime, Task};
use rusqlite::{Connection, Result};

/// So many instructions SQLite executes, far below a millisecond's worth, before it asks again whether to go on. A
/// rollback has fewer: it comes to its end in a job that has been given up, too.
const INSTRUCTIONS: c_int = 1000;

/// A connection that tasks can use; clones are the same one.
#[derive(Clone)]
pub(crate) struct Sqlite<R> {
    /// `None` when it is closed.
    connection: Arc<Lock<Option<Connection>>>,
    runtime: R,
}

impl<R: Runtime> Sqlite<R> {
    /// Opens the database in `file`. If the future is dropped, what was opened is closed again.
    pub(crate) async fn open(runtime: R, file: PathBuf) -> Result<Self> {
        let opening = runtime.spawn_blocking(|| Connection::open(file));
        let connection = opening.await.expect("opening does not panic")?;
        Ok(Self { connection: Arc::new(Lock::new(Some(connection))), runtime })
    }

    /// Calls `work` with the connection, when what came before has ended. If the future is dropped, the statement that
    /// is running, or that comes next in `work`, is interrupted unless it is over in a moment, and the connection is
    /// ready for the next job.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        // Waited for here, by a task, and not by a thread that others need.
        let mut connection = Arc::clone(&self.connection).lock_owned().await;
        let given_up = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&given_up);
        let job = self.runtime.spawn_blocking(move || {
            let connection = connection.as_mut().expect("it is not closed yet");
            // In place of that of the job before. An `InterruptHandle` stops whatever runs at that moment: another job,
            // or nothing, if the statement is about to begin.
            // Ordering: Relaxed, since it is asked again and again, and the store in `StopOnDrop` publishes no more.
            connection.progress_handler(INSTRUCTIONS, Some(move || stop.load(Ordering::Relaxed)))?;
            work(connection)
        });
        let mut job = StopOnDrop { job, given_up };
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
struct StopOnDrop<T> {
    job: Task<T>,
    given_up: Arc<AtomicBool>,
}

impl<T> Drop for StopOnDrop<T> {
    fn drop(&mut self) {
        // The one if it is still queued for a thread, the other if it has begun; neither matters if it has ended.
        self.job.cancel();
        // Ordering: Relaxed, for the load in `run`, which reads nothing else that is written here.
        self.given_up.store(true, Ordering::Relaxed);
    }
}
