//! What a simulation consists of: tasks, timers, and the loop that runs them.

use core::cell::RefCell;
use core::fmt;
use core::future::Future;
use core::mem;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Wake;
use std::thread;
use std::time::Instant;

use futures_util::future::BoxFuture;

use super::random::split_mix;

thread_local! {
    static CURRENT: RefCell<Option<Arc<World>>> = const { RefCell::new(None) };
}

/// The future that the simulation runs; it may be of a kind that cannot be kept with the others.
const MAIN: u64 = 0;

/// When, and the order of those at the same time.
pub(super) type TimerKey = (Duration, u64);

pub(super) struct World {
    state: Mutex<State>,
    begun: Instant,
    seed: Option<u64>,
}

struct State {
    /// Since the beginning.
    now: Duration,
    ready: VecDeque<Arc<Ready>>,
    /// Those that are not being polled.
    tasks: BTreeMap<u64, BoxFuture<'static, ()>>,
    live: usize,
    timers: BTreeMap<TimerKey, Waker>,
    last_id: u64,
    random: Option<u64>,
    /// Nothing is woken any more.
    over: bool,
}

impl State {
    fn new(seed: Option<u64>) -> Self {
        Self {
            now: Duration::ZERO,
            ready: VecDeque::new(),
            tasks: BTreeMap::new(),
            live: 0,
            timers: BTreeMap::new(),
            last_id: MAIN,
            random: seed,
            over: false,
        }
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The task that runs next.
    fn pick(&mut self) -> Option<Arc<Ready>> {
        let count = self.ready.len() as u64;
        match &mut self.random {
            Some(random) if count > 1 => {
                let index = split_mix(random) % count;
                self.ready.remove(index as usize)
            }
            _ => self.ready.pop_front(),
        }
    }

    /// Goes to the time of the next timer, and returns all that fire then.
    fn advance(&mut self) -> Vec<Waker> {
        let Some((&(now, _), _)) = self.timers.first_key_value() else { return Vec::new() };
        // The end of time does not come.
        if now == Duration::MAX {
            return Vec::new();
        }
        self.now = now;
        let later = self.timers.split_off(&(now, u64::MAX));
        mem::replace(&mut self.timers, later).into_values().collect()
    }
}

impl World {
    pub(super) fn new(seed: Option<u64>) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::new(seed)), begun: Instant::now(), seed })
    }

    /// That of the thread.
    pub(super) fn current() -> Arc<Self> {
        let current = CURRENT.with_borrow(Option::clone);
        current.expect("there is no simulation on this thread")
    }

    /// Makes it that of the thread.
    pub(super) fn enter(self: &Arc<Self>) -> Here {
        let outer = CURRENT.replace(Some(Arc::clone(self)));
        if outer.is_some() {
            CURRENT.set(outer);
            panic!("a simulation cannot run within a simulation");
        }
        Here
    }

    /// Ends it, when that is dropped.
    pub(super) fn ends(&self) -> End<'_> {
        End { world: self }
    }

    /// Since the beginning.
    pub(super) fn elapsed(&self) -> Duration {
        self.state().now
    }

    pub(super) fn instant(&self) -> Instant {
        // Within its range: `timer` sees to that.
        self.begun + self.elapsed()
    }

    pub(super) fn live(&self) -> usize {
        self.state().live
    }

    /// A timer for so long from now. What no [`Instant`] can say is the end of time, which does not come.
    pub(super) fn timer(&self, duration: Duration) -> TimerKey {
        let mut state = self.state();
        let when = state.now.saturating_add(duration);
        let is_in_range = self.begun.checked_add(when).is_some();
        // mistake a_sleep_beyond_the_clock_panics: if is_in_range { when } else { Duration::MAX } ~>
        //     { let _ = is_in_range; when }
        (if is_in_range { when } else { Duration::MAX }, state.next_id())
    }

    /// Sets the timer again, unless it is over.
    pub(super) fn set_timer(&self, key: TimerKey, waker: Waker) -> Poll<()> {
        let mut state = self.state();
        if key.0 <= state.now {
            return Poll::Ready(());
        }
        let replaced = state.timers.insert(key, waker);
        drop(state);
        drop(replaced);
        Poll::Pending
    }

    pub(super) fn forget_timer(&self, key: TimerKey) {
        let waker = self.state().timers.remove(&key);
        drop(waker);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn spawn(self: &Arc<Self>, future: BoxFuture<'static, ()>) {
        let mut state = self.state();
        let id = state.next_id();
        state.live += 1;
        state.tasks.insert(id, future);
        drop(state);
        self.waker(id).wake();
    }

    fn waker(self: &Arc<Self>, id: u64) -> Waker {
        Arc::new(Ready { world: Arc::clone(self), id, queued: AtomicBool::new(false) }).into()
    }

    pub(super) fn run<F: Future>(self: &Arc<Self>, mut main: Pin<&mut F>) -> F::Output {
        self.waker(MAIN).wake();
        loop {
            let Some(ready) = self.next() else {
                let waiting = self.state().live;
                panic!("deadlock: nothing can wake the future of the simulation, nor any of {waiting} tasks")
            };
            ready.queued.store(false, Ordering::Relaxed);
            let waker = Waker::from(Arc::clone(&ready));
            let mut cx = Context::from_waker(&waker);
            if ready.id == MAIN {
                if let Poll::Ready(output) = main.as_mut().poll(&mut cx) {
                    return output;
                }
            } else {
                self.poll_task(ready.id, &mut cx);
            }
        }
    }

    fn next(&self) -> Option<Arc<Ready>> {
        loop {
            if let Some(ready) = self.state().pick() {
                return Some(ready);
            }
            let fired = self.state().advance();
            if fired.is_empty() {
                return None;
            }
            fired.into_iter().for_each(Waker::wake);
        }
    }

    fn poll_task(&self, id: u64, cx: &mut Context<'_>) {
        // Out of the state meanwhile: its code may use that.
        let Some(future) = self.state().tasks.remove(&id) else { return };
        let mut task = Live { world: self, future: Some(future) };
        let future = task.future.as_mut().expect("just put there");
        if future.as_mut().poll(cx).is_pending() {
            let future = task.future.take().expect("just polled");
            self.state().tasks.insert(id, future);
        }
    }
}

