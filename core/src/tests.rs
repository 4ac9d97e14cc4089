//! Tests of the crate as a whole that need its insides: the loom models.

#[cfg(all(loom, not(shuttle)))]
mod loom;
#[cfg(not(loom))]
mod stamps;

#[cfg(all(loom, not(feature = "std")))]
compile_error!("the loom models need the feature `std`");
