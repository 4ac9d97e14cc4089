//! The scenarios on embassy's executor in thread mode, whose tasks sleep in `wfe` while the timer ticks.

#![no_std]
#![no_main]

use anywake_cortex_m::{Console, start_timer, succeed};
use anywake_scenarios::{FINISHED, PLAYERS, on_tick};
use embassy_executor::Spawner;

#[embassy_executor::task(pool_size = PLAYERS)]
async fn player(role: usize) {
    anywake_scenarios::player::<Console>(role).await;
}

#[cortex_m_rt::exception]
fn SysTick() {
    on_tick();
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    start_timer(&mut cortex_m::Peripherals::take().unwrap().SYST, 10_000);
    for role in 0..PLAYERS {
        spawner.spawn(player(role).unwrap());
    }
    FINISHED.wait().await;
    succeed()
}
