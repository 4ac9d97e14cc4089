//! Models on loom: every execution of a model is run.

use core::cell::{Cell, RefCell};
use core::pin::pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::boxed::Box;
use std::io::Write;
use std::string::String;
use std::sync::{Arc, Once};
use std::task::Wake;
use std::time::Instant;
use std::{format, io, panic, println, process};

use ::loom::model::Builder;
use ::loom::sync::Notify;

use super::thread::JoinHandle;

std::thread_local! {
    /// The model that runs on this thread, and which execution of it. The threads of a model are coroutines, so that all
    /// of them are on one thread of the operating system.
    static RUNNING: RefCell<Option<(String, Arc<AtomicUsize>)>> = const { RefCell::new(None) };

    /// The threads of this execution.
    static THREADS: Cell<usize> = const { Cell::new(0) };
}

/// Within the bounds that the environment sets, and with the log that it asks for.
pub(super) fn model<F: Fn() + Send + Sync + 'static>(check: F) {
    run(Builder::new().preemption_bound, check, |counted| ::loom::model(counted));
}

#[cfg(test)]
pub(crate) fn model_within<F: Fn() + Send + Sync + 'static>(bounds: Builder, check: F) {
    run(bounds.preemption_bound, check, |counted| bounds.check(counted));
}

/// Runs every execution of a model, and says how many there were.
fn run<F: Fn() + Send + Sync + 'static>(
    bound: Option<usize>,
    check: F,
    all: impl FnOnce(Box<dyn Fn() + Send + Sync>),
) {
    fail_at_once();
    let name = super::name_of::<F>();
    let (executions, threads) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counting, most) = (Arc::clone(&executions), Arc::clone(&threads));
    RUNNING.set(Some((name.into(), Arc::clone(&executions))));
    let begin = Instant::now();
    all(Box::new(move || {
        counting.fetch_add(1, Ordering::Relaxed);
        THREADS.set(1);
        check();
        most.fetch_max(THREADS.get(), Ordering::Relaxed);
    }));
    RUNNING.set(None);
    println!(
        "| `{name}` | {} | {} | {} | {:.1} s |",
        threads.load(Ordering::Relaxed),
        bound.map_or_else(|| "none".into(), |bound| format!("{bound}")),
        executions.load(Ordering::Relaxed),
        begin.elapsed().as_secs_f32(),
    );
}

/// From now on, the first panic of a model ends the process: the threads of a model that has failed cannot be unwound,
/// since their destructors would go on outside of loom, and then panic again or hang.
fn fail_at_once() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            RUNNING.with_borrow(|running| match running {
                Some((name, execution)) => {
                    let execution = execution.load(Ordering::Relaxed);
                    // Past the test runner, which would keep it for later.
                    let _ = writeln!(io::stderr(), "\nmodel `{name}`, execution {execution}: {info}");
                    process::exit(101);
                }
                None => before(info),
            });
        }));
    });
}

#[track_caller]
pub(super) fn spawn<T: 'static>(body: impl FnOnce() -> T + 'static) -> JoinHandle<T> {
    THREADS.set(THREADS.get() + 1);
    ::loom::thread::spawn(body)
}

/// A task's sleep.
struct Alarm(Notify);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.0.notify();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.notify();
    }
}

/// Polls until it is ready, asleep in between. A sleep may also end by itself, once: polls come at any time.
#[track_caller]
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let alarm = Arc::new(Alarm(Notify::new()));
    let waker = Waker::from(Arc::clone(&alarm));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => alarm.0.wait(),
        }
    }
}
