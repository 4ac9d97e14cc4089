//! What the protocol tells the feature `diagnose`: who waits, since when, and who was granted what.
//!
//! The protocol calls the same few functions whether the feature is on or off. Off, they are empty and [`Trace`] has no
//! size, so no word and no instruction is left of them. Models are never traced: a lock of loom cannot lie in a `static`.

#[cfg(not(all(feature = "diagnose", not(loom))))]
mod off;
#[cfg(all(feature = "diagnose", not(loom)))]
mod on;

#[cfg(not(all(feature = "diagnose", not(loom))))]
pub(crate) use off::*;
#[cfg(all(feature = "diagnose", not(loom)))]
pub(crate) use on::*;
