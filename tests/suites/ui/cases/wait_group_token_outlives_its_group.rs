// error: E0597
// A token is counted until it is dropped, so the group must still exist.

use anywake_core::WaitGroup;

fn main() {
    let token;
    {
        let group = WaitGroup::new();
        token = group.add().unwrap();
    }
    drop(token);
}
