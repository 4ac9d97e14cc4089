// Signals live in statics; ends and their waits change threads, and slots are split again when their ends are gone.

use std::cell::Cell;
use std::future::IntoFuture;
use std::pin::pin;
use std::thread;

use anywake_core::oneshot::channel;
use anywake_core::{Oneshot, Signal};

static SIGNAL: Signal<Cell<u8>> = Signal::new();

fn main() {
    let wait = SIGNAL.wait();
    thread::spawn(move || assert!(!pin!(wait).enable())).join().unwrap();
    SIGNAL.signal(Cell::new(1));

    let (sender, receiver) = channel::<Cell<u8>>();
    let wait = receiver.into_future();
    thread::spawn(move || drop(wait)).join().unwrap();
    assert!(sender.send(Cell::new(1)).is_err());

    let mut slot = Oneshot::new();
    for round in 0..2 {
        let (sender, mut receiver) = slot.split();
        thread::scope(|scope| {
            scope.spawn(move || sender.send(round).unwrap());
        });
        assert_eq!(receiver.try_recv(), Ok(round));
    }
}
