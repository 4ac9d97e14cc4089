//! Models on shuttle: as many schedules of a model are run as one asks for.

use std::sync::Arc;
use std::time::Instant;
use std::{env, println};

pub(super) use ::shuttle::future::block_on;
pub(super) use ::shuttle::thread::spawn;

/// How many schedules of each kind are run, unless `SHUTTLE_ROUNDS` says something else.
const ROUNDS: usize = 20_000;

/// At how many places PCT makes a thread wait that could run.
const PCT_DEPTH: usize = 3;

pub(super) fn model<F: Fn() + Send + Sync + 'static>(check: F) {
    if let Ok(schedule) = env::var("SHUTTLE_REPLAY") {
        return ::shuttle::replay(check, &schedule);
    }
    let rounds = env::var("SHUTTLE_ROUNDS")
        .map_or(ROUNDS, |rounds| rounds.parse().expect("SHUTTLE_ROUNDS is a number"));
    let check = Arc::new(check);
    let again = Arc::clone(&check);
    let begin = Instant::now();
    ::shuttle::check_random(move || check(), rounds);
    ::shuttle::check_pct(move || again(), rounds, PCT_DEPTH);
    println!("| `{}` | 2 x {rounds} | {:.1} s |", super::name_of::<F>(), begin.elapsed().as_secs_f32());
}
