//! Checks *your* code, built on the primitives, in every interleaving; only with `--cfg loom`.
//!
//! The primitives of this crate are checked by [loom] and [shuttle]. With `RUSTFLAGS="--cfg loom"` their atomics, cells and
//! internal locks are those of such a checker, and everything else is the code that ships. So a program of yours that is
//! built on them can be checked in the same way, against the very code that it will run on. This module has what such a
//! model needs.
//!
//! | checker | command | what it runs | what it is for |
//! |---|---|---|---|
//! | loom | `RUSTFLAGS="--cfg loom" cargo test --release` | every interleaving, and every value that a weak memory may show | a race of two to four threads |
//! | shuttle | `RUSTFLAGS="--cfg loom --cfg shuttle" cargo test --release` | 40 000 interleavings of each model, by chance | more threads, longer programs; no weak memory |
//! | `Simulation` of the crate `anywake` | `cargo test` | a whole program on one thread with a clock of its own, one order of tasks for each seed | timeouts, cancellation, hours of work |
//!
//! A lost wake-up or hand-over is a deadlock in all three, and is reported as such: nobody has to assert it.
//! [An example] has a connection pool with a planted mistake that each of the three finds within seconds.
//!
//! [loom]: https://docs.rs/loom
//! [shuttle]: https://docs.rs/shuttle
//! [An example]: https://github.com/anywake/anywake/tree/main/tests/machines/kit
//!
//! # Setting it up
//! The crate under test needs no further dependency. Cargo warns of a cfg that it does not know, so `Cargo.toml` has:
//!
//! ```toml
//! [lints.rust]
//! unexpected_cfgs = { level = "warn", check-cfg = ["cfg(loom)"] }
//! ```
//!
//! A checker sees only what goes through it. If your own code uses atomics, mutexes or cells beside the primitives of this
//! crate, take them from this module in a model:
//!
//! ```
//! #[cfg(loom)]
//! use anywake_core::model::sync::Mutex;
//! #[cfg(not(loom))]
//! use std::sync::Mutex;
//!
//! # struct Connection;
//! pub struct Pool {
//!     idle: Mutex<Vec<Connection>>,
//!     free: anywake_core::Semaphore,
//! }
//! ```
//!
//! `cfg(loom)` is the one cfg that your code asks for: with shuttle, too, since this module has the same names for both.
//!
//! | here | in place of |
//! |---|---|
//! | [`sync`]: `Mutex`, `RwLock`, `Condvar`, `Barrier`, `mpsc`, and [`sync::atomic`] | [`std::sync`] |
//! | [`thread`] and [`spawn`] | [`std::thread`] |
//! | [`cell`]: `UnsafeCell`, whose accesses are closures | [`std::cell`] |
//! | [`hint`]: `spin_loop` | [`std::hint`] |
//!
//! `Arc` may be that of the standard library: what it does is not what goes wrong. What only asserts something, such as a
//! counter, should not come from here. The checker does not see it then, so that it adds no interleavings and hides no race.
//!
//! # Writing a model
//! A model is a closure that is run again and again. It makes everything anew, starts threads by [`spawn`], and joins them.
//! A task is a thread that calls [`block_on`].
//!
//! ```
//! # #[cfg(not(loom))] fn main() {}
//! # #[cfg(loom)] fn main() {
//! use anywake_core::model::{block_on, model, spawn};
//! use anywake_core::{Lock, Notify};
//! use std::{pin::pin, sync::Arc};
//!
//! model(|| {
//!     let shop = Arc::new((Lock::new(0), Notify::new()));
//!     let seller = spawn({
//!         let shop = Arc::clone(&shop);
//!         move || block_on(async {
//!             *shop.0.lock().await += 1;
//!             shop.1.notify_waiters();
//!         })
//!     });
//!     let bought = block_on(async {
//!         let mut news = pin!(shop.1.notified());
//!         // Without this line, a notification between the look and the wait is lost, and the model fails.
//!         news.as_mut().enable();
//!         if *shop.0.lock().await == 0 {
//!             news.await;
//!         }
//!         *shop.0.lock().await
//!     });
//!     assert_eq!(bought, 1);
//!     seller.join().unwrap();
//! });
//! # }
//! ```
//!
//! * Keep it small: two or three threads, each with two or three operations. Only what may go wrong between them
//!   belongs into a model.
//! * A model without a second thread checks nothing.
//! * Cancellation is what goes wrong most often. Poll a future once, with a waker that does nothing, and drop it:
//!   `pin!(future).poll(&mut Context::from_waker(Waker::noop()))`. Other threads run in between.
//! * The time does not pass in a model, and there is no runtime. Leave timers out, and let a thread of the model do what a
//!   timer would do.
//! * Break the code once, and see the model fail.
//!
//! # Statics
//! Constructors are not `const` in a model, and nothing may be left over from one execution to the next.
//! [`static_!`](crate::static_) declares a `static` that is an ordinary one in every other build. In a model it is made when
//! an execution first uses it, and dropped at the end of that execution.
//!
//! # When a model fails
//! loom's first panic ends the process with the status 101. What it says is on the standard error output: the name of the
//! model, the number of the execution, and the panic, which may be `deadlock`. (The threads of a model that has failed cannot
//! be unwound. Their destructors would go on outside of loom.) To see what happened:
//!
//! | to | use |
//! |---|---|
//! | begin the next run with that execution | `LOOM_CHECKPOINT_FILE=model.json LOOM_CHECKPOINT_INTERVAL=1`, in both runs |
//! | see where the threads wait | `LOOM_LOCATION=1` beside that: the places of the calls of [`block_on`] |
//! | see each switch between threads | `LOOM_LOG=trace` beside that, and `-- --nocapture` |
//!
//! A checkpoint is of one model, so name that model on the command line, and delete the file when the code has changed.
//! Checkpoints are a feature of loom, which a crate switches on for its tests:
//!
//! ```toml
//! [target.'cfg(all(loom, not(shuttle)))'.dev-dependencies]
//! loom = { version = "0.7", features = ["checkpoint"] }
//! ```
//!
//! shuttle prints the schedule that has failed. `SHUTTLE_REPLAY=<schedule>` runs this schedule alone, of the one model that is
//! named on the command line. (It also warns that it knows no weak memory, unless `SHUTTLE_SILENCE_WARNINGS` is set.) A
//! `Simulation` prints its seed.
//!
//! # When a model takes too long
//! The number of executions grows exponentially, with the threads and with the operations of each. Each call into a primitive
//! is a few operations.
//!
//! * `LOOM_MAX_PREEMPTIONS=2` leaves out executions in which threads are interrupted more often than that. Most mistakes need
//!   one or two interruptions. So it is the setting for each change, and 3 that of a long run.
//! * `--release` is ten times as fast.
//! * `LOOM_MAX_DURATION=60` ends after that many seconds, and `LOOM_MAX_PERMUTATIONS` after that many executions. They are
//!   looked at after every `LOOM_CHECKPOINT_INTERVAL` executions, 20 000 by default. A model that ended so has not passed.
//! * `cargo test -- --nocapture` shows a line for each model: its threads, the bound, the executions, and the time. A model of
//!   one execution has no race in it. Under shuttle, `SHUTTLE_ROUNDS` is the number of schedules, by chance and by [PCT] each.
//!
//! [PCT]: https://www.microsoft.com/en-us/research/publication/a-randomized-scheduler-with-probabilistic-guarantees-of-finding-bugs/
//!
//! # Limits
//! * loom runs at most five threads in a model, that of the model included, and at most 1000 switches in an execution
//!   (`LOOM_MAX_BRANCHES`). A loop that spins without [`hint::spin_loop`] or `yield_now` exceeds that.
//! * The internal lock of a primitive is the checker's mutex, since a thread that spins has no bound. The spin lock has models
//!   of its own. `critical-section` and `portable-atomic` change nothing in a model, and the feature `diagnose` is not there.
//! * Batches are of two wakers, a block of a queue without a bound has two items, and so on. Models reach the ends of them.
//! * `--cfg loom` is for the whole build. Dependencies that know this cfg are modelled, too, or do not build: tokio does so
//!   with some of its features only. So put a runtime, and all that is not modelled, under
//!   `[target.'cfg(not(loom))'.dependencies]`: for the crate `anywake`, a second line there that adds the feature of the
//!   runtime. That crate builds in a model and has this module as `anywake::model`. Its timers and tasks are not modelled.
//! * Every dependency is built once more, so give models a target directory of their own.
//! * Outside of [`model`] a primitive cannot be made: in a test that is no model it panics. So put `#[cfg(not(loom))]` there,
//!   or name the models on the command line.
//! * shuttle is sequentially consistent: it finds no ordering that is too weak. PCT needs a model in which two threads are
//!   ready at some time.
//! * What stands here is for tests. It follows the versions of loom and shuttle, and no promise of this crate covers it.

