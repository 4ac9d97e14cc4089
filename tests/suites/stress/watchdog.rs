//! What happens when a storm does not come to an end.

use core::sync::atomic::Ordering::SeqCst;
use core::time::Duration;
use std::sync::{Arc, Weak, mpsc};
use std::thread::{self, JoinHandle};

use crate::world::World;

/// How long nobody may get a step further. Long even for a debug build under a sanitizer on a machine that has other
/// work; only a storm that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Watches a storm from a thread of its own. When nobody gets further, it prints how to repeat the storm and the state
/// of everything, and aborts: threads that hang cannot be made to go away.
#[derive(Debug)]
pub(crate) struct Watchdog {
    over: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    pub(crate) fn new(world: &Arc<World>, command: String) -> Self {
        let world = Arc::downgrade(world);
        let (over, told) = mpsc::channel();
        let thread = thread::spawn(move || watch(&world, &told, &command));
        Self { over: Some(over), thread: Some(thread) }
    }
}

fn watch(world: &Weak<World>, told: &mpsc::Receiver<()>, command: &str) {
    let mut before = None;
    while told.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
        let Some(world) = world.upgrade() else { return };
        let now = Some(world.steps.load(SeqCst));
        if core::mem::replace(&mut before, now) == now {
            // First, since looking at a primitive whose internal lock is stuck is stuck too.
            eprintln!("\nThis storm does not come to an end. Once more:\n\n    {command}\n");
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
