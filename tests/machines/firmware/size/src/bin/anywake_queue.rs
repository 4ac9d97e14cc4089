//! `StaticQueue`.

#![no_std]
#![no_main]

use anywake_size::anywake::queue;
use anywake_size::run;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&[queue])
}
