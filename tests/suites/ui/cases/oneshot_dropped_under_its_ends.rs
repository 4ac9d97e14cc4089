// error: E0597
// The ends of a slot borrow it, so they must not outlive it.

use anywake_core::Oneshot;

fn main() {
    let sender;
    {
        let mut slot = Oneshot::new();
        (sender, _) = slot.split();
    }
    sender.send(1).unwrap();
}
