//! `Signal`.

#![no_std]
#![no_main]

use anywake_size::embassy::event;
use anywake_size::run;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&[event])
}
