//! Cells, their initialisers and their waits.

use core::future::Ready;

use anywake::once_cell::{
    BoxedInit, GetOrInitFuture, GetOrTryInitFuture, LazyFuture, OnceCellFuture, OwnedGetOrInitFuture,
    OwnedGetOrTryInitFuture, OwnedOnceCellFuture, PartGetOrInitFuture, PartGetOrTryInitFuture,
    PartOnceCellFuture,
};

use anywake::{Lazy, OnceCell, SetError};

use crate::probe::Row;

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        // A cell hands out `&P`, and its value may be made on one thread and dropped on another.  u32 Cell Rc MutexGuard
        OnceCell: OnceCell<P>                                        => "SYU S-U --U --U SY-";
        OnceCellFuture: OnceCellFuture<'static, P>                   => "SY- --- --- --- SY-";
        OwnedOnceCellFuture: OwnedOnceCellFuture<P>                  => "SY- --- --- --- SY-";
        GetOrInitFuture: GetOrInitFuture<'static, P, fn() -> Ready<P>, Ready<P>>
                                                                     => "SY- --- --- --- SY-";
        // The closure and its future are sent with the wait.
        GetOrInitFuture: GetOrInitFuture<'static, u32, P, Ready<u32>> => "SY- S-- --- -Y- SY-";
        GetOrInitFuture: GetOrInitFuture<'static, u32, fn() -> P, P> => "SY- S-- --- -Y- SY-";
        OwnedGetOrInitFuture: OwnedGetOrInitFuture<P, fn() -> Ready<P>, Ready<P>>
                                                                     => "SY- --- --- --- SY-";
        OwnedGetOrInitFuture: OwnedGetOrInitFuture<u32, fn() -> P, P> => "SY- S-- --- -Y- SY-";
        GetOrTryInitFuture: GetOrTryInitFuture<'static, P, fn() -> Ready<P>, Ready<P>>
                                                                     => "SY- --- --- --- SY-";
        GetOrTryInitFuture: GetOrTryInitFuture<'static, u32, P, P>   => "SY- S-- --- -Y- SY-";
        OwnedGetOrTryInitFuture: OwnedGetOrTryInitFuture<P, fn() -> Ready<P>, Ready<P>>
                                                                     => "SY- --- --- --- SY-";
        OwnedGetOrTryInitFuture: OwnedGetOrTryInitFuture<u32, P, P>  => "SY- S-- --- -Y- SY-";
        // Through a part, the whole value is shared, too.
        PartOnceCellFuture: PartOnceCellFuture<P, u32>               => "SY- --- --- --- SY-";
        PartOnceCellFuture: PartOnceCellFuture<u32, P>               => "SY- --- --- --- SY-";
        PartGetOrInitFuture: PartGetOrInitFuture<P, u32, fn() -> Ready<u32>, Ready<u32>>
                                                                     => "SY- --- --- --- SY-";
        PartGetOrInitFuture: PartGetOrInitFuture<u32, P, fn() -> Ready<P>, Ready<P>>
                                                                     => "SY- --- --- --- SY-";
        PartGetOrInitFuture: PartGetOrInitFuture<u32, u32, P, P>     => "SY- S-- --- -Y- SY-";
        PartGetOrTryInitFuture: PartGetOrTryInitFuture<P, u32, fn() -> Ready<u32>, Ready<u32>>
                                                                     => "SY- --- --- --- SY-";
        PartGetOrTryInitFuture: PartGetOrTryInitFuture<u32, u32, P, P> => "SY- S-- --- -Y- SY-";
        SetError: SetError<P>                                        => "SYU S-U --U -YU SY-";

        // The stored future goes from thread to thread, and is never shared.
        Lazy: Lazy<P, Ready<P>>                                      => "SYU S-U --U --U SY-";
        Lazy: Lazy<u32, P>                                           => "SYU SYU --U --U SY-";
        Lazy: Lazy<u32, Ready<u32>, P>                               => "SYU SYU --U --U SY-";
        LazyFuture: LazyFuture<'static, P, Ready<P>, fn() -> Ready<P>> => "SY- --- --- --- SY-";
        LazyFuture: LazyFuture<'static, u32, P, fn() -> P>           => "SY- SY- --- --- SY-";
        // The box of a future that is `Send` and nothing else.
        BoxedInit: BoxedInit<P>                                      => "S-U S-U S-U S-U S-U";
    }
}
