//! The study notes, 5.2 "Asynchronous Context Managers": a file, opened and closed without blocking anybody.
//!
//! ```text
//! cargo run -p anywake-examples --bin async_file [RUNTIME]
//! ```
//!
//! | Python | anywake |
//! |---|---|
//! | `async with` | `exit_stack`: what is pushed onto it runs at the end, whatever happens, and may wait, which a `Drop` cannot |
//! | `aiofiles` | `std::fs` on the blocking pool, which is what it does inside too |

#[macro_use]
mod support;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, process};

use anywake::{ExitStack, Runtime, exit_stack};

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# 5.2 Asynchronous Context Managers");
    let path = env::temp_dir().join(format!("anywake-async-file-{}", process::id()));
    let written = exit_stack(R::default(), |stack| {
        let path = path.clone();
        async move {
            let file = open_to_append::<R>(&stack, path).await?;
            blocking::<R, _>(move || (&*file).write_all(b"data")).await
        }
    });
    written.await.expect("the temporary folder can be written to");
    println!("{}", read_and_remove(&path).expect("it was written"));
}

/// `__aenter__` opens the file, and `__aexit__`, which is pushed onto the stack, sees it safely on the disk.
async fn open_to_append<R: Runtime>(stack: &ExitStack<R, io::Error>, path: PathBuf) -> io::Result<Arc<File>> {
    let file = blocking::<R, _>(|| File::options().create(true).append(true).open(path)).await?;
    let file = Arc::new(file);
    let closed = Arc::clone(&file);
    stack.push(blocking::<R, _>(move || closed.sync_all()));
    Ok(file)
}

/// Runs a function of `std::fs` on the blocking pool.
async fn blocking<R: Runtime, T: Send + 'static>(
    function: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    R::default().spawn_blocking(function).await.map_err(io::Error::other)?
}

fn read_and_remove(path: &Path) -> io::Result<String> {
    let content = fs::read_to_string(path)?;
    fs::remove_file(path)?;
    Ok(content)
}
