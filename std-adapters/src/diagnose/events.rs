//! What happens to waits, for `tracing`.

use super::{Step, Waiter, set_hook, set_observer, start_clock, task};

/// Tells `tracing` each [`Step`] of each wait that is queued, as an event of the target `anywake::wait`, and each report as a
/// warning of the target `anywake::diagnose`. Sets the clock to the system's. Call it first thing.
///
/// An event has the fields `step`, `primitive`, `name`, `address`, `place`, `task`, `waited_ms`, and `granted_ms` after the
/// decision. A wait that is granted at once is never queued, and so is no event. The event of a grant comes from the thread
/// that hands over, before it wakes. A subscriber must not panic, and should not wait for a primitive itself.
///
/// # Examples
/// ```
/// use anywake::{Lock, diagnose};
///
/// diagnose::start_tracing();
/// let lock = Lock::new(()).named("table");
/// let held = lock.try_lock();
/// let mut wait = core::pin::pin!(lock.lock());
/// assert!(!wait.as_mut().enable()); // DEBUG anywake::wait: step="begun" primitive="lock" name="table" ...
/// # drop(held);
/// ```
pub fn start_tracing() {
    start_clock();
    set_hook(|report| tracing::warn!(target: "anywake::diagnose", "{report}"));
    set_observer(tell);
}

fn tell(step: Step, wait: &Waiter) {
    let granted = wait.since_decided().map(|since| since.as_millis() as u64);
    tracing::debug!(
        target: "anywake::wait",
        step = name(step),
        primitive = wait.primitive(),
        name = wait.name(),
        address = format_args!("{:#x}", wait.address()),
        place = %wait.place(),
        task = task(wait.task()),
        waited_ms = wait.age().as_millis() as u64,
        granted_ms = granted,
    );
}

const fn name(step: Step) -> &'static str {
    match step {
        Step::Begun => "begun",
        Step::Granted => "granted",
        Step::Refused => "refused",
        Step::Settled => "settled",
        Step::Withdrawn => "withdrawn",
        Step::PassedOn => "passed on",
    }
}
