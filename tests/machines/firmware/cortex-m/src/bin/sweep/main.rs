//! Interrupts each case after each of its instructions in turn.
//!
//! A case has a piece of code that uses a primitive, an interrupt handler that uses the same primitive, and assertions
//! that must hold after both, wherever the interrupt came. In each trial of a case the interrupt comes one clock later,
//! until it comes after the code. QEMU's `-icount` makes a run deterministic. With the setting of the script `run`, an
//! instruction takes at least one clock, so that no instruction is skipped. The first test proves that by a row of
//! `nop`s.
//!
//! By default all trials of all cases run. With a case and a delay on the command line only this trial runs, as in
//! `run sweep lock-cancel 120`. A failure names its case and delay.
//!
//! Without a critical section around the internal lock, a handler that runs while the lock is held would spin for ever.
//! If a wake or an item is lost, a trial fails.

#![no_std]
#![no_main]

use anywake_cortex_m::{TRIAL, arguments, fail, succeed};
use cortex_m_semihosting::hprintln;
use portable_atomic::Ordering::SeqCst;

use crate::trial::{Case, PLACE, Trial, eight_nops};

mod barrier;
mod broadcast;
mod condition;
mod event;
mod latch;
mod lock;
mod notify;
mod once_cell;
mod oneshot;
mod queue;
mod rwlock;
mod semaphore;
mod signal;
mod trial;
mod wait_group;
mod watch;

const CASES: &[&[Case]] = &[
    lock::CASES,
    semaphore::CASES,
    event::CASES,
    notify::CASES,
    condition::CASES,
    queue::CASES,
    rwlock::CASES,
    barrier::CASES,
    broadcast::CASES,
    latch::CASES,
    wait_group::CASES,
    once_cell::CASES,
    oneshot::CASES,
    signal::CASES,
    watch::CASES,
];

/// Sweeps the interrupt over a case. Returns the number of trials whose interrupt came within the code, and the number
/// of different places.
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

/// Asserts that the sweep skips no instruction of a row of `nop`s.
fn every_instruction_is_hit() {
    const ROW: u32 = 64;
    fn row(trial: &mut Trial) {
        // SAFETY: `nop` has no effect.
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
    // A `nop` has two bytes. This counts the longest row of places at that distance.
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
        let Some((_, case)) = CASES.iter().copied().flatten().find(|case| case.0 == name) else {
            fail("there is no such case")
        };
        let mut trial = Trial { delay, in_time: false };
        case(&mut trial);
        hprintln!("{} {}: struck at {:#x}, in time: {}", name, delay, PLACE.load(SeqCst), trial.in_time);
        succeed()
    }

    every_instruction_is_hit();
    let mut total = 0;
    for (name, case) in CASES.iter().copied().flatten() {
        hprintln!("test sweep {} ...", name);
        let (trials, places) = sweep(*case, |_| ());
        assert!(places > 9, "the interrupt came only before the code, and never within it");
        hprintln!("     ok, {} trials, {} places", trials, places);
        total += trials;
    }
    hprintln!("{} trials", total);
    succeed()
}
