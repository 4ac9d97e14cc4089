//! Console, exit and timer of QEMU's `virt` machine, shared by the programs.

#![no_std]

use core::fmt::{self, Write};

use anywake_scenarios::Board;

/// The machine's serial line.
#[derive(Debug)]
pub struct Console;

impl Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            // SAFETY: the address is the transmit register of the UART, which is always ready in QEMU.
            unsafe { (0x1000_0000 as *mut u8).write_volatile(byte) };
        }
        Ok(())
    }
}

impl Board for Console {
    fn print(line: fmt::Arguments<'_>) {
        let _ = writeln!(Console, "{line}");
    }
}

fn exit(code: u32) -> ! {
    loop {
        // SAFETY: the address is the test device of the machine, which ends the emulator.
        unsafe { (0x10_0000 as *mut u32).write_volatile(code) };
    }
}

/// Ends the program with success: the exit status of the emulator is 0.
pub fn succeed() -> ! {
    Console::print(format_args!("test result: ok"));
    exit(0x5555)
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    Console::print(format_args!("FAILED: {info}"));
    exit(1 << 16 | 0x3333)
}

/// Sets the timer interrupt to the next millisecond.
fn arm_timer() {
    const TIME: *const u32 = 0x0200_bff8 as *const u32;
    const COMPARE: *mut u32 = 0x0200_4000 as *mut u32;
    // SAFETY: the address is the low half of the clock. If it wraps before the high half is read, one tick is late by
    // at most one wrap.
    let low = unsafe { TIME.read_volatile() };
    // SAFETY: the address is the high half of the clock.
    let high = unsafe { TIME.add(1).read_volatile() };
    let next = (u64::from(high) << 32 | u64::from(low)) + 10_000;
    // SAFETY: the address is the high half of the compare register. Its largest value prevents an interrupt while the
    // halves do not belong together.
    unsafe { COMPARE.add(1).write_volatile(u32::MAX) };
    // SAFETY: the address is the low half of the compare register.
    unsafe { COMPARE.write_volatile(next as u32) };
    // SAFETY: the address is the high half of the compare register.
    unsafe { COMPARE.add(1).write_volatile((next >> 32) as u32) };
}

#[riscv_rt::core_interrupt(riscv::interrupt::Interrupt::MachineTimer)]
fn timer() {
    arm_timer();
    anywake_scenarios::on_tick();
}

/// Starts the timer interrupt.
pub fn start_timer() {
    arm_timer();
    // SAFETY: no code relies on the timer interrupt being off.
    unsafe { riscv::register::mie::set_mtimer() };
    // SAFETY: this is not inside a critical section.
    unsafe { riscv::interrupt::enable() };
}
