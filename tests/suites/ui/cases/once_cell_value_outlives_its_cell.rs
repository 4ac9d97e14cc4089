// error: E0597
// A reference to the value must not outlive the cell.

use anywake_core::OnceCell;

fn main() {
    let value;
    {
        let cell = OnceCell::with_value(1);
        value = cell.get().unwrap();
    }
    println!("{value}");
}
