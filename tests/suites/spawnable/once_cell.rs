//! Cells of values with a lifetime.

use core::future::ready;
use std::sync::Arc;

use anywake::{ArcPart, Lazy, OnceCell, Tokio, Wait};

use crate::{LONG, soon, spawned};

async fn make<T>(value: T) -> T {
    Tokio.yield_now().await;
    value
}

#[test]
fn cells_and_their_waits_across_an_await() {
    spawned(async {
        let cell = Arc::new(OnceCell::<&'static str>::new());
        assert_eq!(*cell.get_or_init(|| make("text")).await, "text");
        let text = cell.wait().await;
        ready(()).await;
        assert_eq!(*text, "text");
        assert_eq!(cell.get_or_try_init(|| make(Err("unused"))).await, Ok(&"text"));
        let value = Arc::clone(&cell).get_or_init_owned(|| make("unused")).await;
        ready(()).await;
        let other = Arc::clone(&cell).get_or_try_init_owned(async || Err("unused")).await.unwrap();
        ready(()).await;
        assert_eq!([*value, *other, *cell.wait_owned().await], ["text"; 3]);
    });
}

#[test]
fn cells_in_a_larger_value_across_an_await() {
    spawned(async {
        let pair = Arc::new((OnceCell::<&'static str>::new(), "name"));
        let part = || ArcPart::new(Arc::clone(&pair), |pair| &pair.0);
        let value = part().get_or_init(|| make("text")).await;
        ready(()).await;
        let other = part().get_or_try_init(async || Err("unused")).await.unwrap();
        ready(()).await;
        assert_eq!([*value, *other, *soon(part().wait()).await], ["text"; 3]);
    });
}

/// Not by the helper `soon`: the bound of `get_or_init` names the type of the value twice, and with a lifetime in it a
/// generic helper around it cannot be spawned.
#[test]
fn cells_and_their_waits_with_a_deadline() {
    spawned(async {
        let cell = Arc::new(OnceCell::<&'static str>::new());
        let failed = cell.get_or_try_init(|| make(Err("offline"))).within(Tokio, LONG).await.unwrap();
        assert_eq!(failed, Err("offline"));
        assert_eq!(cell.get_or_init(|| make("text")).within(Tokio, LONG).await, Ok(&"text"));
        assert_eq!(*soon(cell.wait()).await, "text");
        assert_eq!(*soon(Arc::clone(&cell).wait_owned()).await, "text");
        let value = Arc::clone(&cell).get_or_init_owned(|| make("unused")).within(Tokio, LONG).await;
        assert_eq!(*value.unwrap(), "text");
        let numbers = OnceCell::new();
        assert_eq!(soon(numbers.get_or_try_init(|| make(Err(404)))).await, Err(404));
        assert_eq!(soon(numbers.get_or_init(|| make(1))).await, &1);
    });
}

#[test]
fn a_static_and_a_shared_lazy_across_an_await() {
    static LAZY: Lazy<&str> = Lazy::new(|| Box::pin(make("text")));
    spawned(async {
        let value = LAZY.force().await;
        ready(()).await;
        assert_eq!(*value, "text");
        let shared = Arc::new(Lazy::new(|| Box::pin(make("text"))));
        let value = shared.force().within(Tokio, LONG).await.unwrap();
        ready(()).await;
        assert_eq!(*value, "text");
        assert_eq!(*(&*shared).await, "text");
    });
}
