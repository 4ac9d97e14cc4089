//! To be filled.
#![no_std]
