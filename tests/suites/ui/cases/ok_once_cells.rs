// Cells and lazy values in statics, of values that are Send and Sync, and futures that change threads.

use std::cell::Cell;
use std::future::{pending, ready};
use std::rc::Rc;

use anywake_core::{Lazy, OnceCell};

static CELL: OnceCell<Box<u8>> = OnceCell::new();
static LAZY: Lazy<String> = Lazy::new(|| Box::pin(async { String::new() }));

fn send<T: Send>(_: T) {}

fn set<'a>(cell: &OnceCell<&'a str>, text: &'a str) {
    cell.set(text).unwrap();
}

fn main() {
    CELL.set(Box::new(1)).unwrap();
    send(CELL.get_or_init(pending));
    send(CELL.wait());
    send(LAZY.force());
    // On one thread the value may be anything.
    send(OnceCell::with_value(Cell::new(1)));
    drop(OnceCell::<Rc<u8>>::new().get_or_init(|| ready(Rc::new(1))));
    let text = String::from("text");
    let cell = OnceCell::new();
    set(&cell, &text);
    let kept: &String = &text;
    drop(cell);
    println!("{kept}");
}
