//! The macro for statics of programs that have models.

/// Declares statics whose values hold primitives, so that models can use them, too.
///
/// Without `--cfg loom` this is the `static` as it stands. In a model, constructors are not `const`, and each execution
/// begins with new values. So there the static is a value that dereferences to its type. It is made when an execution first
/// uses it, and dropped at the end of the execution. Method calls, and references where the type is known, are the same in
/// both. The module `model`, which is there in a model, says more.
///
/// # Examples
///
/// ```
/// use anywake_core::{Lock, Semaphore, static_};
///
/// static_! {
///     /// How many have been served.
///     static SERVED: Lock<u32> = Lock::new(0);
///     pub static DESKS: Semaphore = Semaphore::new(2);
/// }
///
/// async fn serve() {
///     let _desk = DESKS.acquire().await.unwrap();
///     *SERVED.lock().await += 1;
/// }
///
/// # #[cfg(not(loom))] {
/// anywake_core::doctest::block_on(serve());
/// assert_eq!(*SERVED.try_lock().unwrap(), 1);
/// # }
/// # #[cfg(loom)]
/// # anywake_core::model::model(|| {
/// #     let other = anywake_core::model::spawn(|| anywake_core::model::block_on(serve()));
/// #     anywake_core::model::block_on(serve());
/// #     other.join().unwrap();
/// #     assert_eq!(*SERVED.try_lock().unwrap(), 2);
/// # });
/// ```
#[macro_export]
macro_rules! static_ {
    ($($declarations:tt)+) => {
        $crate::__static! { $($declarations)+ }
    };
}

// Two macros, because a `cfg` in what a macro expands to asks for the one of the crate that uses it.
#[cfg(not(loom))]
#[doc(hidden)]
#[macro_export]
macro_rules! __static {
    ($($(#[$meta:meta])* $vis:vis static $name:ident: $type:ty = $value:expr;)+) => {$(
        $(#[$meta])*
        $vis static $name: $type = $value;
    )+};
}

#[cfg(loom)]
#[doc(hidden)]
#[macro_export]
macro_rules! __static {
    ($($(#[$meta:meta])* $vis:vis static $name:ident: $type:ty = $value:expr;)+) => {$(
        $(#[$meta])*
        #[allow(missing_debug_implementations, non_camel_case_types)]
        $vis struct $name { _private: () }

        $(#[$meta])*
        $vis static $name: $name = $name { _private: () };

        impl ::core::ops::Deref for $name {
            type Target = $type;

            fn deref(&self) -> &$type {
                static VALUE: $crate::model::lazy::Value<$type> = $crate::model::lazy::Value::new(|| $value);
                VALUE.get()
            }
        }
    )+};
}
