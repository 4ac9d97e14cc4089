//! The API of async-channel 2.5.0 over anywake's primitives: see `anywake_compat::async_channel`.
#![forbid(unsafe_code)]

#[doc(inline)]
pub use anywake_compat::async_channel::*;
