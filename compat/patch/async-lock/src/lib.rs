//! The API of async-lock 3.5.0 over anywake's primitives: see `anywake_compat::async_lock`.
#![forbid(unsafe_code)]

#[doc(inline)]
pub use anywake_compat::async_lock::*;
