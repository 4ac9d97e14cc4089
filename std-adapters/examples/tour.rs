//! A tour of anywake: a word index of a folder of text files, built on each runtime in turn with all five primitives.
//!
//! ```text
//! cargo run -p anywake --all-features --example tour [FOLDER]
//! ```
//!
//! | primitive | its part in it |
//! |---|---|
//! | `Event` | the starting gun: reader and workers begin together |
//! | `Queue` | carries paths from the reader to the workers and holds the reader back when they cannot follow; `close` and `join` end the work |
//! | `Semaphore` | limits the files that are open at once |
//! | `Lock` | guards the index |
//! | `Condition` | lets the reporter sleep until the index has grown enough for the next line |
//!
//! Without an argument it reads this repository's own sources. The exit code is 0 if every runtime built the index
//! that a plain loop builds, 1 if one did not, 2 if the folder cannot be read.

use core::mem;
use core::time::Duration;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs, io};

use anywake::{AsyncStd, Condition, Event, Lock, Queue, Runtime, Semaphore, Smol, Tokio};

const WORKERS: usize = 4;
const QUEUE_CAPACITY: usize = 32;
const OPEN_FILES: usize = 3;

fn main() -> ExitCode {
    let root = env::args_os().nth(1).map_or_else(own_sources, PathBuf::from);
    match tour(&root) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("tour: cannot read {}: {error}", root.display());
            ExitCode::from(2)
        }
    }
}

/// The repository that this file was compiled in, if it is still there.
fn own_sources() -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if repository.is_dir() { repository } else { PathBuf::from(".") }
}

/// Builds the index of `root` in a plain loop and then on each runtime, prints the table, and tells whether they agree.
fn tour(root: &Path) -> io::Result<bool> {
    let root = root.canonicalize()?;
    let begun = Instant::now();
    let index = index_in_sequence(&root)?;
    let expected = Run { name: "sequential", index, time: begun.elapsed(), longest_queue: None };

    let mut rows = vec![expected.row()];
    let mut agree = true;
    for run in [run::<Tokio>, run::<AsyncStd>, run::<Smol>] {
        let run = run(&root, expected.index.files);
        rows.push(run.row());
        agree &= run.agrees_with(&expected);
    }
    println!("The words in {}\n", root.display());
    println!("runtime        files     words  distinct      time  longest queue");
    println!("{}\n", rows.join("\n"));
    println!("{}", if agree { "All indexes are the same." } else { "The indexes differ." });
    Ok(agree)
}

/// One line of the table.
struct Run {
    name: &'static str,
    index: Index,
    time: Duration,
    longest_queue: Option<usize>,
}

impl Run {
    fn row(&self) -> String {
        let Index { files, words, postings, .. } = &self.index;
        let queue = self.longest_queue.map_or("-".to_owned(), |longest| longest.to_string());
        let (distinct, time) = (postings.len(), self.time.as_secs_f64());
        format!("{:<12} {files:>7} {words:>9} {distinct:>9} {time:>7.2} s {queue:>14}", self.name)
    }

    fn agrees_with(&self, expected: &Run) -> bool {
        let (ours, theirs) = (&self.index.postings, &expected.index.postings);
        let differing = theirs.keys().chain(ours.keys()).find(|&word| ours.get(word) != theirs.get(word));
        if let Some(word) = differing {
            eprintln!("{}: the entry of {word:?} is not that of the {} index", self.name, expected.name);
        }
        self.index == expected.index
    }
}

// ---- The work, on any runtime ----

/// What the tasks of one run share.
struct Shared {
    start: Event,
    paths: Queue<Arc<Path>>,
    open_files: Semaphore,
    index: Lock<Index>,
    grown: Condition,
}

/// Builds the index of `root` on `R`.
fn run<R: Runtime>(root: &Path, files: usize) -> Run {
    let begun = Instant::now();
    let (index, longest_queue) = R::default().block_on(build::<R>(root.to_owned(), files));
    Run { name: R::default().name(), index, time: begun.elapsed(), longest_queue: Some(longest_queue) }
}

async fn build<R: Runtime>(root: PathBuf, files: usize) -> (Index, usize) {
    let runtime = R::default();
    let shared = Arc::new(Shared {
        start: Event::new(),
        paths: Queue::with_capacity(QUEUE_CAPACITY).expect("the capacity is not zero"),
        open_files: Semaphore::new(OPEN_FILES),
        index: Lock::new(Index::default()),
        grown: Condition::new(),
    });
    let reader = runtime.spawn(read_tree::<R>(Arc::clone(&shared), root));
    let workers = [(); WORKERS].map(|()| runtime.spawn(work::<R>(Arc::clone(&shared))));
    let reporter = runtime.spawn(report::<R>(Arc::clone(&shared), files));

    shared.start.set();
    let longest_queue = reader.await.expect("the reader does not panic");
    // All paths have been pushed; now wait until all have been worked on.
    shared.paths.join().await;
    shared.index.lock().await.complete = true;
    shared.grown.notify_all();
    for task in workers.into_iter().chain([reporter]) {
        task.await.expect("neither workers nor the reporter panic");
    }
    let index = mem::take(&mut *shared.index.lock().await);
    (index, longest_queue)
}

