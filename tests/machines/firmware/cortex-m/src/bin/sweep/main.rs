//! An interrupt after each instruction in turn.
//!
//! Every case is a piece of code that works on a primitive, an interrupt handler that works on the same one, and what
//! must hold when both are through, wherever the second one came. The timer is set to strike one clock later with every
//! trial, until it strikes behind the code. QEMU's `-icount` makes a run deterministic and, as `run` sets it, an
//! instruction no shorter than a clock: so no instruction is skipped. The first case proves that on a row of `nop`s.
//!
//! All cases run from the first clock on. With two words from the command line, a case and a delay, only this one trial
//! does: what a failure names, such as `run sweep lock-cancel 120`, shows it again.
//!
//! Without a critical section around the internal lock, the first handler that strikes while the lock is held would
//! spin for ever; with a wake or an item lost, a trial fails.

#![no_std]
#![no_main]

use anywake_cortex_m::{TRIAL, arguments, fail, succeed};
use cortex_m_semihosting::hprintln;
use portable_atomic::Ordering::SeqCst;

use crate::trial::{Case, PLACE, Trial, eight_nops};

mod condition;
mod event;
mod lock;
mod queue;
mod semaphore;
mod trial;

const CASES: [&[Case]; 5] = [lock::CASES, semaphore::CASES, event::CASES, condition::CASES, queue::CASES];

/// Sweeps the interrupt over a case. Gives how many trials struck before its end, and at how many places.
fn sweep(case: fn(&mut Trial), mut at: impl FnMut(u32)) -> (u32, u32) {
    let (mut trials, mut places, mut last) = (0, 0, 0);
    for delay in 1.. {
        TRIAL.store(delay, SeqCst);
        let mut trial = Trial { delay, in_time: false };
        case(&mut trial);
        if !trial.in_time {
            break;
        }
        trials += 1;
        let place = PLACE.load(SeqCst);
        if place != last {
            places += 1;
            last = place;
            at(place);
        }
    }
    (trials, places)
}

/// Without jumps in the addresses, a row of `nop`s shows whether an instruction is skipped.
fn every_instruction_is_hit() {
    const ROW: u32 = 64;
    fn row(trial: &mut Trial) {
        // SAFETY: it does nothing.
        let code = || unsafe {
            core::arch::asm!(
                eight_nops!(),
                eight_nops!(),
                eight_nops!(),
                eight_nops!(),
                eight_nops!(),
                eight_nops!(),
                eight_nops!(),
                eight_nops!(),
                options(nostack, preserves_flags)
            )
        };
        trial.run(|| 0, code);
    }
    // Two bytes each: the longest row of places that lie so.
    let (mut in_a_row, mut longest, mut last) = (0, 0, 0);
    sweep(row, |place| {
        in_a_row = if place == last + 2 { in_a_row + 1 } else { 0 };
        longest = longest.max(in_a_row);
        last = place;
    });
    assert!(longest >= ROW, "only {longest} of {ROW} instructions in a row were hit: is -icount set?");
    hprintln!("test sweep reaches every instruction ... ok");
}

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut buffer = [0; 128];
    let (name, delay) = arguments(&mut buffer);
    if let (Some(name), Some(delay)) = (name, delay) {
        let Some((_, case)) = CASES.into_iter().flatten().find(|case| case.0 == name) else {
            fail("no such case")
        };
        let mut trial = Trial { delay, in_time: false };
        case(&mut trial);
        hprintln!("{} {}: struck at {:#x}, in time: {}", name, delay, PLACE.load(SeqCst), trial.in_time);
        succeed()
    }

    every_instruction_is_hit();
    let mut total = 0;
    for (name, case) in CASES.into_iter().flatten() {
        hprintln!("test sweep {} ...", name);
        let (trials, places) = sweep(*case, |_| ());
        assert!(places > 9, "it never struck within the code, but in the instructions before it");
        hprintln!("     ok, {} trials, {} places", trials, places);
        total += trials;
    }
    hprintln!("{} trials", total);
    succeed()
}
