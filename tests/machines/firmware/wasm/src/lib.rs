//! The scenarios in a WebAssembly module, whose thread blocks in the host until a timer fires, as a core does in `wfi`.

#![no_std]

use core::fmt::{self, Write};
use core::pin::pin;

use anywake_minimal::{Executor, Flags};
use anywake_scenarios::{Board, PLAYERS, on_tick, player};

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    /// Prints a piece of text.
    fn print(text: *const u8, length: usize);
    /// Blocks until the host's timer fires.
    safe fn wait_for_timer();
}

struct Console;

impl Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: the pointer and the length are those of `text`.
        unsafe { print(text.as_ptr(), text.len()) };
        Ok(())
    }
}

impl Board for Console {
    fn print(line: fmt::Arguments<'_>) {
        let _ = writeln!(Console, "{line}");
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    Console::print(format_args!("FAILED: {info}"));
    core::arch::wasm32::unreachable()
}

/// A critical section for one thread without interrupts: it has nothing to do.
struct Alone;
critical_section::set_impl!(Alone);

// SAFETY: there is one thread, and nothing interrupts it.
unsafe impl critical_section::Impl for Alone {
    unsafe fn acquire() {}
    unsafe fn release((): ()) {}
}

/// Runs all scenarios to their end.
#[unsafe(no_mangle)]
pub extern "C" fn run() {
    static WOKEN: Flags<PLAYERS> = Flags::new();
    let (a, b) = (pin!(player::<Console>(0)), pin!(player::<Console>(1)));
    let (c, d) = (pin!(player::<Console>(2)), pin!(player::<Console>(3)));
    Executor::new([a, b, c, d], &WOKEN).run(|| {
        wait_for_timer();
        on_tick();
    });
    Console::print(format_args!("test result: ok"));
}
