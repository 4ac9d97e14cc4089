// A broadcast can be a static; its ends change threads, and receivers of it need no allocation.

use std::sync::Arc;
use std::thread;

use anywake_core::Broadcast;
use anywake_core::broadcast::{channel, over};

static NEWS: Broadcast<Arc<str>, 4> = Broadcast::new();

fn main() {
    let (sender, mut receiver) = over(&NEWS);
    let mut clone = receiver.clone();
    thread::spawn(move || sender.try_publish("news".into()).unwrap()).join().unwrap();
    assert_eq!(receiver.try_recv().as_deref(), Ok("news"));
    thread::spawn(move || assert_eq!(clone.try_recv().as_deref(), Ok("news"))).join().unwrap();

    let (sender, receiver) = channel::<String>(1);
    drop(receiver);
    let mut later = sender.subscribe();
    sender.publish_now("later".to_owned()).unwrap();
    assert_eq!(thread::spawn(move || later.try_recv()).join().unwrap().as_deref(), Ok("later"));
}
