//! [`ContextVar`]: values that follow a task, with the rules of Python's `contextvars`.

// A thread-local slot holds the `Context` of the code that runs on the thread at the moment. It is exchanged around every
// poll and around the drop of what is polled, by `Scope` and by the job of each task, and put back however these end. A
// context is never changed, only replaced by a larger copy: so a task that was spawned with one is not affected by what
// its spawner does later.

use core::any::Any;
use core::cell::Cell;
use core::fmt;
use core::future::Future;
use core::marker::PhantomData;
use core::mem;
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{self, Poll};
use std::sync::{Arc, OnceLock};

use pin_project_lite::pin_project;

thread_local! {
    static CURRENT: Cell<Context> = const { Cell::new(Context::EMPTY) };
}

/// A value that each task has for itself: what `contextvars.ContextVar` is in Python.
///
/// It is set [for a scope](ContextVar::scope), and seen by everything that runs in it: across awaits, and in the tasks
/// that are spawned there, by [`Spawn::spawn`](crate::Spawn::spawn), in a [`TaskGroup`](crate::TaskGroup) or as a
/// blocking function. These take a copy of the context as it is when they are spawned. Siblings never see it. (Tasks
/// that are spawned by the runtime's own function do not take it along; [`Context`] does that by hand.)
///
/// A variable is the `static` that it is kept in; two of them are two variables, even of the same type.
///
/// # Examples
///
/// ```
/// use anywake::{ContextVar, blocking};
///
/// static USER: ContextVar<&str> = ContextVar::new();
///
/// let greeting = async { format!("Hello {}", USER.get().unwrap_or("stranger")) };
/// assert_eq!(blocking::wait(USER.scope("Alice", greeting)), "Hello Alice");
/// assert_eq!(USER.get(), None);
/// ```
#[doc(alias = "task_local")]
pub struct ContextVar<T> {
    id: OnceLock<usize>,
    value: PhantomData<fn() -> T>,
}

impl<T> ContextVar<T> {
    /// A variable without a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::ContextVar;
    ///
    /// static USER: ContextVar<&str> = ContextVar::new();
    ///
    /// assert_eq!(USER.get(), None);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { id: OnceLock::new(), value: PhantomData }
    }
}

impl<T: Send + Sync + 'static> ContextVar<T> {
    /// Runs `future` with the variable set to `value`.
    ///
    /// What was set around it comes back when it ends, and is there whenever it does not run. The value is also there
    /// while the future is dropped, wherever that happens: so destructors see it.
    ///
    /// # Cancel safety
    ///
    /// That of `future`.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{ContextVar, blocking};
    ///
    /// static USER: ContextVar<&str> = ContextVar::new();
    ///
    /// let user = blocking::wait(USER.scope("Alice", async { USER.get() }));
    /// assert_eq!(user, Some("Alice"));
    /// ```
    pub fn scope<F: Future>(&self, value: T, future: F) -> Scope<F> {
        Scope { context: Layer::New(self.id(), Arc::new(value)), future: Some(future) }
    }

    /// Calls `function` with the variable set to `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::ContextVar;
    ///
    /// static USER: ContextVar<&str> = ContextVar::new();
    ///
    /// assert_eq!(USER.scope_sync("Alice", || USER.get()), Some("Alice"));
    /// ```
    pub fn scope_sync<O>(&self, value: T, function: impl FnOnce() -> O) -> O {
        Context::current().with(self.id(), Arc::new(value)).run(function)
    }

    /// The value of the innermost scope that the caller is in.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::ContextVar;
    ///
    /// static DEPTH: ContextVar<u32> = ContextVar::new();
    ///
    /// assert_eq!(DEPTH.scope_sync(1, || DEPTH.scope_sync(2, || DEPTH.get())), Some(2));
    /// ```
    #[must_use]
    pub fn get(&self) -> Option<T>
    where
        T: Clone,
    {
        self.with(|value| value.cloned())
    }

    /// Calls `function` with a reference to the value, for those that are costly to clone.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::ContextVar;
    ///
    /// static NAME: ContextVar<String> = ContextVar::new();
    ///
    /// let length = NAME.scope_sync("Alice".into(), || NAME.with(|name| name.map_or(0, String::len)));
    /// assert_eq!(length, 5);
    /// ```
    pub fn with<O>(&self, function: impl FnOnce(Option<&T>) -> O) -> O {
        let context = Context::current();
        function(context.value(self.id()).and_then(|value| value.downcast_ref()))
    }

    fn id(&self) -> usize {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        // Ordering: only that each gets another number matters.
        *self.id.get_or_init(|| NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl<T> Default for ContextVar<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug + Send + Sync + 'static> fmt::Debug for ContextVar<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|value| f.debug_tuple("ContextVar").field(&value).finish())
    }
}

