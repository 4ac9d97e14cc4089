//! The scenarios on embassy's executor.

#![no_std]
#![no_main]

use anywake_riscv::{Console, start_timer, succeed};
use anywake_scenarios::{FINISHED, PLAYERS};
use embassy_executor::Spawner;

#[embassy_executor::task(pool_size = PLAYERS)]
async fn player(role: usize) {
    anywake_scenarios::player::<Console>(role).await;
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    start_timer();
    for role in 0..PLAYERS {
        spawner.spawn(player(role).unwrap());
    }
    FINISHED.wait().await;
    succeed()
}
