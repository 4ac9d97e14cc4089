//! What a pool tells `tracing`. A test alone in its process: what others do decides which events are made at all.

#![cfg(feature = "tracing")]

use core::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use anywake::pool::{Manager, PoolConfig};
use anywake::test_util::{Simulated, Simulation};
use anywake::{Pool, PoolError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, with_default};
use tracing::{Event, Metadata, Subscriber};

/// Writes down every event as a line.
struct Lines(Arc<Mutex<Vec<String>>>);

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name => write!(self.fields, " {name}={value:?}").unwrap(),
        }
    }
}

impl Subscriber for Lines {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "anywake::pool"
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let line = format!("{} {}{}", event.metadata().level(), line.message, line.fields);
        self.0.lock().unwrap().push(line);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Refuses once, and then one check fails.
struct Moody(Mutex<Vec<&'static str>>);

impl Moody {
    fn mood(&self) -> Result<(), &'static str> {
        match self.0.lock().unwrap().pop() {
            None | Some("fine") => Ok(()),
            Some(error) => Err(error),
        }
    }
}

impl Manager for Moody {
    type Connection = ();
    type Error = &'static str;

    async fn connect(&self) -> Result<(), &'static str> {
        self.mood()
    }

    async fn check(&self, (): &mut ()) -> Result<(), &'static str> {
        self.mood()
    }
}

#[test]
fn lifecycle_is_told() {
    let lines = Arc::default();
    with_default(Lines(Arc::clone(&lines)), || {
        Simulation::new().run(async {
            let moods = Mutex::new(vec!["refused", "stale", "fine", "refused"]);
            let config = PoolConfig { size: 1, retries: 1, ..PoolConfig::default() };
            let pool = Pool::new(Simulated, Moody(moods), config).unwrap();
            drop(pool.get().await.unwrap());
            pool.get().await.unwrap().discard();
            pool.close().await;
            assert_eq!(pool.get().await.err(), Some(PoolError::Closed));
        });
    });
    assert_eq!(
        *lines.lock().unwrap(),
        [
            "WARN not connected attempt=1 error=refused",
            "DEBUG connected attempt=2",
            "TRACE checked out reused=false",
            "TRACE returned",
            "WARN broken error=stale",
            "DEBUG closed",
            "WARN not connected attempt=1 error=refused",
            "DEBUG connected attempt=2",
            "TRACE checked out reused=false",
            "WARN discarded",
            "DEBUG closed",
            "WARN not checked out error=the pool is closed",
        ]
    );
}
