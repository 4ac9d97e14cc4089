// error: E0502
// The value is taken out through exclusive access only: no reference to it exists then.

use anywake_core::OnceCell;

fn main() {
    let mut cell = OnceCell::with_value(String::new());
    let text = cell.get().unwrap();
    drop(cell.take());
    println!("{text}");
}
