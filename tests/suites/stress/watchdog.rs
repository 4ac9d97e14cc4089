//! Aborts a storm that hangs.

use core::sync::atomic::Ordering::SeqCst;
use core::time::Duration;
use std::sync::{Arc, Weak, mpsc};
use std::thread::{self, JoinHandle};

use crate::world::World;

/// The longest time without a step of any task: enough for a debug build under a sanitizer on a busy machine. Only a
/// storm that hangs waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Watches a storm from another thread. When no task makes progress, it prints the command that repeats the storm and
/// the state of the world, and aborts the process, since a hanging thread cannot be stopped.
#[derive(Debug)]
pub(crate) struct Watchdog {
    over: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    pub(crate) fn new(world: &Arc<World>, command: String) -> Self {
        let world = Arc::downgrade(world);
        let (over, is_over) = mpsc::channel();
        let thread = thread::spawn(move || watch(&world, &is_over, &command));
        Self { over: Some(over), thread: Some(thread) }
    }
}

fn watch(world: &Weak<World>, is_over: &mpsc::Receiver<()>, command: &str) {
    let mut before = None;
    while is_over.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
        let Some(world) = world.upgrade() else { return };
        let now = Some(world.steps.load(SeqCst));
        if core::mem::replace(&mut before, now) == now {
            // The command first: formatting a primitive hangs if its internal lock is never released.
            eprintln!("\nThis storm hangs. To repeat it:\n\n    {command}\n");
            eprintln!("{world:#?}");
            std::process::abort();
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.over = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
