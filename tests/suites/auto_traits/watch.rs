//! Watches, their ends and their waits. Threads that share a watch read one value at once, and one drops what another has
//! sent: `P: Send + Sync` (RUSTSEC-2025-0023 was a broadcast that did not ask for `Sync`).

use anywake_tests::Arc;

use anywake::watch::{
    ChangedFuture, ClosedFuture, ModifyError, OwnedChangedFuture, OwnedClosedFuture, OwnedWatchRef, Receiver,
    ReceiverOf, Ref, SendError, Sender, SenderOf, StaticReceiver, StaticSender, WaitForFuture,
};
use anywake::{ArcPart, Watch, WatchRef};

use crate::probe::Row;

type Shared<P> = Arc<Watch<P>>;
type Part<S, P> = ArcPart<S, Watch<P>>;

pub(crate) fn rows() -> Vec<Row> {
    let mut table = rows! {
        // The payload.                                                 u32 Cell Rc MutexGuard
        Watch: Watch<P>                                              => "SYU S-U --U --U SY-";
        WatchRef: WatchRef<'static, P>                               => "SYU --U --U --U SYU";
        OwnedWatchRef: OwnedWatchRef<P>                              => "SYU --U --U --U SYU";
        Ref: Ref<Part<P, u32>>                                       => "SYU --U --U --U SYU";
        Ref: Ref<Part<u32, P>>                                       => "SYU --U --U --U SYU";
        Sender: Sender<P>                                            => "SYU --U --U --U SYU";
        Receiver: Receiver<P>                                        => "SYU --U --U --U SYU";
        StaticSender: StaticSender<'static, P>                       => "SYU --U --U --U SYU";
        StaticReceiver: StaticReceiver<'static, P>                   => "SYU --U --U --U SYU";
        SenderOf: SenderOf<Part<u32, P>>                             => "SYU --U --U --U SYU";
        ReceiverOf: ReceiverOf<Part<P, u32>>                         => "SYU --U --U --U SYU";
        ChangedFuture: ChangedFuture<'static, Shared<P>>             => "SY- --- --- --- SY-";
        ChangedFuture: ChangedFuture<'static, &'static Watch<P>>     => "SY- --- --- --- SY-";
        OwnedChangedFuture: OwnedChangedFuture<Shared<P>>            => "SY- --- --- --- SY-";
        WaitForFuture: WaitForFuture<'static, Shared<P>, fn(&P) -> bool> => "SY- --- --- --- SY-";
        // The predicate decides as well.
        WaitForFuture: WaitForFuture<'static, Shared<u32>, P>        => "SY- S-- --- -Y- SY-";
        ClosedFuture: ClosedFuture<'static, P>                       => "SY- --- --- --- SY-";
        OwnedClosedFuture: OwnedClosedFuture<P>                      => "SY- --- --- --- SY-";
        // The value comes back.
        SendError: SendError<P>                                      => "SYU S-U --U -YU SY-";
    };
    table.extend(plain_rows! {
        ModifyError: ModifyError => "SYU";
    });
    table
}
