//! An actor: a task that owns its state, and answers requests that come through a channel.
//!
//! ```text
//! cargo run -p anywake-examples --bin actor [RUNTIME]
//! ```
//!
//! | what may happen | what ends it |
//! |---|---|
//! | requests come faster than they are answered | the channel is full, and those who ask wait in line |
//! | a client gives up waiting | the actor's answer goes nowhere, and the actor goes on |
//! | the last handle is dropped | the actor answers what is in the channel, and its loop ends |
//! | the actor panics | the ways back go with it: those who wait learn that there will be no answer |

#[macro_use]
mod support;

use std::sync::Arc;

use anywake::channel::{Receiver, Sender, bounded};
use anywake::{Closed, Event, Runtime, Task, TaskError, gather, oneshot, timeout};
use support::seconds;

on_each_runtime!(program);

/// The way back for one answer.
type Reply<T> = oneshot::Sender<T>;

/// Answers. Whether somebody still waits for it does not matter to the actor.
fn answer<T>(reply: Reply<T>, with: T) {
    _ = reply.send(with);
}

/// What can be asked of an account.
enum Request {
    Deposit(u32, Reply<u32>),
    Withdraw(u32, Reply<Result<u32, Overdrawn>>),
    /// Keeps the actor busy until the event is set.
    Audit(Arc<Event>),
    Balance(Reply<u32>),
    Break(Reply<u32>),
}

/// There is not enough in the account, but only this.
#[derive(Debug)]
struct Overdrawn(u32);

/// A handle of an account. The account lives as long as one of them.
#[derive(Clone)]
struct Account {
    requests: Sender<Request>,
}

/// The actor is gone, or goes before it has answered.
#[derive(Debug)]
struct Gone;

impl Account {
    fn open<R: Runtime>() -> (Self, Task<(u32, u32)>) {
        let (requests, inbox) = bounded(8);
        (Self { requests }, R::default().spawn(account(inbox)))
    }

    async fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, Gone> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.map_err(|_| Gone)?;
        answer.await.map_err(|Closed| Gone)
    }

    async fn deposit(&self, amount: u32) -> Result<u32, Gone> {
        self.ask(|reply| Request::Deposit(amount, reply)).await
    }

    async fn withdraw(&self, amount: u32) -> Result<Result<u32, Overdrawn>, Gone> {
        self.ask(|reply| Request::Withdraw(amount, reply)).await
    }

    async fn balance(&self) -> Result<u32, Gone> {
        self.ask(Request::Balance).await
    }
}

/// The actor. No lock is in sight: the balance is a local variable.
async fn account(inbox: Receiver<Request>) -> (u32, u32) {
    let (mut balance, mut served) = (0, 0);
    while let Ok(request) = inbox.recv().await {
        served += 1;
        match request {
            Request::Deposit(amount, reply) => {
                balance += amount;
                answer(reply, balance);
            }
            Request::Withdraw(amount, reply) => {
                let left = balance.checked_sub(amount);
                balance = left.unwrap_or(balance);
                answer(reply, left.ok_or(Overdrawn(balance)));
            }
            Request::Audit(done) => done.wait().await,
            Request::Balance(reply) => answer(reply, balance),
            Request::Break(_reply) => panic!("the actor has a bug"),
        }
    }
    (balance, served)
}

async fn program<R: Runtime>() {
    println!("# Requests and answers");
    let (account, actor) = Account::open::<R>();
    println!("deposit 100: {:?}", account.deposit(100).await);
    println!("withdraw 30: {:?}", account.withdraw(30).await);
    if let Ok(Err(Overdrawn(left))) = account.withdraw(500).await {
        println!("withdraw 500: there are only {left}");
    }

    println!("# Many clients, one after the other");
    let clients = [(); 10].map(|()| {
        let account = account.clone();
        R::default().spawn(async move { account.deposit(10).await.expect("the account is open") })
    });
    let mut balances = gather(clients).await.expect("no client fails");
    balances.sort_unstable();
    println!("balances that they saw: {balances:?}");

    println!("# A client that gives up waiting");
    let done = Arc::new(Event::new());
    account.requests.send(Request::Audit(Arc::clone(&done))).await.expect("the account is open");
    let late = timeout(R::default(), seconds(1.0), account.deposit(1)).await;
    println!("an answer in time: {}", late.is_ok());
    done.set();
    println!("the request was sent all the same, and counts: {:?}", account.balance().await);

    println!("# The last handle ends the actor");
    drop(account);
    let (balance, served) = actor.await.expect("the actor ends with its handles");
    println!("{served} requests served, {balance} left");

    println!("# An actor that panics leaves nobody waiting");
    let (account, actor) = Account::open::<R>();
    println!("an answer: {:?}", account.ask(Request::Break).await);
    println!("the actor panicked: {}", matches!(actor.await, Err(TaskError::Panicked(_))));
    println!("the next request: {:?}", account.balance().await);
}
