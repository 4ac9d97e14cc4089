//! Bugs that libraries of this kind have shipped, each under the name of what can go wrong.

mod broadcasts;
mod every_wait;
mod single;
mod threads;
