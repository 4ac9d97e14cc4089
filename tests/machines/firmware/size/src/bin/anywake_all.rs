//! All five.

#![no_std]
#![no_main]

use anywake_size::anywake::{condition, event, lock, queue, semaphore};
use anywake_size::run;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&[lock, semaphore, event, condition, queue])
}
