//! How the tests are run, and what they are written with.

use core::fmt;
use core::future::{Future, pending};
use core::panic::AssertUnwindSafe;
use core::task::Waker;
use core::time::Duration;
use std::panic::{catch_unwind, resume_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::task::Wake;
use std::thread;

use anywake::task::Panic;
use anywake::test_util::{Simulated, Simulation};
use anywake::{Event, Runtime};

/// Long enough for every task that has anything to do.
const LONG: Duration = Duration::from_secs(60);

/// Runs a test in the order of asyncio, and in as many others.
pub(crate) fn simulate<F: Future<Output = ()>>(test: impl Fn() -> F) {
    let run = |simulation: Simulation| {
        simulation.run(async {
            test().await;
            Simulated.sleep(LONG).await;
            assert_eq!(Simulated.live_tasks(), 0, "tasks are left");
        });
    };
    run(Simulation::new());
    (0..32).for_each(|seed| run(Simulation::seeded(seed)));
}

/// Each test once per runtime.
macro_rules! on_each_runtime {
    ($($test:ident)*) => {
        mod simulated {
            $(#[test]
            fn $test() {
                crate::support::simulate(|| super::$test(anywake::test_util::Simulated));
            })*
        }
        #[cfg(feature = "tokio")]
        mod tokio {
            on_each_runtime! { anywake::Tokio; $($test)* }
        }
        #[cfg(feature = "async-std")]
        mod async_std {
            on_each_runtime! { anywake::AsyncStd; $($test)* }
        }
        #[cfg(feature = "smol")]
        mod smol {
            on_each_runtime! { anywake::Smol; $($test)* }
        }
    };
    ($runtime:ty; $($test:ident)*) => {$(
        #[test]
        fn $test() {
            type Counted = crate::counted::Counted<$runtime>;
            crate::counted::run::<Counted>(super::$test(Counted::default()));
        }
    )*};
}

/// Runs it on a thread of its own, so that a hang is a failure.
pub(crate) fn finishes<T: Send + 'static>(program: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || drop(sender.send(program())));
    match receiver.recv_timeout(LONG) {
        Ok(output) => output,
        Err(RecvTimeoutError::Timeout) => panic!("it hangs"),
        Err(RecvTimeoutError::Disconnected) => resume_unwind(thread.join().expect_err("it has no output")),
    }
}

/// Counts what holds a token of it: futures, mostly.
#[derive(Clone, Debug, Default)]
pub(crate) struct Live(Arc<Tokens>);

#[derive(Debug, Default)]
struct Tokens {
    token: Arc<()>,
}

impl Live {
    pub(crate) fn token(&self) -> Arc<()> {
        Arc::clone(&self.0.token)
    }

    pub(crate) fn count(&self) -> usize {
        Arc::strong_count(&self.0.token) - 1
    }

    /// A future that never ends.
    pub(crate) fn forever<T>(&self) -> impl Future<Output = T> + Send + 'static {
        let token = self.token();
        async move {
            let _token = token;
            pending().await
        }
    }

    /// Lets the runtime drop what it still holds; the bound is that of the test.
    pub(crate) async fn gone<R: Runtime>(&self, rt: R) {
        while self.count() > 0 {
            rt.yield_now().await;
        }
    }
}

/// What happened, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn add(&self, line: impl fmt::Display) {
        self.0.lock().unwrap().push(line.to_string());
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// An event to be shared.
pub(crate) fn event() -> Arc<Event> {
    Arc::new(Event::new())
}

/// A future that waits for the event and then has this output.
pub(crate) fn after<T: Send + 'static>(
    event: &Arc<Event>,
    output: T,
) -> impl Future<Output = T> + Send + 'static {
    let event = Arc::clone(event);
    async move {
        event.wait().await;
        output
    }
}

/// Panics with this message when it is dropped.
pub(crate) struct PanicOnDrop(pub(crate) &'static str);

impl Drop for PanicOnDrop {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

/// The message of a panic.
pub(crate) fn message(panic: &Panic) -> String {
    panic.to_string()
}

/// A waker that runs `hook` whenever it is woken.
pub(crate) fn hooked(hook: impl Fn() + Send + Sync + 'static) -> Waker {
    struct Hook<F>(F);
    impl<F: Fn() + Send + Sync> Wake for Hook<F> {
        fn wake(self: Arc<Self>) {
            self.wake_by_ref();
        }
        fn wake_by_ref(self: &Arc<Self>) {
            (self.0)();
        }
    }
    Arc::new(Hook(hook)).into()
}

/// The message of the panic that `body` must end with.
pub(crate) fn panic_of<O>(body: impl FnOnce() -> O) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(body)) else { panic!("this should have panicked") };
    message(&Panic::from(payload))
}

/// An output for text that looks for each piece whether this still holds.
pub(crate) struct Looks<F>(pub(crate) F);

impl<F: Fn() -> bool> fmt::Write for Looks<F> {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        if (self.0)() { Ok(()) } else { Err(fmt::Error) }
    }
}
