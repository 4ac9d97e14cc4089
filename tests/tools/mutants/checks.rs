//! The checks that a mistake has to get past, in the order of what they cost. Each is built once.

use core::time::Duration;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Instant;
use std::{io, thread};

/// A few programs of tests, and how they are built.
#[derive(Debug)]
pub(crate) struct Check {
    pub name: &'static str,
    arguments: &'static str,
    build: Build,
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
    /// Of another copy. Cargo names what it builds after its place in the workspace, and would take the core of the one copy
    /// for that of the other.
    Planted,
}

/// Names the mistakes that are made, for the switches in `mistake.rs`.
const VARIABLE: &str = "ANYWAKE_MISTAKE";

/// How a mistake shows.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub what: String,
    pub output: String,
}

/// Those that find mistakes with a switch.
pub(crate) const CHECKS: &[Check] = &[
    check("units", "-p anywake-core --features std,futures --lib", Build::Plain),
    check("semantics", "-p anywake-tests --test semantics", Build::Plain),
    check("allocations", "-p anywake-tests --test counting_allocator", Build::Plain),
    check("conformance", "-p anywake-tests --test conformance --test mixed", Build::Plain),
    check("explorer", "-p anywake-tests --test explorer", Build::Optimized),
    check("loom", "--release -p anywake-core --features std,futures --lib", Build::Models),
    check("toolbox", "-p anywake --all-features --lib --test toolbox", Build::Plain),
    check("diagnose", "-p anywake-tests --features diagnose --test diagnose", Build::Plain),
    check("page", "-p anywake --features diagnose --test diagnose_page", Build::Plain),
    check("stress", "-p anywake-tests --test stress", Build::Plain),
];

/// What the type checker finds cannot have a switch: these are built for each such mistake.
pub(crate) const TYPES: Check =
    check("types", "-p anywake-tests --test auto_traits --test ui", Build::Planted);

/// Checks that this program does not run, with the way to run them.
pub(crate) const ELSEWHERE: &[(&str, &str)] = &[
    ("miri", "`.ci/run miri` in a copy that `--plant` has made; needs Miri"),
    ("firmware", "`tests/machines/firmware/run faults`"),
];

const fn check(name: &'static str, arguments: &'static str, build: Build) -> Check {
    Check { name, arguments, build }
}

/// The programs of a check, ready to be run.
#[derive(Debug)]
pub(crate) struct Built {
    pub check: &'static Check,
    programs: Vec<PathBuf>,
    directory: PathBuf,
    /// After so long a program hangs, which is a finding as well.
    pub patience: Duration,
}

impl Check {
    pub(crate) fn is_of_models(&self) -> bool {
        self.build == Build::Models
    }

    /// Whether it, or a part of it, is called this.
    pub(crate) fn is_meant_by(&self, name: &str) -> bool {
        name.split("::").next() == Some(self.name)
    }

    /// Compiles it in the copy of the workspace at `root`.
    pub(crate) fn build(&'static self, root: &Path, work: &Path) -> Result<Built, String> {
        let (directory, level, flags) = match self.build {
            Build::Plain => ("plain", "0", "--cap-lints=allow"),
            Build::Optimized => ("optimized", "1", "--cap-lints=allow"),
            Build::Models => ("models", "0", "--cap-lints=allow --cfg loom"),
            Build::Planted => ("planted", "0", "--cap-lints=allow"),
        };
        let mut command = Command::new("cargo");
        command
            .args(["test", "--no-run"])
            .args(self.arguments.split(' '))
            .env("CARGO_TARGET_DIR", work.join("build").join(directory))
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", level)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "1")
            .env("RUSTFLAGS", flags)
            .current_dir(root)
            .stdin(Stdio::null());
        let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(said.into_owned());
        }
        // "Executable suites/semantics/main.rs (/…/semantics-1234)"
        let programs = said.lines().filter_map(|line| {
            let (_, path) = line.trim_start().strip_prefix("Executable ")?.rsplit_once('(')?;
            Some(root.join(path.trim_end_matches(')')))
        });
        let programs: Vec<PathBuf> = programs.collect();
        if self.build != Build::Planted {
            have_switches(&programs)?;
        }
        let package = match self.arguments.split(' ').find(|word| word.starts_with("anywake")) {
            Some("anywake-core") => "core",
            Some("anywake") => "std-adapters",
            _ => "tests",
        };
        Ok(Built { check: self, programs, directory: root.join(package), patience: Duration::from_secs(900) })
    }
}

