//! Compares instructions per operation and bytes of code with a committed baseline, and fails if they have grown.
//!
//! On a shared machine a clock cannot distinguish 2 % from noise, but an instruction count can. callgrind counts one
//! run of this program with few operations and one with more. The difference is the cost of the operations, without
//! start-up and tear-down.

use core::error::Error;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anywake_benches::harness::Kind;
use anywake_benches::probes::{self, Probe};
use lexopt::{Arg, ValueExt};
use serde::{Deserialize, Serialize};

const HELP: &str = "\
instructions: instructions per operation (callgrind) and code size, against benches/baseline.json

  --accept          write the figures as the new baseline
  --all             print the rivals too (the baseline has only our primitives)
  --filter WORD     only operations whose name contains this word; no code size, no comparison and no baseline";

/// The tolerated growth, for changes of the compiler: relative, and absolute for the smallest counts.
const TOLERANCE: f64 = 0.03;
const SLACK: f64 = 1.0;

const FEW: u64 = 1_000;
const MORE: u64 = 6_000;

/// The functions of a wait that is not ready at once. They do not depend on the type of the value, so a program has one
/// copy of each.
const COLD: [&str; 4] = ["enqueue", "refresh", "give_up", "unlock_contended"];

/// The five primitives that share a budget of flash. Each is a feature of the program in `size/`.
const PRIMITIVES: [&str; 5] = ["lock", "semaphore", "event", "condition", "queue"];
/// Those that are weighed one by one.
const FURTHER: &[&str] = &[
    "rwlock",
    "once_cell",
    "notify",
    "latch",
    "wait_group",
    "barrier",
    "broadcast",
    "cancellation_token",
    "oneshot",
    "signal",
    "watch",
];

#[derive(Debug, Default, Serialize, Deserialize)]
struct Baseline {
    /// The compiler of the figures.
    compiler: String,
    /// Instructions per operation.
    instructions: BTreeMap<String, f64>,
    /// Bytes of code that a primitive adds to a program, at `opt-level = \"z\"`.
    bytes: BTreeMap<String, f64>,
    /// The number of cold functions of a lock in a program: see [`copies`].
    copies: BTreeMap<String, f64>,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (mut accept, mut all, mut filter) = (false, false, None);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("accept") => accept = true,
            Arg::Long("all") => all = true,
            Arg::Long("filter") => filter = Some(parser.value()?.string()?),
            // This program calls itself with this option under callgrind.
            Arg::Long("probe") => {
                let index: usize = parser.value()?.parse()?;
                let times: u64 = parser.value()?.parse()?;
                (probes::all()[index].run)(times);
                return Ok(ExitCode::SUCCESS);
            }
            Arg::Long("help") | Arg::Short('h') => {
                println!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            other => return Err(other.unexpected().into()),
        }
    }

    let mut found = Baseline { compiler: compiler()?, ..Baseline::default() };
    for (index, probe) in probes::all().into_iter().enumerate() {
        let wanted = filter.as_ref().is_none_or(|word| probe.operation.contains(word.as_str()));
        if wanted && (all || probe.kind == Kind::Ours) {
            let count = instructions(index)?;
            println!("{count:>8.1} instructions  {}", name(&probe));
            if probe.kind == Kind::Ours {
                found.instructions.insert(name(&probe), count);
            }
        }
    }
    if filter.is_some() {
        return Ok(ExitCode::SUCCESS);
    }
    found.bytes = sizes()?;
    found.bytes.iter().for_each(|(name, bytes)| println!("{bytes:>8} bytes of code  {name}"));
    found.copies = copies()?;
    found.copies.iter().for_each(|(name, count)| println!("{count:>8} functions  {name}"));

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("baseline.json");
    if accept {
        fs::write(&path, serde_json::to_string_pretty(&found)? + "\n")?;
        println!("written as the baseline: {}", path.display());
        return Ok(ExitCode::SUCCESS);
    }
    let baseline: Baseline = serde_json::from_str(&fs::read_to_string(&path)?)?;
    Ok(verdict(&baseline, &found))
}

fn name(probe: &Probe) -> String {
    format!("{}: {}", probe.contender, probe.operation)
}

/// Compares the figures with the baseline, and prints what to do about a regression.
fn verdict(baseline: &Baseline, found: &Baseline) -> ExitCode {
    let about = |old: f64| old * (1.0 + TOLERANCE) + SLACK;
    let worse = regressions("instructions", about, &baseline.instructions, &found.instructions)
        + regressions("bytes", about, &baseline.bytes, &found.bytes)
        // A function is there or not.
        + regressions("functions", |old| old, &baseline.copies, &found.copies);
    if worse == 0 {
        println!("no figure is worse than the baseline");
        return ExitCode::SUCCESS;
    }
    println!("\n{worse} figures are worse than benches/baseline.json allows.");
    if baseline.compiler != found.compiler {
        println!("The baseline is of another compiler ({}): this is {}.", baseline.compiler, found.compiler);
    }
    println!("If the change is worth it, accept the new figures, and give the reason in the same commit:");
    println!("    benches/instructions.sh --accept");
    ExitCode::FAILURE
}