/// Walks the tree, queues the files that it finds, and returns the longest that the queue has been.
async fn read_tree<R: Runtime>(shared: Arc<Shared>, root: PathBuf) -> usize {
    shared.start.wait().await;
    let mut longest_queue = 0;
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        let listing = R::default().spawn_blocking(move || Listing::of(&folder).unwrap_or_default());
        let listing = listing.await.expect("listing a folder does not panic");
        folders.extend(listing.folders);
        for file in listing.files {
            // Waits while the queue is full: the reader is never further ahead than that.
            shared.paths.push(file).await.expect("only the reader closes the queue");
            longest_queue = longest_queue.max(shared.paths.len());
        }
    }
    // The workers pop what is left, and then learn that there will be no more.
    shared.paths.close();
    longest_queue
}

/// Takes files from the queue and adds them to the index until the queue is closed and empty.
async fn work<R: Runtime>(shared: Arc<Shared>) {
    shared.start.wait().await;
    while let Ok(path) = shared.paths.pop().await {
        let permit = shared.open_files.acquire().await.expect("nobody closes the semaphore");
        let file = Arc::clone(&path);
        let counting = R::default().spawn_blocking(move || count_words(&file));
        let words = counting.await.expect("counting words does not panic");
        drop(permit);

        if let Some(words) = words {
            shared.index.lock().await.add(&path, words);
            shared.grown.notify_all();
        }
        shared.paths.task_done().expect("called once for each pop");
    }
}

/// Prints a progress line each time another tenth of the files is in the index.
async fn report<R: Runtime>(shared: Arc<Shared>, files: usize) {
    for tenth in 1..=10 {
        let index = shared.index.lock().await;
        // Gives the lock up while it waits, and has it again when the condition holds.
        let index =
            shared.grown.wait_for(index, |index| index.complete || index.files * 10 >= files * tenth).await;
        let (done, words) = (index.files, index.words);
        drop(index);
        eprint!("\r{}: {done} of {files} files, {words} words ", R::default().name());
    }
    eprintln!();
}

// ---- The same without a runtime, and what both are made of ----

fn index_in_sequence(root: &Path) -> io::Result<Index> {
    let mut index = Index { complete: true, ..Index::default() };
    let mut listing = Listing::of(root)?;
    loop {
        for file in &listing.files {
            if let Some(words) = count_words(file) {
                index.add(file, words);
            }
        }
        let Some(folder) = listing.folders.pop() else { return Ok(index) };
        let Listing { folders, files } = Listing::of(&folder).unwrap_or_default();
        listing.folders.extend(folders);
        listing.files = files;
    }
}

/// Where each word occurs.
#[derive(Default, PartialEq)]
struct Index {
    files: usize,
    words: usize,
    /// For each word the files that contain it, and how often.
    postings: BTreeMap<String, BTreeMap<Arc<Path>, usize>>,
    /// Nothing will be added any more.
    complete: bool,
}

impl Index {
    fn add(&mut self, file: &Arc<Path>, words: HashMap<String, usize>) {
        self.files += 1;
        for (word, count) in words {
            self.words += count;
            self.postings.entry(word).or_default().insert(Arc::clone(file), count);
        }
    }
}

/// How often each word occurs in a file, in lower case; `None` if it is not text, or may not be read.
fn count_words(file: &Path) -> Option<HashMap<String, usize>> {
    let text = fs::read_to_string(file).ok()?;
    let mut words = HashMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *words.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    Some(words)
}

/// What there is in one folder.
#[derive(Default)]
struct Listing {
    folders: Vec<PathBuf>,
    files: Vec<Arc<Path>>,
}

impl Listing {
    /// Lists a folder, or a file as if it were alone in one. Links are not followed, so there is an end to it.
    fn of(path: &Path) -> io::Result<Self> {
        let mut listing = Self::default();
        if path.is_file() {
            listing.files.push(path.into());
            return Ok(listing);
        }
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_file() {
                listing.files.push(path.into());
            } else if kind.is_dir() && !is_no_source(&path) {
                listing.folders.push(path);
            }
        }
        Ok(listing)
    }
}

/// Git's data, and folders of generated files, which cargo tags.
fn is_no_source(folder: &Path) -> bool {
    folder.ends_with(".git") || folder.ends_with("target") || folder.join("CACHEDIR.TAG").is_file()
}
