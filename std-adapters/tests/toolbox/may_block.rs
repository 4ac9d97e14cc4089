//! Where a thread may block, and where that is refused.

use core::future::ready;
use core::time::Duration;
use std::sync::Arc;

use anywake::{Event, Runtime, TaskError, blocking};

use crate::support::{event, finishes, message};

/// The message of a task that has panicked.
fn refusal<T>(outcome: Result<T, TaskError>) -> String {
    match outcome {
        Err(TaskError::Panicked(panic)) => message(&panic),
        _ => panic!("it was not refused"),
    }
}

fn wait_that_is_ready_does_not_block<R: Runtime>(rt: R) {
    finishes(move || {
        let outcome = blocking::wait(rt.spawn(async { blocking::wait(ready(3)) }));
        assert_eq!(outcome.unwrap(), 3);
    });
}

fn blocking_function_may_block<R: Runtime>(rt: R) {
    finishes(move || {
        let go = event();
        let goes = Arc::clone(&go);
        let waits = rt.spawn_blocking(move || {
            blocking::wait(goes.wait());
            rt.block_on(rt.spawn(async { 3 })).unwrap()
        });
        go.set();
        assert_eq!(blocking::wait(waits).unwrap(), 3);
    });
}

fn block_on_in_a_task_is_refused<R: Runtime>(rt: R) {
    finishes(move || {
        let outcome = blocking::wait(rt.spawn(async move { rt.block_on(rt.spawn(async {})) }));
        assert!(refusal(outcome).contains("`.await`"));
        assert_eq!(blocking::wait(rt.spawn(async { 3 })).unwrap(), 3, "its worker goes on");
    });
}

/// On runtimes that cannot replace a worker.
fn wait_in_a_task_is_refused<R: Runtime>(rt: R) {
    finishes(move || {
        let outcome = blocking::wait(rt.spawn(async { blocking::wait(Event::new().wait()) }));
        assert!(refusal(outcome).contains("`spawn_blocking`"));
        let outcome =
            blocking::wait(rt.spawn(async {
                blocking::wait_timeout(Event::new().wait(), Duration::from_secs(600)).is_ok()
            }));
        assert!(refusal(outcome).contains("`spawn_blocking`"));
        assert_eq!(blocking::wait(rt.spawn(async { 3 })).unwrap(), 3, "its worker goes on");
    });
}

macro_rules! stamp {
    ($module:ident $feature:literal $runtime:expr; $($test:ident)*) => {
        #[cfg(feature = $feature)]
        mod $module {
            $(#[test]
            fn $test() {
                super::$test($runtime);
            })*
        }
    };
}

stamp! { smol "smol" anywake::Smol;
    wait_that_is_ready_does_not_block blocking_function_may_block block_on_in_a_task_is_refused
    wait_in_a_task_is_refused
}
stamp! { async_std "async-std" anywake::AsyncStd;
    wait_that_is_ready_does_not_block blocking_function_may_block block_on_in_a_task_is_refused
    wait_in_a_task_is_refused
}
stamp! { tokio_shared "tokio" anywake::Tokio;
    wait_that_is_ready_does_not_block blocking_function_may_block block_on_in_a_task_is_refused
}

#[test]
fn simulation_is_not_blocked_by_a_task() {
    use anywake::test_util::{Simulated, Simulation};
    finishes(|| {
        Simulation::new().run(async {
            let outcome = Simulated.spawn(async { blocking::wait(Event::new().wait()) }).await;
            assert!(refusal(outcome).contains("`spawn_blocking`"));
        });
    });
}

#[cfg(feature = "tokio")]
mod tokio_of_the_program {
    use core::panic::AssertUnwindSafe;
    use std::panic::catch_unwind;
    use std::thread;

    use ::tokio::runtime::{Builder, Runtime as Program};
    use anywake::Tokio;

    use super::*;

    fn one_thread() -> Program {
        Builder::new_current_thread().enable_all().build().unwrap()
    }

    fn one_worker() -> Program {
        Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
    }

