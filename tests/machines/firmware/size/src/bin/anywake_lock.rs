//! `Lock`.

#![no_std]
#![no_main]

use anywake_size::anywake::lock;
use anywake_size::run;

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&[lock])
}