type Value = Arc<dyn Any + Send + Sync>;

/// The values of all variables at one moment: `contextvars.copy_context()`.
///
/// For what [`Spawn::spawn`](crate::Spawn::spawn) does not reach: tasks that are spawned otherwise, threads,
/// callbacks.
///
/// # Examples
///
/// ```
/// use anywake::{ContextVar, context::Context};
/// use std::thread;
///
/// static LEVEL: ContextVar<u8> = ContextVar::new();
///
/// let context = LEVEL.scope_sync(3, Context::current);
/// let level = thread::spawn(move || context.run(|| LEVEL.get())).join().unwrap();
/// assert_eq!(level, Some(3));
/// ```
#[derive(Clone, Default)]
pub struct Context {
    /// Few, and seldom changed: copied as a whole, found by looking through them. `None` where there are none, which
    /// is the common case and costs nothing.
    values: Option<Arc<Vec<(usize, Value)>>>,
}

impl Context {
    const EMPTY: Self = Self { values: None };

    /// The context that the caller runs in.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{ContextVar, context::Context};
    ///
    /// static USER: ContextVar<&str> = ContextVar::new();
    ///
    /// let context = USER.scope_sync("Alice", Context::current);
    /// assert_eq!(context.run(|| USER.get()), Some("Alice"));
    /// ```
    #[must_use]
    pub fn current() -> Self {
        // A thread that is being torn down has no slot any more, hence no values.
        CURRENT
            .try_with(|current| {
                let context = current.take();
                current.set(context.clone());
                context
            })
            .unwrap_or_default()
    }

    /// Calls `function` in this context.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{ContextVar, context::Context};
    ///
    /// static USER: ContextVar<&str> = ContextVar::new();
    ///
    /// let outside = Context::current();
    /// assert_eq!(USER.scope_sync("Alice", || outside.run(|| USER.get())), None);
    /// ```
    pub fn run<O>(mut self, function: impl FnOnce() -> O) -> O {
        let _entered = self.enter();
        function()
    }

    /// Runs `future` in this context.
    ///
    /// # Cancel safety
    ///
    /// That of `future`.
    ///
    /// # Examples
    ///
    /// ```
    /// use anywake::{ContextVar, blocking, context::Context};
    ///
    /// static USER: ContextVar<&str> = ContextVar::new();
    ///
    /// let context = USER.scope_sync("Alice", Context::current);
    /// assert_eq!(blocking::wait(context.scope(async { USER.get() })), Some("Alice"));
    /// ```
    pub fn scope<F: Future>(self, future: F) -> Scope<F> {
        Scope { context: Layer::Made(self), future: Some(future) }
    }

    /// Makes it the context of the thread until the guard is dropped.
    pub(crate) fn enter(&mut self) -> Entered<'_> {
        self.exchange();
        Entered(self)
    }

    fn exchange(&mut self) {
        _ = CURRENT.try_with(|current| *self = current.replace(mem::take(self)));
    }

    fn value(&self, id: usize) -> Option<&Value> {
        self.values.as_deref()?.iter().find(|(of, _)| *of == id).map(|(_, value)| value)
    }

    fn with(&self, id: usize, value: Value) -> Self {
        let others = self.values.iter().flat_map(|values| values.iter()).filter(|(of, _)| *of != id).cloned();
        Self { values: Some(Arc::new(others.chain([(id, value)]).collect())) }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.values.as_ref().map_or(0, |values| values.len());
        f.debug_struct("Context").field("values", &values).finish()
    }
}

/// While it exists the context is in the thread's slot, and what was there before is in the context's place.
pub(crate) struct Entered<'a>(&'a mut Context);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.exchange();
    }
}

pin_project! {
    /// A future in a context of its own, made by [`ContextVar::scope`] and [`Context::scope`].
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct Scope<F> {
        context: Layer,
        // `None` only while the scope is dropped.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Scope<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = this.context.made().enter();
            this.future.set(None);
        }
    }
}

enum Layer {
    /// To be laid over whatever context the first poll finds: so that scopes can be nested in one expression.
    New(usize, Value),
    Made(Context),
}

impl Layer {
    fn made(&mut self) -> &mut Context {
        if let Self::New(id, value) = self {
            *self = Self::Made(Context::current().with(*id, Arc::clone(value)));
        }
        let Self::Made(context) = self else { unreachable!("made above") };
        context
    }
}

impl<F: Future> Future for Scope<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = this.context.made().enter();
        this.future.as_pin_mut().expect("there until the scope is dropped").poll(cx)
    }
}

impl<F> fmt::Debug for Scope<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}
