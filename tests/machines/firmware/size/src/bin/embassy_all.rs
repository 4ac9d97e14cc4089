//! All four.

#![no_std]
#![no_main]

use anywake_size::embassy::{event, lock, queue, semaphore};
use anywake_size::run;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&[lock, semaphore, event, queue])
}
