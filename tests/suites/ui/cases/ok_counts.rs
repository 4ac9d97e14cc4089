// Guards and tokens change threads, and tokens are cloned.

use std::sync::Arc;
use std::thread;

use anywake_core::{ArcPart, Latch, WaitGroup};

static LATCH: Latch = Latch::new(2);
static GROUP: WaitGroup = WaitGroup::new();

fn main() {
    let (guard, token) = (LATCH.guard().unwrap(), GROUP.add().unwrap());
    let other = token.clone();
    thread::spawn(move || drop((guard, token)));

    let whole = Arc::new((WaitGroup::new(), "text"));
    let part = ArcPart::new(whole, |whole| &whole.0).add().unwrap();
    thread::spawn(move || drop((other, part)));
}
