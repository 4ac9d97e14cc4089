//! The programs of queues.

use anywake_core::{LifoQueue, Queue, StaticPriorityQueue, StaticQueue};
use anywake_tests::explorer::queue::{self, QueueKind, QueueOperation, QueueScenario};

use crate::{all_programs, random_programs};

#[test]
fn queue_in_all_programs() {
    use QueueKind::{Pop, Push};
    use QueueOperation::{Close, CloseNow, ForcePush, TryPop, TryPush};

    const KINDS: &[QueueKind] = &[Push, Pop];
    const OPERATIONS: &[QueueOperation] = &[TryPush, TryPop, ForcePush, Close, CloseNow];
    let make = || StaticQueue::<_, 1>::new();
    all_programs(QueueScenario { make, kinds: KINDS, operations: OPERATIONS }, 3, 6);
    let make = || StaticQueue::<_, 2>::new();
    all_programs(QueueScenario { make, kinds: KINDS, operations: OPERATIONS }, 3, 6);
}

#[test]
fn queue_with_joins_in_all_programs() {
    use QueueKind::{Join, Pop, Push};
    use QueueOperation::{CloseNow, ForcePush, TaskDone, TryPush};

    let make = || Queue::with_capacity(1).expect("there is memory for one item");
    let operations = &[TryPush, ForcePush, TaskDone, CloseNow];
    all_programs(QueueScenario { make, kinds: &[Push, Pop, Join], operations }, 3, 6);
}

#[test]
fn reserved_room_in_all_programs() {
    use QueueKind::{Pop, Push, Reserve};
    use QueueOperation::{Close, CloseNow, ForcePush, TryPop};

    let operations = &[TryPop, ForcePush, Close, CloseNow];
    let make = || StaticQueue::<_, 1>::new();
    all_programs(QueueScenario { make, kinds: &[Push, Pop, Reserve], operations }, 3, 6);
    let make = || StaticQueue::<_, 2>::new();
    all_programs(QueueScenario { make, kinds: &[Push, Pop, Reserve], operations }, 3, 6);
}

#[test]
fn slack_in_all_programs() {
    use QueueKind::{Pop, Push, Reserve};
    use QueueOperation::{Close, CloseNow, ForcePush, TryPop, TryPush};

    let operations = &[TryPush, TryPop, ForcePush, Close, CloseNow];
    let make = || Queue::with_slack(1, 1).expect("there is memory for two items");
    all_programs(QueueScenario { make, kinds: &[Push, Pop], operations }, 3, 6);
    let operations = &[TryPush, TryPop, ForcePush];
    all_programs(QueueScenario { make, kinds: &[Pop, Reserve], operations }, 3, 6);
    let make = || Queue::with_slack(1, 2).expect("there is memory for three items");
    all_programs(QueueScenario { make, kinds: &[Push, Pop], operations }, 3, 6);
}

#[test]
fn queue_in_the_order_of_keys_in_all_programs() {
    use QueueKind::{Join, Pop, Push, Reserve};
    use QueueOperation::{Close, CloseNow, ForcePush, TaskDone, TryPop, TryPush};

    let operations = &[TryPush, TryPop, ForcePush, Close, CloseNow];
    let make = || StaticPriorityQueue::<_, 2, u8>::new();
    all_programs(QueueScenario { make, kinds: &[Push, Pop], operations }, 3, 6);
    let make = || StaticPriorityQueue::<_, 4, u8>::new();
    all_programs(QueueScenario { make, kinds: &[Pop], operations }, 3, 7);
    all_programs(QueueScenario { make, kinds: &[Reserve, Join], operations: &[ForcePush, TaskDone] }, 3, 6);
}

#[test]
fn queue_whose_newest_item_is_the_first_in_all_programs() {
    use QueueKind::{Pop, Push, Reserve};
    use QueueOperation::{Close, CloseNow, ForcePush, TryPop, TryPush};

    let operations = &[TryPush, TryPop, ForcePush, Close, CloseNow];
    let make = || LifoQueue::with_capacity(2).expect("there is memory for two items");
    all_programs(QueueScenario { make, kinds: &[Push, Pop, Reserve], operations }, 3, 6);
}

#[test]
fn queue_without_a_bound_in_all_programs() {
    use QueueKind::{Closed, Join, KeepReceiver, KeepSender, Pop, Split};
    use QueueOperation::{Close, CloseNow, TaskDone, TryPop, TryPush};

    let operations = &[TryPush, TryPop, TaskDone, Close, CloseNow];
    all_programs(QueueScenario { make: Queue::unbounded, kinds: &[Pop, Join], operations }, 3, 6);
    let kinds = &[Split, KeepSender, KeepReceiver, Pop, Closed];
    all_programs(QueueScenario { make: Queue::unbounded, kinds, operations: &[TryPush] }, 3, 6);
}

#[test]
fn ends_in_all_orders_of_their_drops() {
    use QueueKind::{Closed, KeepReceiver, KeepSender, Pop, Push, Reserve, Split};
    use QueueOperation::TryPush;

    let make = || StaticQueue::<_, 1>::new();
    let kinds = &[Split, KeepSender, KeepReceiver, Push, Pop];
    all_programs(QueueScenario { make, kinds, operations: &[TryPush] }, 3, 6);
    let kinds = &[Split, KeepSender, KeepReceiver, Reserve, Pop, Closed];
    all_programs(QueueScenario { make, kinds, operations: &[] }, 3, 6);
}

#[test]
fn queue_in_long_programs() {
    random_programs(queue::check);
}
