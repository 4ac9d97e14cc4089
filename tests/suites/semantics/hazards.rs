//! Bugs that libraries of this kind have shipped. Each test is named after its hazard.

mod broadcasts;
mod every_wait;
mod single;
#[cfg(not(feature = "local"))]
mod threads;
