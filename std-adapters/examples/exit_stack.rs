//! The quiz question on state without globals: `AsyncExitStack` and `asyncio.Queue` together, its answer B.
//!
//! ```text
//! cargo run -p anywake-examples --bin exit_stack [RUNTIME]
//! ```
//!
//! | what the answer asks for | asyncio | anywake |
//! |---|---|---|
//! | resources that are cleaned up properly, even after an error | `AsyncExitStack` | `exit_stack` |
//! | state that tasks share without shared memory | `asyncio.Queue` | `Queue`: each result is a message, and one task owns the sum |
//! | file operations that block nobody | `aiofiles` | `spawn_blocking` |

#[macro_use]
mod support;

use core::future::ready;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, process};

use anywake::{ExitStack, Failure, GroupError, Queue, Runtime, exit_stack, gather};
use futures_util::StreamExt as _;
use futures_util::future::join;

on_each_runtime!(program);

async fn program<R: Runtime>() {
    println!("# Answer B");
    let words = count_words::<R>(["one.txt", "two.txt", "three.txt"]).await.expect("all files are there");
    println!("{words} words");

    println!("# Answer B, if an exception occurs");
    let failed =
        count_words::<R>(["one.txt", "two.txt", "four.txt"]).await.expect_err("the last one is missing");
    let error = failed.failures()[0].error().expect("nothing panics");
    println!("Failed: {}", error.kind());
}

/// Opens the files, and then counts their words, all at the same time.
async fn count_words<R: Runtime>(names: [&'static str; 3]) -> Result<usize, GroupError<io::Error>> {
    exit_stack(R::default(), |stack| async move {
        let folder = enter_folder::<R>(&stack).await?;
        let mut files = Vec::new();
        for name in names {
            files.push(enter_file::<R>(&stack, &folder, name).await?);
        }
        let counts = Arc::new(Queue::with_capacity(1).expect("not zero"));
        let readers = files.into_iter().map(|file| R::default().spawn(read::<R>(file, Arc::clone(&counts))));
        let readers = async {
            let ended = gather(readers).await;
            counts.close();
            ended
        };
        let sum = counts.stream().fold(0, |sum, words| ready(sum + words));
        let (ended, words) = join(readers, sum).await;
        ended.map_err(io_error)?;
        Ok(words)
    })
    .await
}

/// Reads a file, and tells how many words there are in it.
async fn read<R: Runtime>(file: Arc<File>, counts: Arc<Queue<usize>>) -> io::Result<()> {
    let text = blocking::<R, _>(move || {
        let mut text = String::new();
        (&*file).read_to_string(&mut text)?;
        Ok(text)
    });
    let words = text.await?.split_whitespace().count();
    counts.push(words).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
}

/// A folder with three files, until the stack is unwound.
async fn enter_folder<R: Runtime>(stack: &ExitStack<R, io::Error>) -> io::Result<PathBuf> {
    let folder = env::temp_dir().join(format!("anywake-exit-stack-{}", process::id()));
    let removed = folder.clone();
    stack.push(blocking::<R, _>(move || {
        fs::remove_dir_all(removed)?;
        println!("removed the folder");
        Ok(())
    }));
    blocking::<R, _>(move || {
        fs::create_dir(&folder)?;
        fs::write(folder.join("one.txt"), "state")?;
        fs::write(folder.join("two.txt"), "travels as")?;
        fs::write(folder.join("three.txt"), "messages, not shared memory")?;
        Ok(folder)
    })
    .await
}

/// A file of the folder, open until the stack is unwound.
async fn enter_file<R: Runtime>(
    stack: &ExitStack<R, io::Error>,
    folder: &Path,
    name: &'static str,
) -> io::Result<Arc<File>> {
    let path = folder.join(name);
    let file = Arc::new(blocking::<R, _>(|| File::open(path)).await?);
    println!("opened {name}");
    let closed = Arc::clone(&file);
    stack.push(blocking::<R, _>(move || {
        drop(closed);
        println!("closed {name}");
        Ok(())
    }));
    Ok(file)
}

/// Runs a function of `std::fs` where it blocks nobody.
async fn blocking<R: Runtime, T: Send + 'static>(
    function: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    R::default().spawn_blocking(function).await.map_err(io::Error::other)?
}

fn io_error(failure: Failure<io::Error>) -> io::Error {
    match failure {
        Failure::Error(error) => error,
        lost => io::Error::other(lost.to_string()),
    }
}
