//! [`join`], [`try_join`], [`first`], [`first_ok`] and [`staggered`]: several plain futures at once, in the task that awaits them.
//!
//! No task is spawned. So the futures may borrow, need not be `Send`, may be of different types, and run on one thread.

use core::convert::Infallible;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;

use anywake_core::Timer;
use futures_util::StreamExt as _;
use futures_util::future;
use futures_util::stream::FuturesUnordered;

mod sealed {
    use core::future::Future;

    pub trait Join {
        type Outputs;

        fn join_all(self) -> impl Future<Output = Self::Outputs>;
    }

    pub trait TryJoin {
        type Values;
        type Error;

        fn try_join_all(self) -> impl Future<Output = Result<Self::Values, Self::Error>>;
    }

    pub trait First {
        type Output;

        fn first_of_all(self) -> impl Future<Output = Self::Output>;
    }
}

/// Two to five futures in a tuple, for [`join`].
pub trait Join: sealed::Join {}

impl<F: sealed::Join> Join for F {}

/// Two to five futures in a tuple that return a `Result` with the same error, for [`try_join`].
pub trait TryJoin: sealed::TryJoin {}

impl<F: sealed::TryJoin> TryJoin for F {}

/// Two to four futures in a tuple, for [`first`].
pub trait First: sealed::First {}

impl<F: sealed::First> First for F {}

macro_rules! tuples {
    ($($join:ident $try_join:ident: $($future:ident $value:ident $at:tt)+;)*) => {$(
        impl<$($future: Future),+> sealed::Join for ($($future,)+) {
            type Outputs = ($($future::Output,)+);

            fn join_all(self) -> impl Future<Output = Self::Outputs> {
                future::$join($(self.$at),+)
            }
        }

        impl<$($future: Future<Output = Result<$value, Error>>, $value,)+ Error> sealed::TryJoin for ($($future,)+) {
            type Values = ($($value,)+);
            type Error = Error;

            fn try_join_all(self) -> impl Future<Output = Result<Self::Values, Error>> {
                future::$try_join($(self.$at),+)
            }
        }
    )*};
}

tuples! {
    join try_join: A X 0 B Y 1;
    join3 try_join3: A X 0 B Y 1 C Z 2;
    join4 try_join4: A X 0 B Y 1 C Z 2 D V 3;
    join5 try_join5: A X 0 B Y 1 C Z 2 D V 3 E W 4;
}

/// Runs two to five futures in a tuple, and returns all outputs: `asyncio.gather(f(), g())`.
///
/// They share the task that awaits this. For tasks that go on beside the caller, see [`gather`](crate::gather) and
/// [`task_group`](crate::task_group).
///
/// # Cancel safety
///
/// If it is dropped, all are dropped.
///
/// # Examples
///
/// ```
/// use anywake::{Event, blocking, join};
///
/// let event = Event::new();
/// let (length, ()) = blocking::wait(join((
///     async {
///         event.wait().await;
///         "text".len()
///     },
///     async { event.set() },
/// )));
/// assert_eq!(length, 4);
/// ```
#[doc(alias("zip", "join_all", "gather"))]
pub async fn join<F: Join>(futures: F) -> F::Outputs {
    futures.join_all().await
}

/// Runs two to five futures in a tuple, and returns all values, or the first error. Then the others are dropped where they
/// wait.
///
/// # Cancel safety
///
/// If it is dropped, all are dropped.
///
/// # Errors
///
/// The error that occurred first.
///
/// # Examples
///
/// ```
/// use anywake::{blocking, try_join};
/// use std::future::pending;
///
/// let both = try_join((async { Ok::<_, &str>(1) }, async { Ok("two") }));
/// assert_eq!(blocking::wait(both), Ok((1, "two")));
/// let failed = try_join((pending::<Result<(), _>>(), async { Err::<(), _>("no") }));
/// assert_eq!(blocking::wait(failed), Err("no"));
/// ```
#[doc(alias("try_zip", "try_join_all"))]
pub async fn try_join<F: TryJoin>(futures: F) -> Result<F::Values, F::Error> {
    futures.try_join_all().await
}

/// The output of one of several futures, by its place: what [`first`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneOf<A, B, C = Infallible, D = Infallible> {
    /// That of the first future.
    First(A),
    /// That of the second future.
    Second(B),
    /// That of the third future.
    Third(C),
    /// That of the fourth future.
    Fourth(D),
}

impl<T> OneOf<T, T, T, T> {
    /// Returns the output, whichever future it is of.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::scope::OneOf;
    ///
    /// assert_eq!(OneOf::<u8, u8, u8, u8>::Third(3).into_inner(), 3);
    /// ```
    pub fn into_inner(self) -> T {
        let (Self::First(output) | Self::Second(output) | Self::Third(output) | Self::Fourth(output)) = self;
        output
    }
}

macro_rules! firsts {
    ($([$($future:ident $at:tt $variant:ident)+] => $output:ty;)*) => {$(
        impl<$($future: Future),+> sealed::First for ($($future,)+) {
            type Output = $output;

            async fn first_of_all(self) -> $output {
                #[allow(non_snake_case, reason = "a future is named after its type")]
                let ($(mut $future,)+) = ($(pin!(self.$at),)+);
                poll_fn(|cx| {
                    $(
                        if let Poll::Ready(output) = $future.as_mut().poll(cx) {
                            return Poll::Ready(OneOf::$variant(output));
                        }
                    )+
                    Poll::Pending
                })
                .await
            }
        }
    )*};
}

