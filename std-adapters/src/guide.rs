//! Pages to read: all primitives in a few lines each, what they promise, and how to come from another library.
//!
//! | you use | read |
//! |---|---|
//! | nothing of the kind yet | [`primitives`], [`promises`] |
//! | anywake, and a program that hangs | [`diagnose`] |
//! | `tokio::sync`, `tokio-util` | [`from_tokio_sync`] |
//! | async-lock, async-channel, event-listener | [`from_async_lock`] |
//! | futures-intrusive | [`from_futures_intrusive`] |
//! | embassy-sync | [`from_embassy_sync`] |
//! | Python's asyncio | [`from_asyncio`] |
//! | Python's anyio or trio | [`from_anyio_and_trio`] |
//!
//! A page for those who come from elsewhere has three parts: each name and its counterpart, what behaves differently, and
//! what is not here, with what to use instead. The code on all pages is tested. These modules exist in the documentation
//! only.

#[doc = include_str!("guide/diagnose.md")]
pub mod diagnose {}
#[doc = include_str!("guide/from_anyio_and_trio.md")]
pub mod from_anyio_and_trio {}
#[doc = include_str!("guide/from_async_lock.md")]
pub mod from_async_lock {}
#[doc = include_str!("guide/from_asyncio.md")]
pub mod from_asyncio {}
#[doc = include_str!("guide/from_embassy_sync.md")]
pub mod from_embassy_sync {}
#[doc = include_str!("guide/from_futures_intrusive.md")]
pub mod from_futures_intrusive {}
#[doc = include_str!("guide/from_tokio_sync.md")]
pub mod from_tokio_sync {}
#[doc = include_str!("guide/primitives.md")]
pub mod primitives {}
#[doc = include_str!("guide/promises.md")]
pub mod promises {}
