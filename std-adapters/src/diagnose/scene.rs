//! What is drawn and listed: each primitive that somebody waits for.

use core::time::Duration;
use std::collections::BTreeMap;

use super::{Holder, Standing, Waiter, waits};

/// A primitive that somebody waits for.
pub(super) struct Primitive {
    pub(super) address: usize,
    pub(super) holders: Vec<Holder>,
    /// The longest first.
    pub(super) waits: Vec<Waiter>,
}

/// All of them, by their addresses.
pub(super) fn primitives() -> Vec<Primitive> {
    let mut all = BTreeMap::<_, Vec<_>>::new();
    waits(|wait| all.entry(wait.address()).or_default().push(*wait));
    let with_holders = |(address, waits): (usize, Vec<Waiter>)| {
        let mut holders = Vec::new();
        if let Some(wait) = waits.first() {
            wait.holders(|holder| holders.push(*holder));
        }
        Primitive { address, holders, waits }
    };
    all.into_iter().map(with_holders).collect()
}

impl Primitive {
    /// What it is, and its name.
    pub(super) fn title(&self) -> String {
        let wait = self.waits.first();
        let kind = wait.map_or("", Waiter::primitive);
        wait.and_then(Waiter::name).map_or_else(|| kind.to_owned(), |name| format!("{kind} {name:?}"))
    }

    /// Whether the task of a wait has been granted what it waits for, by another wait of its own.
    pub(super) fn is_behind_its_own_grant(&self, wait: &Waiter) -> bool {
        let is_it = |other: &Waiter| other.standing() == Standing::Granted && other.task() == wait.task();
        wait.standing() == Standing::Queued && wait.task().is_some() && self.waits.iter().any(is_it)
    }

    /// Whether the task of a wait holds what it waits for.
    pub(super) fn is_held_by_its_own_task(&self, wait: &Waiter) -> bool {
        let is_it = |holder: &Holder| holder.task() == wait.task();
        wait.standing() == Standing::Queued && wait.task().is_some() && self.holders.iter().any(is_it)
    }

    /// What a task does here.
    pub(super) fn what(&self, wait: &Waiter) -> String {
        let since = |decided: Option<Duration>| decided.unwrap_or_default().as_millis();
        let mut what = match wait.standing() {
            Standing::Queued => format!("waits since {} ms", wait.age().as_millis()),
            Standing::Granted => {
                format!("was granted {} ms ago, and is not polled", since(wait.since_decided()))
            }
            Standing::Refused => {
                format!("was refused {} ms ago, and is not polled", since(wait.since_decided()))
            }
        };
        if self.is_behind_its_own_grant(wait) {
            what.push_str(", behind a grant of its own task");
        } else if self.is_held_by_its_own_task(wait) {
            what.push_str(", and its task holds it");
        }
        what
    }
}