    #[test]
    fn wait_in_a_task_gives_its_worker_away() {
        finishes(|| {
            one_worker().block_on(async {
                let outer = Tokio.spawn(async { blocking::wait(Tokio.spawn(async { 3 })).unwrap() });
                assert_eq!(outer.await.unwrap(), 3);
                let by_its_own_function = async { blocking::wait(Tokio.spawn(async { 4 })).unwrap() };
                assert_eq!(::tokio::spawn(by_its_own_function).await.unwrap(), 4);
                assert_eq!(blocking::wait(Tokio.spawn(async { 5 })).unwrap(), 5);
            });
        });
    }

    #[test]
    fn wait_on_the_only_thread_is_refused() {
        finishes(|| {
            one_thread().block_on(async {
                let outcome = Tokio.spawn(async { blocking::wait(Tokio.spawn(async {})) }).await;
                assert!(refusal(outcome).contains("`spawn_blocking`"));
                let outcome = catch_unwind(|| blocking::wait(Tokio.spawn(async {})));
                assert!(outcome.unwrap_err().downcast_ref::<String>().unwrap().contains("`spawn_blocking`"));
                assert_eq!(Tokio.spawn(async { 3 }).await.unwrap(), 3);
            });
        });
    }

    #[test]
    fn panic_of_a_future_is_not_taken_for_a_refusal() {
        finishes(|| {
            one_worker().block_on(async {
                let mut polled = false;
                let outcome = catch_unwind(AssertUnwindSafe(|| {
                    blocking::wait(core::future::poll_fn(|cx| {
                        assert!(!core::mem::replace(&mut polled, true), "at the second poll");
                        cx.waker().wake_by_ref();
                        core::task::Poll::<()>::Pending
                    }));
                }));
                assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"at the second poll"));
            });
        });
    }

    #[test]
    fn thread_that_is_only_inside_of_a_runtime_may_block() {
        finishes(|| {
            let program = one_worker();
            let _inside = program.enter();
            assert_eq!(blocking::wait(Tokio.spawn(async { 3 })).unwrap(), 3);
            assert_eq!(Tokio.block_on(Tokio.spawn(async { 4 })).unwrap(), 4);
        });
    }

    #[test]
    fn blocking_function_of_a_runtime_of_one_thread_may_block() {
        finishes(|| {
            one_thread().block_on(async {
                let waits = Tokio.spawn_blocking(|| {
                    blocking::wait(Tokio.spawn(async { 3 })).unwrap()
                        + Tokio.block_on(Tokio.spawn(async { 4 })).unwrap()
                });
                assert_eq!(waits.await.unwrap(), 7);
            });
        });
    }

    #[test]
    fn block_on_where_nobody_drives_the_runtime_is_refused() {
        finishes(|| {
            let program = one_thread();
            let _inside = program.enter();
            let outcome = catch_unwind(|| Tokio.block_on(Tokio.spawn(async {})));
            let refusal = *outcome.unwrap_err().downcast::<&str>().unwrap();
            assert!(refusal.contains("`block_on` of the runtime itself"));
        });
    }

    #[test]
    fn wait_inside_of_a_runtime_that_another_thread_drives_is_no_refusal() {
        finishes(|| {
            let (program, over) = (one_thread(), event());
            let (handle, ends) = (program.handle().clone(), Arc::clone(&over));
            let driver = thread::spawn(move || program.block_on(async move { ends.wait().await }));
            let _inside = handle.enter();
            assert_eq!(blocking::wait(Tokio.spawn(async { 3 })).unwrap(), 3);
            over.set();
            driver.join().unwrap();
        });
    }
}

#[cfg(feature = "futures-executor")]
mod futures_executor {
    use anywake::{LocalPool, ThreadPool};

    use super::*;

    #[test]
    fn wait_in_a_task_is_refused() {
        super::wait_in_a_task_is_refused(ThreadPool);
    }

    #[test]
    fn block_on_in_a_task_is_refused() {
        super::block_on_in_a_task_is_refused(ThreadPool);
    }

    #[test]
    fn blocking_function_may_block() {
        super::blocking_function_may_block(ThreadPool);
    }

    #[test]
    fn wait_in_the_block_on_of_a_pool_is_refused() {
        use core::panic::AssertUnwindSafe;
        use std::panic::catch_unwind;

        let blocks = || LocalPool.block_on(async { blocking::wait(Event::new().wait()) });
        let refused = catch_unwind(AssertUnwindSafe(blocks)).unwrap_err();
        assert!(message(&anywake::task::Panic::from(refused)).contains("`spawn_blocking`"));
    }
}
