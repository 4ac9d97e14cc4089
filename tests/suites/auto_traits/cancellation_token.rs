//! The cancellation token.

use anywake::cancellation_token::*;

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        // Besides the token, which is shared, these are the future that they run.
        RunUntilCancelledFuture: RunUntilCancelledFuture<'static, P> => "SY- S-- --- -Y- SY-";
        OwnedRunUntilCancelledFuture: OwnedRunUntilCancelledFuture<P> => "SY- S-- --- -Y- SY-";
    };
    table.extend(plain_rows! {
        // A handle: nothing in it belongs to a thread.
        CancellationToken: CancellationToken => "SYU";
        CancelledFuture: CancelledFuture<'static> => "SY-";
        OwnedCancelledFuture: OwnedCancelledFuture => "SY-";
        CancelGuard: CancelGuard<&'static CancellationToken> => "SYU";
        DropGuard: DropGuard<'static> => "SYU";
        OwnedDropGuard: OwnedDropGuard => "SYU";
    });
    table
}
