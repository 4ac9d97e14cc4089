//! The scenarios on the minimal executor.

#![no_std]
#![no_main]

use core::pin::pin;

use anywake_minimal::{Executor, Flags};
use anywake_riscv::{Console, start_timer, succeed};
use anywake_scenarios::{PLAYERS, player};

static WOKEN: Flags<PLAYERS> = Flags::new();

#[riscv_rt::entry]
fn main() -> ! {
    start_timer();
    let (a, b) = (pin!(player::<Console>(0)), pin!(player::<Console>(1)));
    let (c, d) = (pin!(player::<Console>(2)), pin!(player::<Console>(3)));
    Executor::new([a, b, c, d], &WOKEN).run(riscv::asm::wfi);
    succeed()
}
