// error: E0597
// A shorter reference must not be set where a longer one is read: a cell is invariant in its value.

use anywake_core::OnceCell;

fn set<'a>(cell: &OnceCell<&'a str>, text: &'a str) {
    cell.set(text).unwrap();
}

fn main() {
    let cell: OnceCell<&'static str> = OnceCell::new();
    {
        let text = String::from("text");
        set(&cell, &text);
    }
    println!("{:?}", cell.get());
}