/// Prints and counts the figures that are higher than `allowed` for the old ones, new, or gone.
fn regressions(
    unit: &str,
    allowed: impl Fn(f64) -> f64,
    baseline: &BTreeMap<String, f64>,
    found: &BTreeMap<String, f64>,
) -> usize {
    let mut worse = 0;
    for (name, &new) in found {
        match baseline.get(name) {
            Some(&old) if new <= allowed(old) => {}
            Some(&old) => {
                println!("worse: {name}: {old:.1} {unit} before, {new:.1} now");
                worse += 1;
            }
            None => {
                println!("not in the baseline: {name} ({new:.1} {unit})");
                worse += 1;
            }
        }
    }
    for name in baseline.keys().filter(|name| !found.contains_key(*name)) {
        println!("in the baseline, but no longer measured: {name}");
        worse += 1;
    }
    worse
}

fn instructions(index: usize) -> Result<f64, Box<dyn Error>> {
    let few = callgrind(index, FEW)?;
    let more = callgrind(index, MORE)?;
    Ok((more - few) / (MORE - FEW) as f64)
}

/// Returns the instructions of this program for a number of calls of one probe.
fn callgrind(index: usize, times: u64) -> Result<f64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args(["--probe", &index.to_string(), &times.to_string()])
        .stdout(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind, which counts the instructions, cannot be started: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let count = text.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    match count {
        Some(count) if output.status.success() => Ok(count),
        _ => Err(format!("callgrind printed no count ({}):\n{text}", output.status).into()),
    }
}

/// Returns the bytes of code that each primitive, and all together, add to a program that is built for size.
fn sizes() -> Result<BTreeMap<String, f64>, Box<dyn Error>> {
    let nothing = code_bytes(&[])?;
    let mut sizes = BTreeMap::new();
    for &primitive in PRIMITIVES.iter().chain(FURTHER) {
        sizes.insert(format!("size: {primitive}"), code_bytes(&[primitive])? - nothing);
    }
    sizes.insert("size: all five".to_owned(), code_bytes(&PRIMITIVES)? - nothing);
    let further_types = code_bytes(&["five_types"])? - code_bytes(&["one_type"])?;
    sizes.insert(
        "size: a further type in a lock, with all that a program does to it".to_owned(),
        further_types / 4.0,
    );
    Ok(sizes)
}

/// Counts the cold functions in a program with locks of one type, and of five types. The counts must be equal.
///
/// The build is not optimised. A build for size folds functions that are equal to the byte into one, which hides that the
/// compiler made them five times.
fn copies() -> Result<BTreeMap<String, f64>, Box<dyn Error>> {
    let one = cold_functions("one_type")?;
    let five = cold_functions("five_types")?;
    if five > one {
        return Err(format!("{one} cold functions with a lock of one type, {five} with five types").into());
    }
    let named = |name: &str, count: usize| (format!("cold functions: {name}"), count as f64);
    Ok([named("lock of one type", one), named("locks of five types", five)].into())
}

fn cold_functions(feature: &str) -> Result<usize, Box<dyn Error>> {
    let program = size_program("dev", &[feature])?;
    // `nm` lists the symbols. It is part of binutils, as the linker is.
    let output = Command::new("nm").args(["--demangle", "--defined-only"]).arg(program).output()?;
    let text = String::from_utf8(output.stdout)?;
    let functions: Vec<_> = text.lines().filter(|line| line.contains("anywake_core::")).collect();
    match COLD.iter().find(|cold| !functions.iter().any(|line| line.contains(**cold))) {
        Some(gone) => Err(format!("no function of the program has the name {gone}").into()),
        None => Ok(functions.iter().filter(|line| COLD.iter().any(|cold| line.contains(cold))).count()),
    }
}

/// Builds the program in `size/` with these features, and returns its path.
fn size_program(profile: &str, features: &[&str]) -> Result<PathBuf, Box<dyn Error>> {
    let target = target_directory()?.join("size");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("size/Cargo.toml");
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--profile",
            profile,
            "--features",
            &features.join(","),
            "--manifest-path",
        ])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&target)
        .status()?;
    if !built.success() {
        return Err("the program in benches/size cannot be built".into());
    }
    let directory = if profile == "dev" { "debug" } else { profile };
    Ok(target.join(directory).join("anywake-size"))
}

fn code_bytes(features: &[&str]) -> Result<f64, Box<dyn Error>> {
    let program = size_program("release", features)?;
    // `size` is part of binutils, as the linker is.
    let output = Command::new("size").arg("-A").arg(program).output()?;
    let text = String::from_utf8(output.stdout)?;
    let mut sections = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let code = sections.find_map(|words| (words.first() == Some(&".text")).then(|| words[1].to_owned()));
    Ok(code.ok_or("`size` printed no .text section")?.parse()?)
}

/// Returns cargo's target directory, two levels above this program.
fn target_directory() -> Result<PathBuf, Box<dyn Error>> {
    let program = env::current_exe()?;
    Ok(program.ancestors().nth(2).ok_or("this program is not in a target directory")?.to_owned())
}

fn compiler() -> Result<String, Box<dyn Error>> {
    let output =
        Command::new(env::var("RUSTC").unwrap_or_else(|_| "rustc".into())).arg("--version").output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
