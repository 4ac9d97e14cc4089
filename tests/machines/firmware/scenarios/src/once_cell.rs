use anywake_core::{OnceCell, SetError};

use crate::PLAYERS;
use crate::stage::{Count, Trace, until};

/// Roles 0 and 1 fail to initialise, one after the other. Role 2 initialises, and role 3 waits for the value.
pub(crate) async fn initialisers(role: usize) {
    static CELL: OnceCell<usize> = OnceCell::new();
    static BEGUN: Count = Count::new();
    static ORDER: Trace<3> = Trace::new();

    match role {
        0 => {
            let failed = CELL.get_or_try_init(async || {
                BEGUN.set(1);
                until(|| CELL.waiters() == PLAYERS - 1).await;
                assert_eq!((CELL.get(), CELL.set(9)), (None, Err(SetError::Initializing(9))));
                ORDER.mark(0);
                Err(())
            });
            assert_eq!(failed.await, Err(()));
        }
        1 => {
            until(|| BEGUN.get() == 1).await;
            let failed = CELL.get_or_try_init(async || {
                ORDER.mark(1);
                Err(())
            });
            assert_eq!(failed.await, Err(()));
        }
        2 => {
            until(|| CELL.waiters() == 1).await;
            let value = CELL.get_or_init(async || {
                ORDER.mark(2);
                7
            });
            assert_eq!(*value.await, 7);
            ORDER.assert([0, 1, 2]);
        }
        _ => {
            until(|| CELL.waiters() == 2).await;
            assert_eq!(*CELL.wait().await, 7);
        }
    }
    until(|| CELL.is_initialized()).await;
    assert_eq!((CELL.get(), CELL.waiters()), (Some(&7), 0));
}
