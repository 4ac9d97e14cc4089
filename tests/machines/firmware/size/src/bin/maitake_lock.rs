//! `Mutex`.

#![no_std]
#![no_main]

use anywake_size::maitake::lock;
use anywake_size::run;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&[lock])
}
