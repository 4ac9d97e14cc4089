//! What the protocol tells the feature `diagnose`: who waits, since when, who was granted what, and who holds it.
//!
//! The protocol calls the same few functions whether the feature is on or off. Off, they are empty, and [`Trace`],
//! [`Taker`] and [`Ticket`] have no size, so no word and no instruction is left of them. Models are never traced: a lock of
//! loom cannot lie in a `static`.

mod claim;
#[cfg(not(all(feature = "diagnose", not(loom))))]
mod off;
#[cfg(all(feature = "diagnose", not(loom)))]
mod on;

#[cfg_attr(
    not(all(feature = "diagnose", not(loom))),
    allow(unreachable_pub, reason = "it is public with the feature")
)]
pub use claim::Claim;
#[cfg(not(all(feature = "diagnose", not(loom))))]
pub(crate) use off::*;
#[cfg(all(feature = "diagnose", not(loom)))]
pub(crate) use on::*;

/// Stamps `named`, which names a primitive for the feature `diagnose`. It takes the way to the queue of the primitive.
macro_rules! named {
    ($($field:ident).+) => {
        /// The same primitive, with a name that the feature `diagnose` shows. Without the feature the name is not kept.
        ///
        /// # Examples
        /// With an event, for example:
        /// ```
        /// # use anywake_core as anywake;
        /// static READY: anywake::Event = anywake::Event::new().named("ready");
        /// READY.set();
        /// assert!(READY.is_set());
        /// ```
        #[must_use]
        pub const fn named(mut self, name: &'static str) -> Self {
            self.$($field).+.set_name(name);
            self
        }
    };
}
pub(crate) use named;
