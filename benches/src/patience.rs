//! Running programs that may never end: a rival that loses a wake must not stop the comparison.

use core::time::Duration;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// A thread that runs one program after another, and is given up with a program that does not end in time.
#[derive(Debug)]
pub struct Attendant {
    limit: Duration,
    jobs: Sender<Job>,
}

impl Attendant {
    /// A thread whose programs may take `limit` each.
    pub fn new(limit: Duration) -> Self {
        Self { limit, jobs: start() }
    }

    /// Runs a program, and returns its result. Returns `None` if it has not ended in time: its thread is left to it, and
    /// the next program gets another.
    ///
    /// # Panics
    /// If the program panics.
    pub fn run<R: Send + 'static>(&mut self, program: impl FnOnce() -> R + Send + 'static) -> Option<R> {
        let (answer, answers) = mpsc::channel();
        let job = Box::new(move || _ = answer.send(program()));
        self.jobs
            .send(job)
            .expect("the thread ends with this end of its channel, or with a panic, which was reported");
        match answers.recv_timeout(self.limit) {
            Ok(result) => Some(result),
            Err(RecvTimeoutError::Timeout) => {
                self.jobs = start();
                None
            }
            Err(RecvTimeoutError::Disconnected) => panic!("the program panicked"),
        }
    }
}

fn start() -> Sender<Job> {
    let (jobs, mine) = mpsc::channel::<Job>();
    thread::spawn(move || mine.into_iter().for_each(|job| job()));
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_never_ends_costs_only_its_own_result() {
        let mut attendant = Attendant::new(Duration::from_millis(50));
        assert_eq!(attendant.run(|| 1), Some(1));
        let (never, sent) = mpsc::channel::<()>();
        assert_eq!(attendant.run(move || sent.recv()), None);
        assert_eq!(attendant.run(|| 2), Some(2));
        drop(never);
    }

    #[test]
    #[should_panic(expected = "the program panicked")]
    fn a_panic_is_passed_on() {
        Attendant::new(Duration::from_secs(60)).run(|| panic!("planned"));
    }
}
