//! shuttle under those names of loom that the core uses, so that the core, which is written for loom, runs on shuttle
//! unchanged.

pub mod hint {
    pub use shuttle::hint::spin_loop;
}

pub mod thread {
    pub use shuttle::thread::yield_now;
}

pub mod sync {
    pub use shuttle::sync::{Mutex, MutexGuard};

    /// With loom, the core's atomics make each load an event of its own by it. For shuttle every access is an event.
    #[derive(Debug, Default)]
    pub struct Condvar;

    impl Condvar {
        pub fn new() -> Self {
            Self
        }

        pub fn notify_one(&self) {}
    }

    pub mod atomic {
        pub use shuttle::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicUsize, Ordering};
    }
}

pub mod cell {
    use shuttle::sync::atomic::AtomicUsize;
    use shuttle::sync::atomic::Ordering::SeqCst;

    const WRITER: usize = 1 << 32;

    /// A cell that lets other threads run during each access, and panics if one of them makes a conflicting access.
    #[derive(Debug)]
    pub struct UnsafeCell<T: ?Sized> {
        /// The number of readers, or [`WRITER`]. It is shuttle's atomic, so that threads may switch at each change.
        users: AtomicUsize,
        value: std::cell::UnsafeCell<T>,
    }

    struct Access<'a>(&'a AtomicUsize, usize);

    impl<'a> Access<'a> {
        fn begin(users: &'a AtomicUsize, add: usize) -> Self {
            let others = users.fetch_add(add, SeqCst);
            let race = others >= WRITER || others > 0 && add == WRITER;
            assert!(
                !race || std::thread::panicking(),
                "a data race: two accesses at once, one of which is a write"
            );
            Self(users, add)
        }
    }

    impl Drop for Access<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(self.1, SeqCst);
        }
    }

    impl<T> UnsafeCell<T> {
        pub fn new(value: T) -> Self {
            Self { users: AtomicUsize::new(0), value: value.into() }
        }

        pub fn into_inner(self) -> T {
            self.value.into_inner()
        }
    }

    impl<T: ?Sized> UnsafeCell<T> {
        pub fn with<R>(&self, access: impl FnOnce(*const T) -> R) -> R {
            let _access = Access::begin(&self.users, 1);
            access(self.value.get())
        }

        pub fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
            let _access = Access::begin(&self.users, WRITER);
            access(self.value.get())
        }
    }
}
