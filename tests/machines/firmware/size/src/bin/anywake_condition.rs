//! `Condition`, and its lock.

#![no_std]
#![no_main]

use anywake_size::anywake::condition;
use anywake_size::run;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&[condition])
}
