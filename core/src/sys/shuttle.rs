//! What loom has and shuttle lacks.

pub mod cell {
    //! A cell that notices conflicting accesses.

    use core::panic::Location;

    use shuttle::sync::atomic::{AtomicUsize, Ordering};

    const WRITER: usize = 1 << 32;

    /// A cell that lets other threads run during each access, and panics if one of them makes a conflicting access.
    #[derive(Debug)]
    pub struct UnsafeCell<T: ?Sized> {
        /// The number of readers, or [`WRITER`]. It is shuttle's atomic, so that threads may switch at each change.
        users: AtomicUsize,
        value: core::cell::UnsafeCell<T>,
    }

    struct Access<'a>(&'a AtomicUsize, usize);

    impl<'a> Access<'a> {
        #[track_caller]
        fn begin(users: &'a AtomicUsize, add: usize) -> Self {
            // Ordering: SeqCst, for want of another: shuttle takes every ordering for it.
            let others = users.fetch_add(add, Ordering::SeqCst);
            let race = others >= WRITER || others > 0 && add == WRITER;
            let place = Location::caller();
            assert!(
                !race || std::thread::panicking(),
                "a data race at {place}: two accesses at once, one of which is a write"
            );
            Self(users, add)
        }
    }

    impl Drop for Access<'_> {
        fn drop(&mut self) {
            // Ordering: SeqCst, as in `begin`.
            self.0.fetch_sub(self.1, Ordering::SeqCst);
        }
    }

    impl<T> UnsafeCell<T> {
        /// A cell with this value.
        pub fn new(value: T) -> Self {
            Self { users: AtomicUsize::new(0), value: value.into() }
        }

        /// The value.
        pub fn into_inner(self) -> T {
            self.value.into_inner()
        }
    }

    impl<T: ?Sized> UnsafeCell<T> {
        /// Shared access: the caller sees to it that nobody writes meanwhile.
        #[track_caller]
        pub fn with<R>(&self, access: impl FnOnce(*const T) -> R) -> R {
            let _access = Access::begin(&self.users, 1);
            access(self.value.get())
        }

        /// Exclusive access: the caller sees to it that nobody else reads or writes meanwhile.
        #[track_caller]
        pub fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
            let _access = Access::begin(&self.users, WRITER);
            access(self.value.get())
        }
    }
}
