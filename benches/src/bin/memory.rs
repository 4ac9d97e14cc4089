//! Prints the bytes of each primitive and channel, ours beside the rivals', as a Markdown table.

use core::error::Error;
use std::path::PathBuf;

use anywake_benches::{memory, report};
use lexopt::{Arg, ValueExt};

const HELP: &str = "\
memory: bytes of each primitive and channel, anywake beside its rivals

  --filter WORD     only the kinds whose name contains this word
  --readme FILE     write the table between the marks of this Markdown file";

fn main() -> Result<(), Box<dyn Error>> {
    let (mut filter, mut readme) = (String::new(), None);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("filter") => filter = parser.value()?.string()?,
            Arg::Long("readme") => readme = Some(PathBuf::from(parser.value()?)),
            Arg::Long("help") | Arg::Short('h') => {
                println!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let mut rows = memory::all();
    rows.retain(|row| row.what.contains(&filter));
    let table = memory::markdown(&rows);
    print!("{table}");
    if let Some(path) = readme {
        report::rewrite_between(&path, report::MEMORY, &table)?;
    }
    Ok(())
}
