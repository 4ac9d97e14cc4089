//! Tasks that wait for themselves, the reports of them, and the picture.
//!
//! ```text
//! cargo run -p anywake --example futurelock --features tokio,async-std,smol,diagnose
//! cargo run -p anywake --example futurelock --features tokio,async-std,smol,diagnose -- picture waits.svg
//! cargo run -p anywake --example futurelock --features tokio,async-std,smol,diagnose -- serve 127.0.0.1:8080
//! ```
//!
//! Three programs hang, each on three runtimes. With the feature `diagnose` the fault is told; without it the programs just
//! hang, until the deadline of the whole. `picture` writes the waits of all three programs as SVG, and `serve` shows them in a
//! browser, until the standard input ends.

use core::future::{Future, ready};
use core::pin::pin;
use core::time::Duration;
use std::sync::Arc;

use anywake::{AsyncStd, Lock, Runtime, RwLock, Semaphore, Smol, Tokio, timeout};
use futures_util::future::{Either, select};
use futures_util::stream::{self, StreamExt};

fn main() {
    #[cfg(feature = "diagnose")]
    anywake::diagnose::start();
    match &std::env::args().skip(1).collect::<Vec<_>>()[..] {
        [] => {
            run::<Tokio>();
            run::<AsyncStd>();
            run::<Smol>();
        }
        #[cfg(feature = "diagnose")]
        [what, file] if what == "picture" => shown::picture(file),
        #[cfg(feature = "diagnose")]
        [what, address] if what == "serve" => shown::serve(address),
        _ => eprintln!("futurelock [picture FILE | serve ADDRESS]"),
    }
}

fn run<R: Runtime>() {
    println!("# {}", core::any::type_name::<R>());
    hangs::<R>("RFD 609", rfd_609::<R>());
    hangs::<R>("tokio #6450", tokio_6450());
    hangs::<R>("a permit in a buffer", buffered::<R>());
}

fn hangs<R: Runtime>(name: &str, program: impl Future<Output = ()>) {
    println!("{name}:");
    let end = R::default().block_on(async {
        let mut program = pin!(program);
        let end = timeout(R::default(), Duration::from_millis(500), program.as_mut()).await;
        #[cfg(feature = "diagnose")]
        anywake::diagnose::unpolled(Duration::from_millis(100), |grant| {
            println!(
                "found by its age: {} of {} is granted and not polled",
                grant.primitive(),
                grant.place()
            );
        });
        end
    });
    println!("{}", if end.is_ok() { "done" } else { "not finished after half a second" });
}

/// Oxide's RFD 609. A task asks for a lock that another one holds, and gives the wait a deadline, but keeps the future. The
/// deadline passes, and the task asks again, by another future. Then the lock is handed to the first one, which nobody polls.
async fn rfd_609<R: Runtime>() {
    let lock = Arc::new(Lock::new(()).named("table"));
    let held = Arc::clone(&lock).lock_owned().await;
    let holder = R::default().spawn(async move {
        R::default().sleep(Duration::from_millis(100)).await;
        drop(held);
    });

    let mut first = pin!(lock.lock());
    let deadline = pin!(R::default().sleep(Duration::from_millis(20)));
    if let Either::Left(_) = select(first.as_mut(), deadline).await {
        return;
    }
    // `first` is still in the queue.
    let again = lock.lock();
    let guard = again.await;
    drop(guard);
    let _ = holder.await;
}

/// tokio's issue 6450. Two waits of one task are queued, and the second is awaited first.
async fn tokio_6450() {
    let routes = RwLock::new(()).named("routes");
    let held = routes.write().await;
    let mut first = pin!(routes.write());
    let mut second = pin!(routes.write());
    let _ = select(first.as_mut(), ready(())).await;
    let _ = select(second.as_mut(), ready(())).await;
    drop(held);
    drop(second.await);
    drop(first.await);
}

/// A permit is granted to a future in a buffer, while the body of the loop, which polls no buffer, waits for one. The buffer
/// gives each future a waker of its own, so the two waits are of two tasks: the grant is found by its age.
async fn buffered<R: Runtime>() {
    let connections = Semaphore::new(1).named("connections");
    let mut requests = pin!(
        stream::iter(0..2)
            .map(|_| async {
                let permit = connections.acquire().await;
                R::default().sleep(Duration::from_millis(1)).await;
                drop(permit);
            })
            .buffer_unordered(2)
    );
    while requests.next().await.is_some() {
        let _permit = connections.acquire().await;
    }
}

#[cfg(feature = "diagnose")]
mod shown {
    use futures_util::future::join3;

    use super::*;

    /// All three programs hang, each in a task of its own.
    fn all_hang() {
        std::thread::spawn(|| {
            Smol.block_on(async {
                let programs =
                    (Smol.spawn(rfd_609::<Smol>()), Smol.spawn(tokio_6450()), Smol.spawn(buffered::<Smol>()));
                join3(programs.0, programs.1, programs.2).await
            })
        });
        std::thread::sleep(Duration::from_millis(300));
    }

    pub(super) fn picture(file: &str) {
        all_hang();
        std::fs::write(file, anywake::diagnose::picture()).expect("the file can be written");
    }

    pub(super) fn serve(address: &str) {
        let server = anywake::diagnose::serve(address).expect("the page can be served");
        println!("http://{}/", server.address());
        all_hang();
        drop(std::io::stdin().lines().last());
    }
}
