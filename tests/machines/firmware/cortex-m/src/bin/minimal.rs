//! The scenarios on the minimal executor.

#![no_std]
#![no_main]

use core::pin::pin;

use anywake_cortex_m::{Console, start_timer, succeed};
use anywake_minimal::{Executor, Flags};
use anywake_scenarios::{PLAYERS, on_tick, player};

static WOKEN: Flags<PLAYERS> = Flags::new();

#[cortex_m_rt::exception]
fn SysTick() {
    on_tick();
}

#[cortex_m_rt::entry]
fn main() -> ! {
    start_timer(&mut cortex_m::Peripherals::take().unwrap().SYST, 10_000);
    let (a, b) = (pin!(player::<Console>(0)), pin!(player::<Console>(1)));
    let (c, d) = (pin!(player::<Console>(2)), pin!(player::<Console>(3)));
    Executor::new([a, b, c, d], &WOKEN).run(cortex_m::asm::wfi);
    succeed()
}