#[doc(no_inline)]
pub use crate::sys::engine::{cell, hint, sync, thread};
use thread::JoinHandle;

#[cfg(all(loom, not(shuttle)))]
#[path = "model/loom.rs"]
mod checker;
#[cfg(all(loom, shuttle))]
#[path = "model/shuttle.rs"]
mod checker;

#[cfg(all(loom, not(shuttle), test))]
pub(crate) use checker::model_within;

#[cfg(loom)]
#[doc(hidden)]
pub mod lazy;

/// Runs a model: every execution of `check` with loom, many of them with shuttle.
///
/// `check` is called once for each execution. Primitives are made inside of it, and threads by [`spawn`].
///
/// # Panics
///
/// If an execution panics, or ends in a deadlock. With loom the process ends then, with the status 101. A panic that `check`
/// would catch ends it, too.
///
/// # Examples
///
/// ```
/// # #[cfg(not(loom))] fn main() {}
/// # #[cfg(loom)] fn main() {
/// use anywake_core::Semaphore;
/// use anywake_core::model::{block_on, model, spawn};
/// use std::sync::Arc;
///
/// model(|| {
///     let permits = Arc::new(Semaphore::new(1));
///     let threads = [(); 2].map(|()| {
///         let permits = Arc::clone(&permits);
///         spawn(move || drop(block_on(permits.acquire()).unwrap()))
///     });
///     for thread in threads {
///         thread.join().unwrap();
///     }
///     assert_eq!(permits.available_permits(), 1);
/// });
/// # }
/// ```
pub fn model<F: Fn() + Send + Sync + 'static>(check: F) {
    #[cfg(loom)]
    checker::model(check);
    #[cfg(not(loom))]
    check();
}

