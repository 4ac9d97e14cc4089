// A CancellationToken and its owned futures and guards go to other threads, and may outlive the parent.

use std::thread;

use anywake_core::CancellationToken;

fn main() {
    let parent = CancellationToken::new();
    let child = parent.child_token();
    let wait = child.clone().cancelled_owned();
    let run = child.clone().run_until_cancelled_owned(async { 1 });
    let guard = child.drop_guard_owned();
    drop(parent);
    thread::spawn(move || drop((wait, run, guard.disarm())));
}
