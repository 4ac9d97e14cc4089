// A guard of a lock on the stack is moved into a task that may outlive the lock.

use core::future::Future;

use anywake_core::Lock;

fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    drop(task);
}

async fn start() {
    let lock = Lock::new(0);
    let guard = lock.lock().await;
    spawn(async move {
        drop(guard);
    });
}

fn main() {
    drop(start());
}
