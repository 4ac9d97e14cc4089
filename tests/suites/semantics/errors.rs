//! The errors: their messages, the values that they return to the caller, and their conversions.

use core::error::Error;

use anywake_core::{
    AcquireError, CapacityError, Closed, CountTooHigh, MergeError, PublishError, PushError, ReleaseError,
    Semaphore, StaticQueue, TaskDoneError, TooManyPermits, TryAcquireError, TryPopError, TryPublishError,
    TryPushError,
    broadcast::{RecvError, TryRecvError},
};
use anywake_tests::Task;

/// Neither `Debug` nor `Clone`.
struct Opaque(u8);

#[test]
fn every_error_says_what_is_wrong() {
    let messages: [(&dyn Error, &str); 25] = [
        (&Closed, "closed"),
        (&AcquireError::Closed, "the semaphore is closed"),
        (&AcquireError::TooMany, "more permits requested than the semaphore can ever hold"),
        (&TryAcquireError::NoPermits, "not enough permits available"),
        (&TryAcquireError::Closed, "the semaphore is closed"),
        (&TryAcquireError::TooMany, "more permits requested than the semaphore can ever hold"),
        (&ReleaseError, "semaphore released too many times"),
        (&TooManyPermits, "more permits than a semaphore can count"),
        (&CountTooHigh, "a higher count than a latch can begin with"),
        (&MergeError(Opaque(0)), "permits of different semaphores cannot be merged"),
        (&PushError(Opaque(0)), "the queue is closed, or without a bound and out of memory"),
        (&TryPushError::Full(Opaque(0)), "the queue is full"),
        (&TryPushError::Closed(Opaque(0)), "the queue is closed"),
        (&TryPopError::Empty, "the queue is empty"),
        (&TryPopError::Closed, "the queue is closed and drained"),
        (&TaskDoneError, "task_done() called more often than items were pushed"),
        (&CapacityError::Zero, "a capacity is at least one"),
        (&PublishError(Opaque(0)), "the broadcast is closed"),
        (&TryPublishError::Full(Opaque(0)), "a receiver of the broadcast has not made room yet"),
        (&TryPublishError::Closed(Opaque(0)), "the broadcast is closed"),
        (&RecvError::Lagged(1), "the receiver has missed values"),
        (&RecvError::Closed, "the broadcast is closed and all values are received"),
        (&TryRecvError::Empty, "no value to receive"),
        (&TryRecvError::from(RecvError::Lagged(1)), "the receiver has missed values"),
        (&TryRecvError::from(RecvError::Closed), "the broadcast is closed and all values are received"),
    ];
    for (error, message) in messages {
        assert_eq!(error.to_string(), message);
        assert!(error.source().is_none());
        assert!(!format!("{error:?}").is_empty());
    }
    assert_eq!(CapacityError::TooLarge.to_string(), "no memory for this capacity");
}

#[test]
fn an_error_can_be_shown_whatever_it_gives_back() {
    assert_eq!(format!("{:?}", PushError(Opaque(1))), "PushError(..)");
    assert_eq!(format!("{:?}", TryPushError::Full(Opaque(1))), "Full(..)");
    assert_eq!(format!("{:?}", TryPushError::Closed(Opaque(1))), "Closed(..)");
    assert_eq!(format!("{:?}", MergeError(Opaque(1))), "MergeError(..)");
}

#[test]
fn every_failed_push_gives_the_item_back() {
    let queue = StaticQueue::<Opaque, 1>::new();
    assert!(queue.try_push(Opaque(0)).is_ok());
    let Err(full @ TryPushError::Full(_)) = queue.try_push(Opaque(1)) else { panic!("the queue is full") };
    assert_eq!(full.into_inner().0, 1);
    queue.close();
    let Err(closed @ TryPushError::Closed(_)) = queue.try_push(Opaque(2)) else {
        panic!("the queue is closed")
    };
    assert_eq!(closed.into_inner().0, 2);
    let Err(TryPushError::Closed(item)) = queue.force_push(Opaque(3)) else { panic!("the queue is closed") };
    assert_eq!(item.0, 3);
    let Err(error) = Task::new(queue.push(Opaque(4))).ready() else { panic!("the queue is closed") };
    assert_eq!(error.into_inner().0, 4);
    assert_eq!((queue.len(), queue.unfinished()), (1, 1));
}

#[test]
fn a_failed_merge_gives_the_permit_back() {
    let (one, other) = (Semaphore::new(1), Semaphore::new(1));
    let mut permit = one.try_acquire().unwrap();
    let MergeError(back) = permit.merge(other.try_acquire().unwrap()).unwrap_err();
    assert_eq!((back.count(), other.available_permits()), (1, 0));
}

#[test]
fn errors_of_waiting_and_of_trying_convert() {
    fn waiting_then_trying(semaphore: &Semaphore) -> Result<(), TryAcquireError> {
        drop(Task::new(semaphore.acquire_many(9)).ready()?);
        drop(semaphore.try_acquire()?);
        Ok(())
    }
    let semaphore = Semaphore::bounded(1);
    assert_eq!(waiting_then_trying(&semaphore), Err(TryAcquireError::TooMany));
    semaphore.close();
    assert_eq!(waiting_then_trying(&Semaphore::new(9)), Ok(()));
    assert_eq!(TryAcquireError::from(AcquireError::Closed), TryAcquireError::Closed);
    assert_eq!(AcquireError::from(Closed), AcquireError::Closed);
}

#[test]
fn errors_go_through_a_box_between_threads() {
    fn acquire(semaphore: &Semaphore) -> Result<(), Box<dyn Error + Send + Sync>> {
        semaphore.release(1)?;
        Ok(())
    }
    let error = acquire(&Semaphore::bounded(1)).unwrap_err();
    assert!(error.is::<ReleaseError>());
}
