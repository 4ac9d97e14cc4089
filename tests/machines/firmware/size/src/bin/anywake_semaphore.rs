//! `Semaphore`.

#![no_std]
#![no_main]

use anywake_size::anywake::semaphore;
use anywake_size::run;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&[semaphore])
}