/// Runs a future on this thread of a model, and returns its output.
///
/// The thread sleeps while the future waits. If nobody can wake it any more, the model fails. With loom, a future is sometimes
/// polled without a wake, as it may be on every runtime.
///
/// # Examples
///
/// ```
/// # #[cfg(not(loom))] fn main() {}
/// # #[cfg(loom)] fn main() {
/// use anywake_core::Event;
/// use anywake_core::model::{block_on, model, spawn};
/// use std::sync::Arc;
///
/// model(|| {
///     let event = Arc::new(Event::new());
///     let setter = spawn({
///         let event = Arc::clone(&event);
///         move || event.set()
///     });
///     block_on(event.wait());
///     assert!(event.is_set());
///     setter.join().unwrap();
/// });
/// # }
/// ```
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    #[cfg(loom)]
    return checker::block_on(future);
    #[cfg(not(loom))]
    crate::doctest::block_on(future)
}

/// Starts a thread of a model.
///
/// A task is a thread that calls [`block_on`].
///
/// # Panics
///
/// With loom, if the model has five threads already.
///
/// # Examples
///
/// ```
/// # #[cfg(not(loom))] fn main() {}
/// # #[cfg(loom)] fn main() {
/// use anywake_core::Lock;
/// use anywake_core::model::{block_on, model, spawn};
/// use std::sync::Arc;
///
/// model(|| {
///     let count = Arc::new(Lock::new(0));
///     let other = Arc::clone(&count);
///     let thread = spawn(move || block_on(async { *other.lock().await += 1 }));
///     block_on(async { *count.lock().await += 1 });
///     thread.join().unwrap();
///     assert_eq!(*count.try_lock().unwrap(), 2);
/// });
/// # }
/// ```
#[track_caller]
pub fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    #[cfg(loom)]
    return checker::spawn(body);
    #[cfg(not(loom))]
    thread::spawn(body)
}

/// The path of the test function that a closure is in, without those of the crate and of its `tests`.
#[cfg(loom)]
fn name_of<F>() -> &'static str {
    let name = core::any::type_name::<F>().trim_end_matches("::{{closure}}");
    let in_crate = name.split_once("::").map_or(name, |(_, path)| path);
    in_crate.rsplit("tests::").next().unwrap_or(in_crate)
}
