//! The study notes, 4.1 "Chaining Coroutines" (`chained.py`): each chain waits for its own parts only.
//!
//! ```text
//! cargo run -p anywake-examples --bin chained [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `await part1(n)`, then `await part2(n, p1)` | the same |
//! | `gather(*(chain(n) for n in args))` | `gather` of tasks |
//! | `random.randint` | random, but seeded: each run takes its time in the same way |

#[path = "support/random.rs"]
mod random;
#[macro_use]
mod support;

use anywake::{Runtime, gather};
use random::Random;
use support::seconds;

on_each_runtime!(program);

/// With this one the chains take 4, 8 and 6 seconds.
const SEED: u64 = 223;

async fn program<R: Runtime>() {
    println!("# 4.1 Chaining Coroutines");
    let chains = [1, 2, 3].map(|n| R::default().spawn(chain::<R>(n)));
    gather(chains).await.expect("no chain fails");
}

async fn chain<R: Runtime>(n: u64) {
    let mut random = Random::seeded(n + SEED);
    let p1 = part1::<R>(n, &mut random).await;
    let p2 = part2::<R>(n, &p1, &mut random).await;
    println!("Chained result{n} => {p2}");
}

async fn part1<R: Runtime>(n: u64, random: &mut Random) -> String {
    R::default().sleep(seconds(random.up_to(10).into())).await;
    format!("result{n}-1")
}

async fn part2<R: Runtime>(n: u64, arg: &str, random: &mut Random) -> String {
    R::default().sleep(seconds(random.up_to(10).into())).await;
    format!("result{n}-2 derived from {arg}")
}