/// A task outside of the state; it counts until it is dropped.
struct Live<'a> {
    world: &'a World,
    future: Option<BoxFuture<'static, ()>>,
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        if let Some(future) = self.future.take() {
            drop(future);
            self.world.state().live -= 1;
        }
    }
}

/// What the waker of a task is.
struct Ready {
    world: Arc<World>,
    id: u64,
    /// Whether it is in the queue of those that are ready.
    queued: AtomicBool,
}

impl Wake for Ready {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Ordering: Relaxed; what the waking side did is seen through the mutex.
        if !self.queued.swap(true, Ordering::Relaxed) {
            let mut state = self.world.state();
            if !state.over {
                state.ready.push_back(Arc::clone(self));
            }
        }
    }
}

/// While it exists the thread is in this simulation.
pub(super) struct Here;

impl Drop for Here {
    fn drop(&mut self) {
        drop(CURRENT.take());
    }
}

/// Whichever way a simulation ends, nothing is left of it.
pub(super) struct End<'a> {
    world: &'a World,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        if let (true, Some(seed)) = (thread::panicking(), self.world.seed) {
            eprintln!("in the simulation with seed {seed}, after {:?}", self.world.state().now);
        }
        self.world.state().over = true;
        // Each task may spawn another one while it is dropped.
        loop {
            let Some((_, future)) = self.world.state().tasks.pop_first() else { break };
            drop(Live { world: self.world, future: Some(future) });
        }
        let mut state = self.world.state();
        let rest = (mem::take(&mut state.ready), mem::take(&mut state.timers));
        drop(state);
        drop(rest);
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Before the caller's formatter runs.
        let (now, live) = (self.elapsed(), self.live());
        f.debug_struct("World").field("now", &now).field("live", &live).finish_non_exhaustive()
    }
}
