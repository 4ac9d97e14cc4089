//! Exit by semihosting, timer and command line, shared by the programs.

#![no_std]

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use anywake_scenarios::Board;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_semihosting::{debug, hprintln};

/// The emulator's console.
#[derive(Debug)]
pub struct Console;

impl Board for Console {
    fn print(line: fmt::Arguments<'_>) {
        hprintln!("{}", line);
    }
}

/// Ends the program with success: the exit status of the emulator is 0.
pub fn succeed() -> ! {
    hprintln!("test result: ok");
    loop {
        debug::exit(debug::EXIT_SUCCESS);
    }
}

/// The number of the current trial, which a failure reports unless it is 0.
pub static TRIAL: AtomicU32 = AtomicU32::new(0);

/// Ends the program with exit status 1.
pub fn fail(why: impl fmt::Display) -> ! {
    hprintln!("FAILED: {}", why);
    // Ordering: Relaxed, since there is one core.
    match TRIAL.load(Ordering::Relaxed) {
        0 => {}
        trial => hprintln!("in trial {}", trial),
    }
    loop {
        debug::exit(debug::EXIT_FAILURE);
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    fail(info)
}

#[cortex_m_rt::exception]
unsafe fn HardFault(frame: &cortex_m_rt::ExceptionFrame) -> ! {
    fail(format_args!("hard fault at {:#010x}", frame.pc()))
}

/// Starts a timer interrupt after about each `instructions` instructions. Returns the clocks of the timer in 1024
/// instructions, which depend on the board.
pub fn start_timer(timer: &mut SYST, instructions: u32) -> u32 {
    const LONGEST: u32 = 0x00ff_ffff;
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(LONGEST);
    timer.clear_current();
    timer.enable_counter();
    let begin = SYST::get_current();
    // The loop of `delay` has two instructions.
    cortex_m::asm::delay(1024);
    let rate = (begin - SYST::get_current()) & LONGEST;
    timer.set_reload(instructions * rate / 1024);
    timer.clear_current();
    timer.enable_interrupt();
    rate
}

/// The arguments of the program, from the emulator's command line: a name and a number.
pub fn arguments(buffer: &mut [u8; 128]) -> (Option<&str>, Option<u32>) {
    const SYS_GET_CMDLINE: usize = 0x15;
    let mut block = [buffer.as_mut_ptr() as usize, buffer.len()];
    // SAFETY: the block is a buffer and its length, as this call requires.
    let status = unsafe { cortex_m_semihosting::syscall1(SYS_GET_CMDLINE, block.as_mut_ptr() as usize) };
    if status != 0 {
        return (None, None);
    }
    let line = core::str::from_utf8(&buffer[..block[1].min(buffer.len())]).unwrap_or("");
    let mut words = line.trim_end_matches('\0').split(' ').skip(1);
    (words.next(), words.next().and_then(|number| number.parse().ok()))
}
