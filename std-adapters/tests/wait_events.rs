//! What waits tell `tracing`. A test alone in its process: the observer is the program's.

#![cfg(all(feature = "tracing", feature = "diagnose"))]

use core::fmt::{Debug, Write as _};
use core::pin::{Pin, pin};
use core::task::{Context, Waker};
use std::sync::{Arc, Mutex};
use std::task::Wake;

use anywake::{Lock, diagnose};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::with_default;
use tracing::{Event, Metadata, Subscriber};

/// Writes down every event as a line.
struct Lines(Arc<Mutex<Vec<String>>>);

#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // What differs from run to run is not compared.
        match field.name() {
            "address" | "task" | "waited_ms" | "granted_ms" => write!(self.0, " {field}").unwrap(),
            "place" => write!(self.0, " at {:?}", format!("{value:?}").contains("wait_events.rs")).unwrap(),
            name => write!(self.0, " {name}={value:?}").unwrap(),
        }
    }
}

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(format!("{} {}", event.metadata().level(), event.metadata().target()));
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Task;

impl Wake for Task {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn each_step_of_a_wait_and_each_report_is_an_event() {
    diagnose::start_tracing();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let waker = Waker::from(Arc::new(Task));
    let poll = |wait: Pin<&mut anywake::lock::LockFuture<'_, ()>>| {
        wait.poll(&mut Context::from_waker(&waker)).is_ready()
    };
    with_default(Lines(Arc::clone(&lines)), || {
        let lock = Lock::new(()).named("table");
        let held = lock.try_lock();
        let (mut kept, mut again) = (Box::pin(lock.lock()), pin!(lock.lock()));
        let mut gives_up = Box::pin(lock.lock());
        assert!(!poll(kept.as_mut()) && !poll(gives_up.as_mut()) && !poll(again.as_mut()));
        drop(gives_up);
        drop(held);
        for _ in 0..3 {
            assert!(!poll(again.as_mut()));
        }
        drop(kept);
        assert!(poll(again.as_mut()));
    });
    let lines = lines.lock().unwrap();
    let wait = |step: &str, granted: &str| {
        format!(
            "DEBUG anywake::wait step=\"{step}\" primitive=\"lock\" name=\"table\" address at true task waited_ms{granted}"
        )
    };
    let [warning] = lines.iter().filter(|line| line.starts_with("WARN")).collect::<Vec<_>>()[..] else {
        panic!("one report: {lines:#?}")
    };
    assert!(
        warning.starts_with("WARN anywake::diagnose message=futurelock: a task waits for lock \"table\" at "),
        "{warning}"
    );
    let steps: Vec<_> = lines.iter().filter(|line| *line != warning).cloned().collect();
    let (open, decided) = ("", " granted_ms");
    assert_eq!(
        steps,
        [
            wait("begun", open),
            wait("begun", open),
            wait("begun", open),
            wait("withdrawn", open),
            wait("granted", decided),
            wait("passed on", decided),
            wait("granted", decided),
            wait("settled", decided),
        ]
    );
}
