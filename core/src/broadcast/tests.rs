//! What needs a build without `std`, where nothing catches the panic of a waker.

use core::pin::pin;
use core::task::{Context, RawWaker, RawWakerVTable, Waker};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Broadcast, TryRecvError};

fn panicking() -> Waker {
    const TABLE: RawWakerVTable = RawWakerVTable::new(
        |_| RawWaker::new(core::ptr::null(), &TABLE),
        |_| panic!("the waker"),
        |_| (),
        |_| (),
    );
    // SAFETY: W4, the functions of the table use no data.
    unsafe { Waker::from_raw(RawWaker::new(core::ptr::null(), &TABLE)) }
}

/// The value is lost, as is said of wakers that panic. The receiver is told so, and everything goes on.
#[test]
fn a_receiver_whose_value_was_lost_to_the_panic_of_a_waker_has_missed_it() {
    for clones in [false, true] {
        let news = Broadcast::<u8, 2>::new();
        let mut receiver = news.receiver();
        news.try_publish(0).unwrap();
        news.try_publish(1).unwrap();
        let mut publish = pin!(news.publish(2));
        assert!(Future::poll(publish.as_mut(), &mut Context::from_waker(&panicking())).is_pending());
        assert!(catch_unwind(AssertUnwindSafe(|| receiver.try_recv())).is_err());
        if clones {
            receiver = receiver.clone();
        }
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Lagged(1)));
        assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Ok(2)));
        assert!(publish.is_decided());
        drop(receiver);
        assert!(news.is_empty());
    }
}
