//! Publishing and receiving, displacing, and receivers that come and go.

use core::pin::pin;
use core::task::Poll;

use anywake_core::Broadcast;
use anywake_core::broadcast::{RecvError, StaticReceiver, TryRecvError};

use crate::trial::{A, B, Case, Handed, Trial};

pub(crate) const CASES: &[Case] = &[
    ("broadcast-recv-publish", recv_enqueue),
    ("broadcast-publish-recv", publish_enqueue),
    ("broadcast-publish-publish_now", publish_against_displacement),
    ("broadcast-recv-publish_now", recv_against_displacement),
    ("broadcast-recv-recv", recv_against_recv),
    ("broadcast-publish-cancel", publish_cancel),
    ("broadcast-leave-publish", leave_against_publish),
    ("broadcast-receiver-publish_now", subscribe_against_publish),
    ("broadcast-clone-recv", clone_against_recv),
    ("broadcast-close-publish", close_against_publish),
];

type News = Broadcast<u32, 2>;

static NEWS: News = News::new();
/// The receiver of the handler.
static ITS: Handed<StaticReceiver<'static, u32, 2>> = Handed::new();

/// The value that the handler publishes.
const VALUE: u32 = 7;

fn publish_its() -> u32 {
    u32::from(NEWS.try_publish(VALUE).is_ok())
}

fn displace() -> u32 {
    NEWS.publish_now(VALUE).unwrap().unwrap_or(0)
}

/// The handler's receiver reads one value, and is dropped.
fn read_its() -> u32 {
    let mut receiver = ITS.take().unwrap();
    receiver.try_recv().unwrap_or(0)
}

/// The sum of what is left for a receiver, and how many it missed.
fn rest(mut receiver: StaticReceiver<'static, u32, 2>) -> (u32, u64) {
    let (mut sum, mut missed) = (0, 0);
    loop {
        match receiver.try_recv() {
            Ok(value) => sum += value,
            Err(TryRecvError::Lagged(more)) => missed += more,
            Err(_) => return (sum, missed),
        }
    }
}

fn nothing_is_left() {
    assert_eq!((NEWS.len(), NEWS.receiver_count(), NEWS.waiters()), (0, 0, 0));
}

fn recv_enqueue(trial: &mut Trial) {
    let mut receiver = NEWS.receiver();
    {
        let mut recv = pin!(receiver.recv());
        let (first, published) = trial.run(publish_its, || A.poll(recv.as_mut()));
        assert_eq!(published, 1);
        assert_eq!(A.finish(first, recv.as_mut()), Ok(VALUE));
    }
    drop(receiver);
    nothing_is_left();
}

fn publish_enqueue(trial: &mut Trial) {
    ITS.put(NEWS.receiver());
    NEWS.try_publish(1).unwrap();
    NEWS.try_publish(2).unwrap();
    let mut publish = pin!(NEWS.publish(3));
    // The handler reads 1, and its receiver is dropped with the rest.
    let (first, its) = trial.run(read_its, || A.poll(publish.as_mut()));
    assert_eq!(its, 1);
    assert_eq!(A.finish(first, publish.as_mut()), Ok(()));
    nothing_is_left();
}

fn publish_against_displacement(trial: &mut Trial) {
    let receiver = NEWS.receiver();
    NEWS.try_publish(1).unwrap();
    let (mine, displaced) = trial.run(displace, || NEWS.try_publish(2));
    let missed = u64::from(displaced > 0);
    let published = if mine.is_ok() { 2 } else { 0 };
    assert_eq!(rest(receiver), (1 + published + VALUE - displaced, missed));
    nothing_is_left();
}

