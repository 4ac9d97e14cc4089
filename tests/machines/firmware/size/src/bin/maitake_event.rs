//! `WaitQueue`.

#![no_std]
#![no_main]

use anywake_size::maitake::event;
use anywake_size::run;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&[event])
}
