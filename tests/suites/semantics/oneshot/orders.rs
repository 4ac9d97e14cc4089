//! Every order of what the two ends can do, compared with a model: what each step returns, whom it wakes, and when the value
//! is dropped. And with two threads at once.

use anywake_tests::Arc;
use core::future::IntoFuture as _;
use core::task::Poll;

use anywake_core::oneshot::{OwnedRecvFuture, Receiver, Sender, TryRecvError, channel};
use anywake_core::{Closed, Oneshot};
use anywake_tests::{Drops, Item, Task, block_on, finishes};

/// What an end can do. Each at most a few times in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Send,
    DropSender,
    /// Polls a `recv(&mut self)` once, and drops it.
    Recv,
    TryRecv,
    Close,
    DropReceiver,
    /// Turns the receiver into its wait.
    IntoWait,
    PollWait,
    DropWait,
}

const STEPS: [Step; 9] = [
    Step::Send,
    Step::DropSender,
    Step::Recv,
    Step::TryRecv,
    Step::Close,
    Step::DropReceiver,
    Step::IntoWait,
    Step::PollWait,
    Step::DropWait,
];

/// How a channel ought to behave.
#[derive(Clone, Debug, Default)]
struct Model {
    sender_gone: bool,
    /// The value was sent, and is in its slot.
    full: bool,
    closed: bool,
    receiver: End,
    /// The drops so far.
    dropped: usize,
    /// Whether the wait of the receiver sleeps.
    asleep: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum End {
    #[default]
    Plain,
    Waiting,
    Gone,
}

/// What a step returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Sent(bool),
    Pending,
    Received(bool),
    Tried(Result<(), TryRecvError>),
}

impl Model {
    fn allows(&self, step: Step) -> bool {
        match step {
            Step::Send | Step::DropSender => !self.sender_gone,
            Step::Recv | Step::TryRecv | Step::Close | Step::DropReceiver | Step::IntoWait => {
                self.receiver == End::Plain
            }
            Step::PollWait | Step::DropWait => self.receiver == End::Waiting,
        }
    }

    fn receive(&mut self) -> Outcome {
        if self.full {
            self.full = false;
            // The test drops it at once.
            self.dropped += 1;
            Outcome::Received(true)
        } else if self.sender_gone || self.closed {
            Outcome::Received(false)
        } else {
            Outcome::Pending
        }
    }

    fn leave(&mut self) -> Outcome {
        self.receiver = End::Gone;
        self.closed = true;
        self.dropped += usize::from(core::mem::take(&mut self.full));
        self.asleep = false;
        Outcome::Done
    }

    /// Carries out the step. Returns what it returns, and whether it wakes the wait of the receiver.
    fn step(&mut self, step: Step) -> (Outcome, bool) {
        let was_asleep = self.asleep;
        let outcome = match step {
            Step::Send => {
                self.sender_gone = true;
                if self.closed {
                    self.dropped += 1;
                    Outcome::Sent(false)
                } else {
                    (self.full, self.asleep) = (true, false);
                    Outcome::Sent(true)
                }
            }
            Step::DropSender => {
                (self.sender_gone, self.asleep) = (true, false);
                Outcome::Done
            }
            Step::Recv => self.receive(),
            Step::TryRecv => Outcome::Tried(match self.receive() {
                Outcome::Received(true) => Ok(()),
                Outcome::Pending => Err(TryRecvError::Empty),
                _ => Err(TryRecvError::Closed),
            }),
            Step::Close => {
                self.closed = true;
                Outcome::Done
            }
            Step::IntoWait => {
                self.receiver = End::Waiting;
                Outcome::Done
            }
            Step::PollWait => {
                let outcome = self.receive();
                if outcome == Outcome::Pending {
                    self.asleep = true;
                } else {
                    self.leave();
                }
                outcome
            }
            Step::DropReceiver | Step::DropWait => self.leave(),
        };
        let wakes = was_asleep && matches!(step, Step::Send | Step::DropSender);
        (outcome, wakes)
    }
}

/// The real channel, and the listener that waits for its end from the beginning.
struct Real {
    drops: Drops,
    sender: Option<Sender<Item>>,
    receiver: Option<Receiver<Item>>,
    wait: Option<Task<OwnedRecvFuture<Arc<Oneshot<Item>>>>>,
}

fn received(polled: Poll<Result<Item, Closed>>) -> Outcome {
    match polled {
        Poll::Pending => Outcome::Pending,
        Poll::Ready(result) => Outcome::Received(result.is_ok()),
    }
}

impl Real {
    fn new() -> Self {
        let (sender, receiver) = channel();
        Self { drops: Drops::new(), sender: Some(sender), receiver: Some(receiver), wait: None }
    }

