// error: E0505
// A guard cancels the token that it borrows when it is dropped, so the token must still exist.

use anywake_core::CancellationToken;

fn main() {
    let token = CancellationToken::new();
    let guard = token.drop_guard();
    drop(token);
    drop(guard);
}
