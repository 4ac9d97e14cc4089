//! `Channel`.

#![no_std]
#![no_main]

use anywake_size::embassy::queue;
use anywake_size::run;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&[queue])
}