    fn step(&mut self, step: Step) -> Outcome {
        match step {
            Step::Send => {
                let sent = self.sender.take().unwrap().send(self.drops.item(1));
                return Outcome::Sent(sent.is_ok());
            }
            Step::DropSender => drop(self.sender.take()),
            Step::Recv => return received(Task::new(self.receiver.as_mut().unwrap().recv()).poll()),
            Step::TryRecv => return Outcome::Tried(self.receiver.as_mut().unwrap().try_recv().map(drop)),
            Step::Close => self.receiver.as_mut().unwrap().close(),
            Step::DropReceiver => drop(self.receiver.take()),
            Step::IntoWait => {
                self.wait = self.receiver.take().map(|receiver| Task::new(receiver.into_future()))
            }
            Step::PollWait => {
                let polled = self.wait.as_mut().unwrap().poll();
                if polled.is_ready() {
                    self.wait = None;
                }
                return received(polled);
            }
            Step::DropWait => drop(self.wait.take()),
        }
        Outcome::Done
    }

    fn wakes(&self) -> usize {
        self.wait.as_ref().map_or(0, Task::wakes)
    }
}

/// Runs a program on a new channel and on the model. Returns the steps that are possible after it.
fn run(program: &[Step]) -> Vec<Step> {
    let (mut real, mut model) = (Real::new(), Model::default());
    for (number, step) in program.iter().enumerate() {
        let before = real.wakes();
        let outcome = real.step(*step);
        let (expected, wakes) = model.step(*step);
        let so_far = &program[..=number];
        assert_eq!(outcome, expected, "{so_far:?}");
        assert_eq!(real.drops.count(), model.dropped, "drops after {so_far:?}");
        if matches!(step, Step::Send | Step::DropSender) {
            assert_eq!(real.wakes() - before, usize::from(wakes), "wakes of {so_far:?}");
        }
        if let Some(sender) = &real.sender {
            assert_eq!(sender.is_closed(), model.closed, "is_closed after {so_far:?}");
            assert_eq!(Task::new(sender.closed()).poll().is_ready(), model.closed);
        }
    }
    let made = model.dropped + usize::from(model.full);
    let drops = real.drops.clone();
    drop(real);
    assert_eq!(drops.count(), made, "each value is dropped once: {program:?}");
    STEPS.into_iter().filter(|step| model.allows(*step)).collect()
}

#[test]
fn every_order_of_the_steps_of_both_ends() {
    let (longest, mut programs) = (if cfg!(miri) { 4 } else { 7 }, 0);
    let mut open: Vec<Vec<Step>> = vec![Vec::new()];
    while let Some(program) = open.pop() {
        programs += 1;
        let next = run(&program);
        if program.len() < longest {
            open.extend(next.into_iter().map(|step| [program.as_slice(), &[step]].concat()));
        }
    }
    println!("{programs} programs of up to {longest} steps");
    assert!(programs > 1_000 || cfg!(miri));
}

const ROUNDS: usize = if cfg!(miri) { 20 } else { 3_000 };

/// RUSTSEC-2021-0124: after a `close`, the sender and the receiver touched the value at once.
#[cfg(not(feature = "local"))]
#[test]
fn a_close_that_races_with_a_send_and_a_try_recv_gives_the_value_to_exactly_one() {
    finishes(|| {
        for _ in 0..ROUNDS {
            let drops = Drops::new();
            let (sender, mut receiver) = channel();
            let item = drops.item(1);
            let (sent, received) = std::thread::scope(|scope| {
                let sent = scope.spawn(move || sender.send(item).is_ok());
                receiver.close();
                let received = receiver.try_recv().is_ok();
                (sent.join().unwrap(), received)
            });
            assert!(sent || !received, "a value that was not sent was received");
            drop(receiver);
            assert_eq!(drops.count(), 1);
        }
    });
}

/// RUSTSEC-2026-0005: a receiver that waits is dropped while the value is sent.
#[cfg(not(feature = "local"))]
#[test]
fn a_receiver_that_goes_while_a_value_is_sent_drops_it_or_returns_it() {
    finishes(|| {
        for _ in 0..ROUNDS {
            let drops = Drops::new();
            let (sender, receiver) = channel();
            let item = drops.item(1);
            let mut wait = Task::new(receiver.into_future());
            assert!(wait.poll().is_pending());
            let sent = std::thread::scope(|scope| {
                let sent = scope.spawn(move || sender.send(item).map_err(core::mem::forget).is_ok());
                drop(wait);
                sent.join().unwrap()
            });
            assert_eq!(
                drops.count(),
                usize::from(sent),
                "what was sent is dropped, what came back was forgotten"
            );
        }
    });
}

#[cfg(not(feature = "local"))]
#[test]
fn a_sender_that_waits_for_the_end_learns_of_it_whenever_the_receiver_goes() {
    finishes(|| {
        for _ in 0..ROUNDS {
            let (sender, receiver) = channel::<u32>();
            std::thread::scope(|scope| {
                scope.spawn(move || drop(receiver));
                block_on(sender.closed());
            });
            assert!(sender.is_closed());
        }
    });
}
