//! A cell that lies in a larger value behind an `Arc`.

use core::future::Future;

use super::init::Init;
use super::{OnceCell, PartGetOrInitFuture, PartGetOrTryInitFuture, PartOnceCellFuture};
use crate::wait::future::Wait;
use crate::wait::handle::ArcPart;

impl<S: ?Sized, T> ArcPart<S, OnceCell<T>> {
    /// Waits until the value is there, and initialises the cell if no other task does. Returns a handle of the value, which
    /// keeps the whole alive.
    ///
    /// # Cancel safety
    /// As for [`OnceCell::get_or_init`]: if this task is the initialiser, its progress is lost, and the next in line becomes
    /// the initialiser.
    ///
    /// # Panics
    /// As for [`OnceCell::get_or_init`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use anywake::{ArcPart, OnceCell};
    /// use std::sync::Arc;
    ///
    /// #[derive(Default)]
    /// struct App {
    ///     config: OnceCell<String>,
    /// }
    ///
    /// let app = Arc::new(App::default());
    /// let config = ArcPart::new(Arc::clone(&app), |app| &app.config);
    /// let config = config.get_or_init(async || "from a slow disk".to_owned()).await;
    /// // The value may go to another thread, and keeps the application alive.
    /// drop(app);
    /// assert_eq!(std::thread::spawn(move || config.len()).join().unwrap(), 16);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn get_or_init<F, Fut>(self, init: F) -> PartGetOrInitFuture<S, T, F, Fut>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        PartGetOrInitFuture::over(Init::new(self, init, |init| init()))
    }

    /// As [`get_or_init`](Self::get_or_init), with an initialiser that may fail.
    ///
    /// # Errors
    /// That of this task's own initialiser. The cell stays empty, and the next in line becomes the initialiser.
    ///
    /// # Cancel safety
    /// As for [`OnceCell::get_or_try_init`]: if this task is the initialiser, its progress is lost, and the next in line
    /// becomes the initialiser.
    ///
    /// # Panics
    /// As for [`OnceCell::get_or_try_init`].
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use anywake::{ArcPart, OnceCell};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new((OnceCell::<u32>::new(), "name"));
    /// let part = ArcPart::new(pair, |pair| &pair.0);
    /// assert_eq!(part.clone().get_or_try_init(async || Err("offline")).await.unwrap_err(), "offline");
    /// let value = part.get_or_try_init(async || Ok::<_, ()>(1)).await.unwrap();
    /// assert_eq!((*value, value.owner().1), (1, "name"));
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn get_or_try_init<E, F, Fut>(self, init: F) -> PartGetOrTryInitFuture<S, T, F, Fut>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        PartGetOrTryInitFuture::over(Init::new(self, init, |init| init()))
    }

    /// Waits until the value is there, and leaves it to others to initialise the cell. Returns a handle of the value, which
    /// keeps the whole alive.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    ///
    /// # Examples
    /// ```
    /// # use anywake_core as anywake;
    /// # async fn example() {
    /// use anywake::{ArcPart, OnceCell};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new((OnceCell::new(), "name"));
    /// let wait = ArcPart::new(Arc::clone(&pair), |pair| &pair.0).wait();
    /// pair.0.set(1).unwrap();
    /// drop(pair);
    /// assert_eq!(*wait.await, 1);
    /// # }
    /// # anywake_core::doctest::block_on(example());
    /// ```
    #[cfg_attr(feature = "diagnose", track_caller)]
    pub fn wait(self) -> PartOnceCellFuture<S, T> {
        PartOnceCellFuture::over(Wait::new(self, ()))
    }
}
