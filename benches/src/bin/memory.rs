//! Prints how many bytes a channel of `u64` holds on the heap: idle, and after a burst has been drained.
//!
//! `cargo run --release -p anywake-benches --bin memory`
//!
//! The figures are those that are asked of the allocator, with one end of each kind, whose handles count. They do not depend
//! on the machine's load.

use anywake_benches::alloc::held;
use anywake_benches::contenders::queue::{self, Shape};
use anywake_benches::contenders::unbounded::{self, Unbounded};

const BURST: u64 = 100_000;
const CAPACITY: usize = 16;

fn print(kind: &str, name: &str, idle: i64, after: i64) {
    println!("{kind:<20}{name:<20}{idle:>10}{after:>10}");
}

fn without_bound<Q: Unbounded>() {
    let (ends, idle) = held(|| Q::ends(1, 1));
    let Some(mut ends) = ends else { return };
    let (sender, receiver) = (&mut ends.senders[0], &mut ends.receivers[0]);
    let ((), grown) = held(|| {
        for item in 0..BURST {
            assert!(Q::push(sender, item), "the channel is open");
        }
        for item in 0..BURST {
            assert_eq!(Q::try_pop(receiver), Some(item));
        }
    });
    print("unbounded", Q::NAME, idle, idle + grown);
}

fn with_bound<Q: queue::Queue>() {
    let (ends, idle) = held(|| Q::ends(Shape { senders: 1, receivers: 1, capacity: CAPACITY }));
    let Some(mut ends) = ends else { return };
    let (sender, receiver) = (&mut ends.senders[0], &mut ends.receivers[0]);
    let ((), grown) = held(|| {
        for item in 0..BURST {
            assert!(Q::try_push(sender, item), "there is room");
            assert_eq!(Q::try_pop(receiver), Some(item));
        }
    });
    print("capacity 16", Q::NAME, idle, idle + grown);
}

fn main() {
    println!("{:<20}{:<20}{:>10}{:>10}", "channel of u64", "bytes on the heap", "idle", "after");
    without_bound::<unbounded::Anywake>();
    without_bound::<unbounded::Tokio>();
    without_bound::<unbounded::AsyncChannel>();
    without_bound::<unbounded::AsyncbandMpmc>();
    without_bound::<unbounded::AsyncbandMpsc>();
    without_bound::<unbounded::CrossfireMpmc>();
    without_bound::<unbounded::CrossfireSpsc>();
    without_bound::<unbounded::Kanal>();
    without_bound::<unbounded::Flume>();
    without_bound::<unbounded::FuturesChannel>();
    with_bound::<queue::Anywake>();
    with_bound::<queue::AnywakeStatic<CAPACITY>>();
    with_bound::<queue::AnywakeSlack>();
    with_bound::<queue::Tokio>();
    with_bound::<queue::AsyncChannel>();
    with_bound::<queue::AsyncbandMpmc>();
    with_bound::<queue::AsyncbandMpsc>();
    with_bound::<queue::CrossfireMpmc>();
    with_bound::<queue::CrossfireSpsc>();
    with_bound::<queue::Kanal>();
    with_bound::<queue::Flume>();
    with_bound::<queue::Tachyonix>();
    with_bound::<queue::Thingbuf>();
    with_bound::<queue::FuturesIntrusive>();
    with_bound::<queue::Embassy<CAPACITY>>();
}
