//! A lock for each key: in asyncio, a dictionary of `asyncio.Lock`.
//!
//! ```text
//! cargo run -p anywake-examples --bin keyed_lock [RUNTIME]
//! ```
//!
//! | asyncio | anywake |
//! |---|---|
//! | `defaultdict(asyncio.Lock)` | `KeyedLock` |
//! | the dictionary grows with each key | an entry goes with the last task that holds or awaits its lock |

#[macro_use]
mod support;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use anywake::{KeyedLock, Runtime, gather};
use futures_util::future::join3;
use support::seconds;

on_each_runtime!(program);

/// The balances, and a lock for each account: a withdrawal waits between its look at the balance and its change.
#[derive(Default)]
struct Bank {
    balances: Mutex<HashMap<&'static str, u32>>,
    accounts: KeyedLock<&'static str>,
}

impl Bank {
    async fn withdraw<R: Runtime>(&self, account: &'static str, amount: u32) -> bool {
        let _guard = self.accounts.lock(account).await;
        let balance = self.balance(account);
        R::default().sleep(seconds(0.1)).await;
        let Some(rest) = balance.checked_sub(amount) else { return false };
        self.balances.lock().unwrap().insert(account, rest);
        true
    }

    fn balance(&self, account: &str) -> u32 {
        self.balances.lock().unwrap()[account]
    }
}

async fn program<R: Runtime>() {
    println!("# Withdrawals of one account, one after the other");
    let bank = Arc::new(Bank::default());
    bank.balances.lock().unwrap().extend([("alice", 100), ("bob", 100)]);
    let tasks = ["alice", "bob", "alice", "bob", "alice"].map(|account| {
        let bank = Arc::clone(&bank);
        R::default().spawn(async move { bank.withdraw::<R>(account, 40).await })
    });
    let succeeded = gather(tasks).await.expect("no task fails").into_iter().filter(|&done| done).count();
    println!("{succeeded} withdrawals succeeded");
    println!("alice has {}, bob has {}", bank.balance("alice"), bank.balance("bob"));

    println!("# A locked account keeps no other account waiting");
    let (alice, bob) = (bank.accounts.lock("alice").await, bank.accounts.try_lock("bob"));
    println!("alice is locked: {}, bob was free: {}", bank.accounts.is_locked("alice"), bob.is_some());
    println!("locks in use: {}", bank.accounts.len());
    drop((alice, bob));

    println!("# First come, first served");
    // Branches of one task ask for the lock in this order, so they are served in this order.
    join3(visit::<R>(&bank, "first"), visit::<R>(&bank, "second"), visit::<R>(&bank, "third")).await;
    println!("locks in use: {}", bank.accounts.len());
}

async fn visit<R: Runtime>(bank: &Bank, name: &str) {
    let guard = bank.accounts.lock("alice").await;
    println!("the {name} has the lock of {}", guard.key());
    R::default().sleep(seconds(0.1)).await;
}
