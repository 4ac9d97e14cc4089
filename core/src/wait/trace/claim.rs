//! What can be held.

use core::fmt;

/// What a guard, a permit or a slot holds of its primitive, or what a wait asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(
    not(all(feature = "diagnose", not(loom))),
    allow(dead_code, unreachable_pub, reason = "only the feature tells them apart")
)]
pub enum Claim {
    /// A lock.
    Lock,
    /// A reader-writer lock, as one of its readers.
    Read,
    /// A reader-writer lock, as its upgradable reader.
    UpgradableRead,
    /// A reader-writer lock, as its writer.
    Write,
    /// So many permits of a semaphore.
    Permits(usize),
    /// Room in a queue that was reserved.
    Slot,
    /// The role of the one that initialises a cell.
    Initialise,
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lock => f.write_str("the lock"),
            Self::Read => f.write_str("a read guard"),
            Self::UpgradableRead => f.write_str("the upgradable read guard"),
            Self::Write => f.write_str("the write guard"),
            Self::Permits(1) => f.write_str("1 permit"),
            Self::Permits(n) => write!(f, "{n} permits"),
            Self::Slot => f.write_str("a slot"),
            Self::Initialise => f.write_str("the role of the initialiser"),
        }
    }
}
