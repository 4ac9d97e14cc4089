//! The checks that a mistake has to get past, in the order of what they cost.

use std::process::{Command, Output, Stdio};

use crate::tree::Tree;

/// One of them: a call of cargo that fails if it finds something.
#[derive(Debug)]
pub(crate) struct Check {
    pub name: &'static str,
    arguments: &'static str,
    build: Build,
    /// After so many seconds it hangs, which is a finding as well.
    patience: u32,
}

/// What differs has a directory of its own, or one would be built again for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Build {
    /// The quickest to compile.
    Plain,
    /// The explorer takes several times as long without. Overflow and assertions are still checked.
    Optimized,
    /// With the models' flags.
    Models,
}

/// How a mistake shows.
#[derive(Debug)]
pub(crate) struct Finding {
    pub what: String,
    pub output: String,
}

pub(crate) const CHECKS: &[Check] = &[
    check("units", "-p anywake-core --features std,futures --lib", 60),
    check("types", "-p anywake-tests --test auto_traits --test ui", 300),
    check("semantics", "-p anywake-tests --test semantics", 65),
    check("conformance", "-p anywake-tests --test conformance --test mixed", 120),
    Check { build: Build::Optimized, ..check("explorer", "-p anywake-tests --test explorer", 300) },
    Check {
        build: Build::Models,
        ..check("loom", "--release -p anywake-core --features std,futures --lib", 900)
    },
    check("stress", "-p anywake-tests --test stress", 300),
];

const fn check(name: &'static str, arguments: &'static str, patience: u32) -> Check {
    Check { name, arguments, build: Build::Plain, patience }
}

impl Check {
    pub(crate) fn is_of_models(&self) -> bool {
        self.build == Build::Models
    }

    /// Whether it, or a part of it, is called this.
    pub(crate) fn is_meant_by(&self, name: &str) -> bool {
        name.split("::").next() == Some(self.name)
    }

    /// What it finds, or a part of it, if anything.
    pub(crate) fn run(&self, tree: &Tree, part: Option<&str>) -> Result<Option<Finding>, String> {
        let part = part.filter(|name| name.contains("::")).unwrap_or_default();
        // First without a clock: how long the compiler takes says nothing.
        let built = self.cargo(tree, "--no-run", None)?;
        if !built.status.success() {
            let output = text(&built);
            let error = output.lines().find(|line| line.starts_with("error")).unwrap_or("an error");
            return Ok(Some(Finding { what: format!("does not compile: `{error}`"), output }));
        }
        let ran = self.cargo(tree, part, Some(self.patience))?;
        if ran.status.success() {
            return Ok(None);
        }
        let output = text(&ran);
        let what = if ran.status.code() == Some(124) {
            format!("hangs{}", running(&output).map_or_else(String::new, |test| format!(" in `{test}`")))
        } else {
            failure(&output).unwrap_or_else(|| ran.status.to_string())
        };
        Ok(Some(Finding { what, output }))
    }

    fn cargo(&self, tree: &Tree, more: &str, patience: Option<u32>) -> Result<Output, String> {
        // `timeout` ends what cargo has started, too.
        let mut command = Command::new("timeout");
        let (directory, level, flags) = match self.build {
            Build::Plain => ("plain", "0", ""),
            Build::Optimized => ("optimized", "1", ""),
            Build::Models => ("models", "0", "--cfg loom"),
        };
        command
            .args(["--kill-after=5", &patience.unwrap_or(0).to_string(), "cargo", "test", "--no-fail-fast"])
            .args(self.arguments.split(' '))
            .args(more.split_terminator(' '))
            .env("CARGO_TARGET_DIR", tree.target.join(directory))
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", level)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "1")
            .env("RUST_BACKTRACE", "0")
            .env("RUSTFLAGS", flags)
            .env("LOOM_MAX_PREEMPTIONS", "2");
        output(command, tree)
    }
}

/// A mistake that does not compile is none.
pub(crate) fn compiles(tree: &Tree) -> Result<(), String> {
    let mut command = Command::new("cargo");
    command
        .args(["check", "-p", "anywake-core", "--all-features"])
        .env("CARGO_TARGET_DIR", tree.target.join("plain"));
    let output = output(command, tree)?;
    if output.status.success() { Ok(()) } else { Err(text(&output)) }
}

fn output(mut command: Command, tree: &Tree) -> Result<Output, String> {
    command.current_dir(&tree.root).stdin(Stdio::null());
    command.output().map_err(|error| format!("{command:?}: {error}"))
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The first test that failed, and how many more did.
fn failure(output: &str) -> Option<String> {
    let model = output.lines().find_map(|line| line.strip_prefix("model '")?.split('\'').next());
    if let Some(model) = model {
        return Some(format!("`{}`", model.trim_start_matches("tests::loom::")));
    }
    let failed: Vec<_> = output.lines().filter_map(|line| line.strip_suffix(" ... FAILED")).collect();
    let Some(first) = failed.first() else {
        let (_, signal) = output.lines().find_map(|line| line.split_once("(signal: "))?;
        return Some(format!("dies of signal {}", signal.trim_end_matches(')')));
    };
    let first = first.trim_start_matches("test ");
    Some(match failed.len() {
        1 => format!("`{first}`"),
        failed => format!("`{first}` and {} more", failed - 1),
    })
}

/// A test that the runner has complained about, because it takes so long.
fn running(output: &str) -> Option<&str> {
    let line = output.lines().find(|line| line.contains("has been running for over"))?;
    line.trim_start_matches("test ").split(' ').next()
}
