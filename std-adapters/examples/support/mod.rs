//! What the examples share: the runtimes that they run on, and their clock.
//!
//! ```text
//! cargo run -p anywake-examples --bin condition            # on tokio, async-std and smol in turn
//! cargo run -p anywake-examples --bin condition -- smol    # on this one
//! ```

use core::time::Duration;

/// A second of the book is a tenth of one here: waits stay far longer than what the work between them takes.
#[allow(dead_code, reason = "not every example waits")]
pub(crate) fn seconds(seconds: f64) -> Duration {
    Duration::from_millis(100).mul_f64(seconds)
}

/// Makes `async fn program<R: Runtime>()` the example's `main`: it runs on the runtime that the first argument names,
/// or on all three in turn with a heading each. The exit code of an unknown name is 2.
#[macro_export]
macro_rules! on_each_runtime {
    ($program:ident) => {
        fn main() -> std::process::ExitCode {
            use anywake::{AsyncStd, Smol, Tokio};
            match std::env::args().nth(1).as_deref() {
                None => {
                    println!("== tokio");
                    Tokio.block_on($program::<Tokio>());
                    println!("\n== async-std");
                    AsyncStd.block_on($program::<AsyncStd>());
                    println!("\n== smol");
                    Smol.block_on($program::<Smol>());
                }
                Some("tokio") => Tokio.block_on($program::<Tokio>()),
                Some("async-std") => AsyncStd.block_on($program::<AsyncStd>()),
                Some("smol") => Smol.block_on($program::<Smol>()),
                Some(other) => {
                    eprintln!("there is no runtime '{other}' here, only tokio, async-std and smol");
                    return std::process::ExitCode::from(2);
                }
            }
            std::process::ExitCode::SUCCESS
        }
    };
}