fn recv_against_displacement(trial: &mut Trial) {
    let (mut receiver, other) = (NEWS.receiver(), NEWS.receiver());
    NEWS.try_publish(1).unwrap();
    NEWS.try_publish(2).unwrap();
    let (received, displaced) = trial.run(displace, || receiver.try_recv());
    // If the handler came during the clone, its value is kept back, and 1 is displaced when the clone ends.
    assert!(displaced == 1 || displaced == 0);
    match received {
        Ok(value) => assert_eq!((value, rest(receiver)), (1, (2 + VALUE, 0))),
        Err(TryRecvError::Lagged(1)) => assert_eq!(rest(receiver), (2 + VALUE, 0)),
        Err(error) => panic!("{error}"),
    }
    assert_eq!(rest(other), (2 + VALUE, 1));
    nothing_is_left();
}

fn recv_against_recv(trial: &mut Trial) {
    let mut receiver = NEWS.receiver();
    ITS.put(NEWS.receiver());
    NEWS.try_publish(1).unwrap();
    let (mine, its) = trial.run(read_its, || receiver.try_recv());
    assert_eq!((mine, its), (Ok(1), 1));
    drop(receiver);
    nothing_is_left();
}

fn publish_cancel(trial: &mut Trial) {
    let receiver = NEWS.receiver();
    ITS.put(NEWS.receiver());
    NEWS.try_publish(1).unwrap();
    NEWS.try_publish(2).unwrap();
    drop(receiver);
    {
        let (mut first, mut second) = (pin!(NEWS.publish(3)), pin!(NEWS.publish(4)));
        assert!(A.poll(first.as_mut()).is_pending());
        assert!(B.poll(second.as_mut()).is_pending());
        let (_, its) = trial.run(read_its, || first.as_mut().cancel());
        assert_eq!(its, 1);
        A.take();
        assert_eq!(B.finish(Poll::Pending, second.as_mut()), Ok(()));
    }
    nothing_is_left();
}

fn leave_against_publish(trial: &mut Trial) {
    let (leaving, staying) = (NEWS.receiver(), NEWS.receiver());
    NEWS.try_publish(1).unwrap();
    let (_, published) = trial.run(publish_its, || drop(leaving));
    assert_eq!(published, 1);
    assert_eq!(rest(staying), (1 + VALUE, 0));
    nothing_is_left();
}

fn subscribe_against_publish(trial: &mut Trial) {
    let old = NEWS.receiver();
    let (new, _) = trial.run(displace, || NEWS.receiver());
    let (seen, missed) = rest(new);
    assert!((seen == 0 || seen == VALUE) && missed == 0);
    assert_eq!(rest(old), (VALUE, 0));
    nothing_is_left();
}

fn clone_against_recv(trial: &mut Trial) {
    let receiver = NEWS.receiver();
    ITS.put(NEWS.receiver());
    NEWS.try_publish(1).unwrap();
    NEWS.try_publish(2).unwrap();
    let (clone, its) = trial.run(read_its, || receiver.clone());
    assert_eq!(its, 1);
    assert_eq!((rest(receiver), rest(clone)), ((1 + 2, 0), (1 + 2, 0)));
    nothing_is_left();
}

/// The broadcast of one trial, which closes it.
static GATE: Handed<&'static Broadcast<u32, 1>> = Handed::new();

fn close_against_publish(trial: &mut Trial) {
    let gate = Broadcast::new();
    // SAFETY: the handler returns before the trial ends, and this broadcast is dropped only then.
    GATE.put(unsafe { &*(&raw const gate) });
    let handler = || u32::from(GATE.take().unwrap().try_publish(VALUE).is_ok());
    let mut receiver = gate.receiver();
    let mut recv = pin!(receiver.recv());
    assert!(A.poll(recv.as_mut()).is_pending());
    let (closed, published) = trial.run(handler, || gate.close());
    assert!(closed, "nobody else closes it");
    let expected = if published == 1 { Ok(VALUE) } else { Err(RecvError::Closed) };
    assert_eq!(A.finish(Poll::Pending, recv.as_mut()), expected);
    assert_eq!(gate.waiters(), 0);
}