firsts! {
    [A 0 First B 1 Second] => OneOf<A::Output, B::Output>;
    [A 0 First B 1 Second C 2 Third] => OneOf<A::Output, B::Output, C::Output>;
    [A 0 First B 1 Second C 2 Third D 3 Fourth] => OneOf<A::Output, B::Output, C::Output, D::Output>;
}

/// Runs two to four futures in a tuple until the first completes, and drops the others where they wait: what `select!` is
/// used for.
///
/// They are polled in the order of the tuple. If several are ready in one poll, the first of them counts.
///
/// # Cancel safety
///
/// A future that loses is dropped, so it should be one that loses nothing by that. The waits of this crate are: what was
/// granted to one that is dropped goes to the next in line. To go on with one that has lost, hand in `&mut` of a pinned one.
///
/// # Examples
///
/// ```
/// use anywake::{Event, Queue, blocking, first, scope::OneOf};
///
/// let (stop, queue) = (Event::new(), Queue::with_capacity(1).unwrap());
/// queue.try_push(7).unwrap();
/// assert_eq!(blocking::wait(first((queue.pop(), stop.wait()))), OneOf::First(Ok(7)));
/// stop.set();
/// match blocking::wait(first((queue.pop(), stop.wait()))) {
///     OneOf::First(item) => panic!("there is no item: {item:?}"),
///     OneOf::Second(()) => assert_eq!(queue.waiters(), 0),
/// }
/// ```
#[doc(alias("select", "race", "select_biased"))]
pub async fn first<F: First>(futures: F) -> F::Output {
    futures.first_of_all().await
}

/// Runs all `futures` until the first succeeds, and drops the others where they wait: JavaScript's `Promise.any`.
///
/// # Cancel safety
///
/// If it is dropped, all are dropped.
///
/// # Errors
///
/// All have failed: their errors, in the order in which they occurred. Without futures there is none.
///
/// # Examples
///
/// ```
/// use anywake::{blocking, first_ok};
///
/// let parsed = ["x", "2", "3"].map(|text| async move { text.parse::<u8>().map_err(|_| text) });
/// assert_eq!(blocking::wait(first_ok(parsed)), Ok(2));
/// let failed = ["x", "y"].map(|text| async move { text.parse::<u8>().map_err(|_| text) });
/// assert_eq!(blocking::wait(first_ok(failed)), Err(vec!["x", "y"]));
/// ```
#[doc(alias("select_ok", "any", "race_ok"))]
pub async fn first_ok<F, T, E>(futures: impl IntoIterator<Item = F>) -> Result<T, Vec<E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut running: FuturesUnordered<F> = futures.into_iter().collect();
    let mut errors = Vec::new();
    while let Some(ended) = running.next().await {
        match ended {
            Ok(value) => return Ok(value),
            Err(error) => errors.push(error),
        }
    }
    Err(errors)
}

/// Tries one future after the other until the first succeeds: the next one begins when all before it have failed, or when
/// `delay` has passed since the last one began. Those that are slow go on beside it.
///
/// So a server that does not answer costs only the delay, and one that answers is asked alone. This is what "Happy Eyeballs"
/// (RFC 8305) does with addresses, and `loop.create_connection` of asyncio. `attempts` is asked for a future only when it is to
/// begin.
///
/// # Cancel safety
///
/// If it is dropped, all are dropped.
///
/// # Errors
///
/// All have failed: their errors, in the order in which they occurred.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// use anywake::{staggered, test_util::{Simulated, Simulation}};
/// use std::time::Duration;
///
/// let (name, elapsed) = Simulation::new().run(async {
///     let attempts = [("slow", 60), ("fast", 1)].map(|(name, seconds)| async move {
///         Simulated.sleep(Duration::from_secs(seconds)).await;
///         Ok::<_, ()>(name)
///     });
///     let name = staggered(Simulated, Duration::from_millis(250), attempts).await;
///     (name, Simulated.elapsed())
/// });
/// assert_eq!((name, elapsed), (Ok("fast"), Duration::from_millis(1250)));
/// # }
/// ```
#[doc(alias("happy_eyeballs", "staggered_race"))]
pub async fn staggered<R, F, T, E>(
    runtime: R,
    delay: Duration,
    attempts: impl IntoIterator<Item = F>,
) -> Result<T, Vec<E>>
where
    R: Timer,
    F: Future<Output = Result<T, E>>,
{
    let mut running = FuturesUnordered::new();
    let mut errors = Vec::new();
    for attempt in attempts {
        running.push(attempt);
        let mut timer = pin!(runtime.sleep(delay));
        let won = poll_fn(|cx| {
            while let Poll::Ready(Some(ended)) = running.poll_next_unpin(cx) {
                match ended {
                    Ok(value) => return Poll::Ready(Some(value)),
                    Err(error) => errors.push(error),
                }
            }
            // mistake a_failed_attempt_waits_for_the_delay: running.is_empty() ~> false
            if running.is_empty() {
                return Poll::Ready(None);
            }
            timer.as_mut().poll(cx).map(|()| None)
        });
        if let Some(value) = won.await {
            return Ok(value);
        }
    }
    while let Some(ended) = running.next().await {
        match ended {
            Ok(value) => return Ok(value),
            Err(error) => errors.push(error),
        }
    }
    Err(errors)
}
