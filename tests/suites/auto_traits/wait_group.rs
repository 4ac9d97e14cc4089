//! Wait groups, their tokens and their waits.

use anywake::wait_group::{OwnedWaitGroupFuture, Token, WaitGroupFuture};
use anywake::{AddError, ArcPart, OwnedWaitToken, WaitGroup, WaitToken};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        // A token holds what its handle holds.
        Token: Token<ArcPart<P, WaitGroup>> => "SYU --U --U --U SYU";
    };
    table.extend(plain_rows! {
        WaitGroup: WaitGroup => "SYU";
        WaitGroupFuture: WaitGroupFuture<'static> => "SY-";
        OwnedWaitGroupFuture: OwnedWaitGroupFuture => "SY-";
        WaitToken: WaitToken<'static> => "SYU";
        OwnedWaitToken: OwnedWaitToken => "SYU";
        AddError: AddError => "SYU";
    });
    table
}