/// An error if one of the programs is without the mistakes that it should have: then all that it lets pass says nothing.
fn have_switches(programs: &[PathBuf]) -> Result<(), String> {
    let without = |program: &&PathBuf| {
        fs::read(program)
            .is_ok_and(|bytes| !bytes.windows(VARIABLE.len()).any(|part| part == VARIABLE.as_bytes()))
    };
    match programs.iter().find(without) {
        _ if programs.is_empty() => Err("no program was built".into()),
        Some(program) => Err(format!("there is no mistake in {}", program.display())),
        None => Ok(()),
    }
}

impl Built {
    /// What it finds of these mistakes, or a part of it does.
    pub(crate) fn run(
        &self,
        mistakes: &str,
        part: Option<&str>,
        log: &Path,
    ) -> Result<Option<Finding>, String> {
        for program in &self.programs {
            let found = self.run_program(program, mistakes, part.unwrap_or_default(), log);
            if let Some(finding) = found.map_err(|error| format!("{}: {error}", program.display()))? {
                return Ok(Some(finding));
            }
        }
        Ok(None)
    }

    fn run_program(
        &self,
        program: &Path,
        mistakes: &str,
        part: &str,
        log: &Path,
    ) -> io::Result<Option<Finding>> {
        let file = File::create(log)?;
        let mut command = self.command(program, part);
        let child = command.env(VARIABLE, mistakes).stdout(file.try_clone()?).stderr(file).spawn()?;
        let status = wait(child, self.patience)?;
        let output = String::from_utf8_lossy(&fs::read(log)?).into_owned();
        let what = match status {
            Some(status) if status.success() => return Ok(None),
            Some(status) => failure(&output).unwrap_or_else(|| ended_by(status)),
            None => format!("hangs{}", self.unfinished(program, part, &output)?),
        };
        Ok(Some(Finding { what, output }))
    }

    fn command(&self, program: &Path, part: &str) -> Command {
        let mut command = Command::new(program);
        command
            .args(part.split_terminator(' '))
            .env("RUST_BACKTRACE", "0")
            .env("LOOM_MAX_PREEMPTIONS", "2")
            .current_dir(&self.directory)
            .stdin(Stdio::null());
        if self.check.is_of_models() {
            // Models use one thread each, and several mistakes are tried at a time.
            command.arg("--test-threads=1");
        }
        command
    }

    /// Of the tests that were to run, one that has not ended.
    fn unfinished(&self, program: &Path, part: &str, output: &str) -> io::Result<String> {
        let listed = self.command(program, part).arg("--list").output()?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let ended = |test: &str| {
            output
                .lines()
                .any(|line| line.starts_with(&format!("test {test} ... ")) && line.len() > test.len() + 10)
        };
        let mut tests = listed.lines().filter_map(|line| line.strip_suffix(": test"));
        Ok(tests.find(|test| !ended(test)).map_or_else(String::new, |test| format!(" in `{test}`")))
    }
}

/// `None` if the patience ended first; the program is ended then.
fn wait(mut child: Child, patience: Duration) -> io::Result<Option<ExitStatus>> {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begin.elapsed() > patience {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn ended_by(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    status.signal().map_or_else(|| status.to_string(), |signal| format!("dies of signal {signal}"))
}

/// The first test that failed, and how many more did.
fn failure(output: &str) -> Option<String> {
    let model = output.lines().find_map(|line| line.strip_prefix("model '")?.split('\'').next());
    if let Some(model) = model {
        return Some(format!("`{}`", model.trim_start_matches("tests::loom::")));
    }
    let failed: Vec<_> = output.lines().filter_map(|line| line.strip_suffix(" ... FAILED")).collect();
    let first = failed.first()?.trim_start_matches("test ");
    Some(match failed.len() {
        1 => format!("`{first}`"),
        failed => format!("`{first}` and {} more", failed - 1),
    })
}
