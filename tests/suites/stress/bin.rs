//! Runs chosen storms: `cargo run -p anywake-tests --release --bin stress -- --seed 7 --count 100 --runtime smol`.
//!
//! `--seed` is the first seed (default 0), `--count` the number of seeds from there on (default 1), and `--runtime` a
//! runtime of the tests, or `all` (the default).

mod flavours;
mod patience;
mod plan;
mod rng;
mod roles;
mod sabotage;
mod seeded;
mod storm;
mod watchdog;
mod world;

use core::sync::atomic::Ordering::Relaxed;
use std::process::ExitCode;
use std::time::Instant;

use flavours::{FLAVOURS, Flavour};

struct Arguments {
    seeds: core::ops::Range<u64>,
    flavours: Vec<&'static Flavour>,
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let (mut seed, mut count, mut runtime) = (0, 1, "all".to_owned());
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or(format!("{option} needs a value"))?;
        let number = || value.parse().map_err(|error| format!("{option} {value}: {error}"));
        match option.as_str() {
            "--seed" => seed = number()?,
            "--count" => count = number()?,
            "--runtime" => runtime = value,
            _ => return Err(format!("there is no option {option}")),
        }
    }
    let flavours: Vec<_> = FLAVOURS.iter().filter(|one| runtime == "all" || one.name == runtime).collect();
    if flavours.is_empty() {
        let names: Vec<_> = FLAVOURS.iter().map(|one| one.name).collect();
        return Err(format!("there is no runtime {runtime}; there are: all {}", names.join(" ")));
    }
    Ok(Arguments { seeds: seed..seed.saturating_add(count), flavours })
}

fn main() -> ExitCode {
    let Arguments { seeds, flavours } = match parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    for seed in seeds {
        for flavour in &flavours {
            let begin = Instant::now();
            let world = flavour.run(seed);
            println!(
                "seed {seed} on {}: {} steps, {} visits, {} items, {} interrupted, {} cancelled, {} ms",
                flavour.name,
                world.steps.load(Relaxed),
                world.visits.load(Relaxed),
                world.items.made.load(Relaxed),
                world.sabotaged.load(Relaxed),
                world.cancelled.load(Relaxed),
                begin.elapsed().as_millis()
            );
            world.check_dropped();
        }
    }
    ExitCode::SUCCESS
}
