//! Conditions that one runtime notifies and another waits for.

use std::sync::Arc;

use anywake::{Condition, Lock, Runtime, blocking};

use crate::ROUNDS;

/// One side waits for stock. The other adds one piece at a time, after the previous one is taken.
pub(crate) fn condition<W: Runtime, O: Runtime>() {
    #[derive(Default)]
    struct Shop {
        stock: Lock<usize>,
        more: Condition,
        less: Condition,
    }

    let shop = Arc::new(Shop::default());
    let buyer = W::default().spawn({
        let shop = Arc::clone(&shop);
        async move {
            for _ in 0..ROUNDS {
                let mut stock = shop.more.wait_for(shop.stock.lock().await, |stock| *stock > 0).await;
                *stock -= 1;
                shop.less.notify_one();
            }
        }
    });
    let seller = O::default().spawn({
        let shop = Arc::clone(&shop);
        async move {
            for _ in 0..ROUNDS {
                let mut stock = shop.less.wait_for(shop.stock.lock().await, |stock| *stock == 0).await;
                *stock += 1;
                shop.more.notify_all();
            }
        }
    });
    for task in [buyer, seller] {
        blocking::wait(task).expect("the task completes");
    }
    assert_eq!(*shop.stock.try_lock().expect("both tasks have unlocked"), 0);
}
