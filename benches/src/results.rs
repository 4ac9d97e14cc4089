//! The results of a run in one file: what `--json` writes, and `--from` reads instead of measuring.

use core::error::Error;
use core::time::Duration;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use serde::{Deserialize, Serialize};

use crate::harness::Outcome;
use crate::memory;

/// Everything that the tables and the page are made from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Results {
    /// Where it was measured.
    pub machine: Machine,
    /// The number of rounds of each row.
    pub rounds: usize,
    /// The length of a round of one row on one thread.
    pub round: Duration,
    /// The figures.
    pub workloads: Vec<Outcome>,
    /// The bytes of each primitive and channel.
    pub memory: Vec<memory::Row>,
}

/// What is known of a machine. A fact that the machine does not tell is empty.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Machine {
    /// The model of the processor.
    pub processor: String,
    /// The number of cores that this process may use.
    pub cores: usize,
    /// The operating system, its version and the architecture.
    pub system: String,
    /// The compiler.
    pub compiler: String,
    /// How busy the machine was before the run: the mean number of programs that wanted to run in the minute before.
    pub load: String,
}

impl Machine {
    /// This one.
    pub fn here() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let processor = read("/proc/cpuinfo").lines().find_map(|line| {
            line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.to_owned())
        });
        let (system, architecture) = (std::env::consts::OS, std::env::consts::ARCH);
        let compiler = Command::new("rustc").arg("--version").output().map(|output| output.stdout);
        Self {
            processor: processor.unwrap_or_default(),
            cores: thread::available_parallelism().map_or(0, usize::from),
            system: format!("{system} {} {architecture}", read("/proc/sys/kernel/osrelease").trim()),
            compiler: String::from_utf8_lossy(&compiler.unwrap_or_default()).trim().to_owned(),
            load: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
        }
    }
}

/// Returns all figures as JSON.
pub fn json(results: &Results) -> serde_json::Result<String> {
    serde_json::to_string_pretty(results)
}

/// Reads what [`json`] has written.
pub fn read(path: &Path) -> Result<Results, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
}
