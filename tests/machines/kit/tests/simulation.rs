//! The pool in a whole program, with tasks, timers and cancellation, on one thread and with a clock of its own.
#![cfg(not(loom))]

use std::time::Duration;

use anywake::Runtime;
use anywake::test_util::{Simulated, Simulation};
use anywake_kit::Pool;

const SECOND: Duration = Duration::from_secs(1);

/// Clients that use the connections for a second each. Half of them hang up at some time, and their tasks are cancelled.
async fn service() {
    let pool = Pool::new(["one", "another"]);
    let clients = [(); 6].map(|()| {
        let pool = pool.clone();
        Simulated.spawn(async move {
            let _connection = pool.take().await;
            Simulated.sleep(SECOND).await;
        })
    });
    Simulated.sleep(SECOND).await;
    for (number, client) in clients.into_iter().enumerate() {
        if number % 2 == 0 {
            client.cancel();
        } else {
            client.await.unwrap();
        }
    }
    Simulated.sleep(SECOND).await;
    assert_eq!(pool.idle(), 2);
}

#[test]
fn clients_that_hang_up_cost_no_connection() {
    for seed in 0..1000 {
        Simulation::seeded(seed).run(service());
    }
}
