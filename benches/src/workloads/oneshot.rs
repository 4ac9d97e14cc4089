//! One value between two tasks: alone, and as the answer to a request.

use core::future::{Future, IntoFuture as _};
use core::hint::black_box;
use core::pin::pin;
use core::task::{Context, Poll};
use std::time::Instant;

use crate::contenders::oneshot::{Anywake, Oneshot, Service, each_oneshot, each_service};
use crate::contenders::queue::Item;
use crate::executor::CountingWaker;
use crate::harness::{Basis, Run, Suite, Workload, bytes_of};
use crate::runtimes::{AsyncStd, Local, Runtime, Smol, Task, Threads, TokioThreads};

/// The most requests that wait for the server.
const CAPACITY: usize = 16;
/// The numbers of clients of one server.
const CLIENTS: [u64; 2] = [1, 8];

pub(super) fn add(suite: &mut Suite) {
    let mut w = Workload::new("oneshot/at once", "new ends, send, receive", Basis::Min);
    each_oneshot!(at_once(&mut w));
    slot_at_once(&mut w);
    suite.add(w);

    let mut w = Workload::new("oneshot/one waits", "new ends, wait, be woken by a send, finish", Basis::Min);
    each_oneshot!(one_waits(&mut w));
    slot_waits(&mut w);
    suite.add(w);

    let mut w =
        Workload::new("oneshot/give up", "new ends, wait, and drop the wait and the sender", Basis::Min);
    each_oneshot!(give_up(&mut w));
    suite.add(w);

    on(suite, "oneshot", Local, Basis::Min);
    on(suite, "threads/tokio/oneshot", TokioThreads, Basis::Median);
    on(suite, "threads/async-std/oneshot", AsyncStd, Basis::Median);
    on(suite, "threads/smol/oneshot", Smol, Basis::Median);
    on(suite, "threads/threads/oneshot", Threads, Basis::Median);
}

fn on<R: Runtime>(suite: &mut Suite, family: &str, runtime: R, basis: Basis) {
    let operation = "one value, from a task to another that waits in turn for each";
    let mut w = Workload::new(format!("{family}/hand-off"), operation, basis);
    each_oneshot!(hand_off(&mut w, runtime));
    suite.add(w);
    for clients in CLIENTS {
        let operation = "new ends, a request through a channel, and its answer";
        let mut w = Workload::new(format!("{family}/request/{clients}x1"), operation, basis);
        each_service!(request(&mut w, runtime, clients));
        suite.add(w);
    }
}

/// The value of a wait that is over.
fn received<T: Item>(polled: Poll<T>) -> u64 {
    match polled {
        Poll::Ready(value) => value.item(),
        Poll::Pending => panic!("the value was sent"),
    }
}

/// Polled by hand, without the cost of an executor.
fn timed(n: u64, mut operation: impl FnMut(u64, &mut Context<'_>)) -> Run {
    let (waker, _) = CountingWaker::pair();
    let mut cx = Context::from_waker(&waker);
    let start = Instant::now();
    for value in 0..n {
        operation(value, &mut cx);
    }
    Run::new(n, start.elapsed())
}

fn at_once<O: Oneshot>(w: &mut Workload) {
    w.enter::<O>(bytes_of(O::receive(O::channel().1)), |n| {
        timed(n, |value, cx| {
            let (sender, receiver) = black_box(O::channel());
            O::send(sender, value);
            assert_eq!(received(pin!(O::receive(receiver)).poll(cx)), value);
        })
    });
}

fn one_waits<O: Oneshot>(w: &mut Workload) {
    w.enter::<O>(bytes_of(O::receive(O::channel().1)), |n| {
        timed(n, |value, cx| {
            let (sender, receiver) = black_box(O::channel());
            let mut wait = pin!(O::receive(receiver));
            assert!(wait.as_mut().poll(cx).is_pending());
            O::send(sender, value);
            assert_eq!(received(wait.poll(cx)), value);
        })
    });
}

fn give_up<O: Oneshot>(w: &mut Workload) {
    w.enter::<O>(None, |n| {
        timed(n, |_, cx| {
            let (sender, receiver) = black_box(O::channel());
            assert!(pin!(O::receive(receiver)).poll(cx).is_pending());
            drop(black_box(sender));
        })
    });
}

/// Ours without an allocation.
fn slot_at_once(w: &mut Workload) {
    w.enter_as::<Anywake>("anywake slot".to_owned(), |n| {
        let mut slot = anywake_core::Oneshot::new();
        timed(n, |value, cx| {
            let (sender, receiver) = black_box(&mut slot).split();
            assert!(sender.send(value).is_ok());
            assert_eq!(received(pin!(receiver.into_future()).poll(cx)), value);
        })
    });
}

fn slot_waits(w: &mut Workload) {
    w.enter_as::<Anywake>("anywake slot".to_owned(), |n| {
        let mut slot = anywake_core::Oneshot::new();
        timed(n, |value, cx| {
            let (sender, receiver) = black_box(&mut slot).split();
            let mut wait = pin!(receiver.into_future());
            assert!(wait.as_mut().poll(cx).is_pending());
            assert!(sender.send(value).is_ok());
            assert_eq!(received(wait.poll(cx)), value);
        })
    });
}

/// One task sends, and another receives, each the same oneshots in the same order. They are made before the clock starts.
fn hand_off<O: Oneshot>(w: &mut Workload, runtime: impl Runtime) {
    w.enter::<O>(None, move |n| {
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..n).map(|_| O::channel()).unzip();
        let receiving: Task = Box::pin(async move {
            for (value, receiver) in (0..n).zip(receivers) {
                assert_eq!(O::receive(receiver).await.item(), value);
            }
        });
        let sending: Task = Box::pin(async move {
            for (value, sender) in (0..n).zip(senders) {
                O::send(sender, value);
            }
        });
        Run::new(n, runtime.run(vec![receiving, sending]))
    });
}

/// Clients ask a server, each with the sender of a oneshot, and wait for the answer.
fn request<S: Service>(w: &mut Workload, runtime: impl Runtime, clients: u64) {
    w.enter::<S>(None, move |n| {
        let each = (n / clients).max(1);
        let (asks, mut requests) = S::service(CAPACITY);
        let mut tasks: Vec<Task> = Vec::new();
        for _ in 0..clients {
            let mut asks = asks.clone();
            tasks.push(Box::pin(async move {
                let mut last = None;
                for _ in 0..each {
                    let (sender, receiver) = S::channel();
                    S::ask(&mut asks, sender).await;
                    let answer = Some(S::receive(receiver).await.item());
                    assert!(last < answer, "the server counts");
                    last = answer;
                }
            }));
        }
        drop(asks);
        tasks.push(Box::pin(async move {
            let mut answered = 0;
            while let Some(sender) = S::next(&mut requests).await {
                S::send(sender, answered);
                answered += 1;
            }
            assert_eq!(answered, each * clients);
        }));
        Run::new(each * clients, runtime.run(tasks))
    });
}
