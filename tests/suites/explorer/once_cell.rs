//! Programs for [`OnceCell`](anywake_core::OnceCell).

use anywake_tests::explorer::once_cell::{OnceCellKind, OnceCellOperation, OnceCellScenario, check};

use super::{all_programs, random_programs};

#[test]
fn once_cell_in_all_programs() {
    use OnceCellKind::{FailNow, Init, InitNow, Wait};
    use OnceCellOperation::{End, Set};

    const ENDS: &[OnceCellOperation] = &[End { well: true }, End { well: false }];
    all_programs(OnceCellScenario { kinds: &[Init, Wait], operations: ENDS }, 4, 7);
    all_programs(OnceCellScenario { kinds: &[Init, FailNow, InitNow, Wait], operations: &[Set] }, 3, 6);
}

#[test]
fn once_cell_in_long_programs() {
    random_programs(check);
}
