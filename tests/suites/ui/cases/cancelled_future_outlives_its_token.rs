// error: E0597
// A dropped future removes itself from the list of its token, which must still exist.

use std::pin::pin;

use anywake_core::CancellationToken;

fn main() {
    let future;
    {
        let token = CancellationToken::new();
        future = token.cancelled();
    }
    drop(pin!(future));
}
