// A watch can be a static; its ends, values and waits change threads, and a watch of a `Cell` works on one thread.

use std::cell::Cell;
use std::pin::pin;
use std::thread;

use anywake_core::watch::{ChangedFuture, Receiver, Sender, channel};
use anywake_core::{Watch, WatchRef};

static WATCH: Watch<&str> = Watch::new("text");

fn send<T: Send>() {}

fn main() {
    send::<Watch<Cell<u8>>>();
    send::<WatchRef<'static, u8>>();
    send::<(Sender<u8>, Receiver<u8>)>();
    send::<ChangedFuture<'static, &'static Watch<u8>>>();

    let (held, mut receiver) = (WATCH.borrow(), WATCH.receiver());
    thread::spawn(move || {
        WATCH.send("other").unwrap();
        assert!(pin!(receiver.changed()).enable());
        assert_eq!((*held, *receiver.borrow()), ("text", "other"));
    })
    .join()
    .unwrap();

    let (sender, receiver) = channel(Cell::new(1));
    receiver.borrow().set(2);
    assert_eq!(sender.borrow().get(), 2);
}
