//! Tasks of one thread wait for each other: the cost of queueing, handing over and running again.

use crate::contenders::condition::{Condition, each_condition};
use crate::contenders::lock::{Lock, each_lock};
use crate::contenders::queue::{Queue, Shape, each_queue};
use crate::contenders::semaphore::{Semaphore, each_semaphore};
use crate::harness::{Basis, Suite, Workload};
use crate::programs::{self, Section};
use crate::runtimes::Local;

use super::ENDS;

pub(super) fn add(suite: &mut Suite) {
    let workload = |name: String, operation| Workload::new(format!("handoff/{name}"), operation, Basis::Min);

    for tasks in [16, 1000] {
        let mut w = workload(format!("lock/{tasks} tasks"), "lock, yield inside, unlock");
        each_lock!(lock(&mut w, tasks));
        suite.add(w);
    }

    let mut w = workload("semaphore/64 tasks 4 permits".into(), "acquire, yield inside, release");
    each_semaphore!(semaphore(&mut w));
    suite.add(w);

    let mut w = workload("condition/ping-pong".into(), "one turn: wait, be notified, notify");
    each_condition!(ping_pong(&mut w));
    suite.add(w);

    queues::<1>(suite);
    queues::<16>(suite);
    queues::<1024>(suite);
}

fn queues<const N: usize>(suite: &mut Suite) {
    for (senders, receivers) in ENDS {
        let shape = Shape { senders, receivers, capacity: N };
        let mut w = Workload::new(format!("handoff/queue/{shape}"), "push and pop", Basis::Min);
        each_queue!(N, queue(&mut w, shape));
        suite.add(w);
    }
}

fn lock<L: Lock>(w: &mut Workload, tasks: u64) {
    w.enter::<L>(None, move |n| programs::lock::<L>(Local, n, tasks, Section::Yields));
}

fn semaphore<S: Semaphore>(w: &mut Workload) {
    w.enter::<S>(None, |n| programs::semaphore::<S>(Local, n, 64, 4, Section::Yields));
}

fn ping_pong<C: Condition>(w: &mut Workload) {
    w.enter::<C>(None, |n| programs::ping_pong::<C>(Local, n));
}

fn queue<Q: Queue>(w: &mut Workload, shape: Shape) {
    if Q::ends(shape).is_some() {
        w.enter_queue::<Q>(shape.receivers, move |n| programs::queue::<Q>(Local, n, shape));
    }
}
