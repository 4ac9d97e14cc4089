//! All three.

#![no_std]
#![no_main]

use anywake_size::maitake::{event, lock, semaphore};
use anywake_size::run;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&[lock, semaphore, event])
}
