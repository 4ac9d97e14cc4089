//! The allocations of broadcasts: none, also for their receivers.

use core::array;
use core::pin::pin;

use anywake_core::Broadcast;
use anywake_core::broadcast::{RecvError, TryRecvError};

use crate::{CROWD, Crowd, Report, now, poll, wakes};

type News = Broadcast<usize, 2>;

pub(crate) fn scenarios(report: &mut Report) {
    report.scenario("Broadcast: receivers, publish, recv, try_, publish_now, errors", || {
        let news = News::new();
        let mut ada = news.receiver();
        let mut bob = ada.clone();
        now(news.publish(1)).unwrap();
        assert!(news.try_publish(2).is_ok() && news.try_publish(3).is_err());
        assert_eq!((now(ada.recv()), bob.try_recv()), (Ok(1), Ok(1)));
        assert_eq!((news.publish_now(3), news.publish_now(4)), (Ok(None), Ok(Some(2))));
        assert_eq!(now(ada.recv()), Err(RecvError::Lagged(1)));
        drop(ada);
        assert_eq!(bob.resubscribe().try_recv(), Err(TryRecvError::Empty));
        assert_eq!((news.len(), bob.len(), news.receiver_count()), (2, 2, 1));
    });
    report.scenario("Broadcast: waiting receivers, and publishing", || {
        let news = News::new();
        let mut receivers: [_; CROWD] = array::from_fn(|_| news.receiver());
        let mut receiver = receivers.iter_mut();
        let mut waits = pin!(Crowd::new(|_| receiver.next().expect("one for each").recv()));
        waits.as_mut().wait();
        assert_eq!(wakes(|| news.try_publish(7).expect("there is room")), CROWD);
        waits.finish(|received| assert_eq!(received, Ok(7)));
    });
    report.scenario("Broadcast: waiting publishers, and receiving", || {
        let news = News::new();
        let mut receiver = news.receiver();
        assert!(news.try_publish(0).is_ok() && news.try_publish(0).is_ok());
        let mut waits = pin!(Crowd::new(|place| news.publish(place)));
        waits.as_mut().wait();
        (0..CROWD + 2).for_each(|_| assert!(receiver.try_recv().is_ok()));
        waits.finish(|published| assert!(published.is_ok()));
    });
    report.scenario("Broadcast: cancelling on both sides, dropping receivers, closing", || {
        let news = News::new();
        let (mut receiver, slow) = (news.receiver(), news.receiver());
        {
            let mut wait = pin!(receiver.recv());
            assert!(poll(wait.as_mut()).is_pending());
            assert!(news.try_publish(1).is_ok() && news.try_publish(2).is_ok());
        }
        let mut waits = pin!(Crowd::new(|place| news.publish(place)));
        waits.as_mut().wait();
        (0..CROWD / 2).for_each(|place| waits.as_mut().cancel(place * 2));
        assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Ok(2)));
        assert_eq!(wakes(|| drop(slow)), 2);
        assert_eq!(wakes(|| assert!(news.close())), CROWD / 2 - 2);
        assert_eq!(now(receiver.recv()), Ok(1));
    });
}
