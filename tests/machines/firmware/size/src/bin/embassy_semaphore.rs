//! `FairSemaphore`.

#![no_std]
#![no_main]

use anywake_size::embassy::semaphore;
use anywake_size::run;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&[semaphore])
}
