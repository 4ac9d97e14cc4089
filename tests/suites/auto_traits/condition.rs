//! Conditions and their waits.

use anywake_tests::Arc;
use core::future::Ready;

use anywake::condition::{ConditionForFuture, ConditionFuture, ConditionUntilFuture, OwnedConditionFuture};
use anywake::{Condition, Lock};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        OwnedConditionFuture: OwnedConditionFuture<Arc<Lock<P>>> => "SY- SY- --- --- SY-";
        ConditionFuture: ConditionFuture<'static, &'static Lock<P>> => "SY- SY- --- --- SY-";
        ConditionForFuture:
            ConditionForFuture<'static, &'static Lock<P>, fn(&mut P) -> bool>
            => "SY- S-- --- --- SY-";
        ConditionForFuture: ConditionForFuture<'static, &'static Lock<u32>, P> => "SY- S-- --- -Y- SY-";
        ConditionUntilFuture:
            ConditionUntilFuture<'static, &'static Lock<P>, Ready<()>>
            => "SY- SY- --- --- SY-";
        ConditionUntilFuture: ConditionUntilFuture<'static, &'static Lock<u32>, P> => "SY- S-- --- -Y- SY-";
    };
    table.extend(plain_rows! {
        Condition: Condition => "SYU";
    });
    table
}
