//! Futures that hold permits.

use core::future::ready;
use std::sync::Arc;

use anywake::{OwnedPermit, Queue, Semaphore, Tokio, Wait};

use crate::{LONG, spawned};

#[test]
fn permits_across_an_await() {
    spawned(async {
        let semaphore = Arc::new(Semaphore::new(3));
        let (one, two) = (semaphore.acquire().await.unwrap(), semaphore.acquire_many(2).await.unwrap());
        ready(()).await;
        drop((one, two));
        assert!(semaphore.acquire().within(Tokio, LONG).await.is_ok());
        assert!(semaphore.acquire_many(2).within(Tokio, LONG).await.is_ok());
        let permits = Queue::<OwnedPermit>::with_capacity(1).unwrap();
        permits.push(Arc::clone(&semaphore).acquire_many_owned(2).await.unwrap()).await.unwrap();
        ready(()).await;
        drop(permits.pop().await.unwrap());
        assert_eq!(semaphore.available_permits(), 3);
        assert!(semaphore.acquire_owned().within(Tokio, LONG).await.is_ok());
    });
}
