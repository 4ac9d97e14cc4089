//! [`RwLock`]: its phases, its upgrades, and its guards.

use anywake_tests::Arc;

use anywake_core::ArcPart;
use anywake_core::rwlock::{
    Guard, OwnedMappedReadGuard, OwnedMappedWriteGuard, OwnedReadGuard, OwnedWriteGuard, ReadGuard, RwLock,
    UpgradableGuard, WriteGuard,
};
use anywake_tests::{Call, CountingWaker, Task, assert_pending, assert_ready, panic_of, queue_up, queued};

// The four mistakes that this kind of lock is known for.

/// AsyncEx #134, and others of .NET.
#[test]
fn a_cancelled_writer_keeps_no_reader_out_while_others_read() {
    let lock = RwLock::new(());
    let _reader = lock.try_read().unwrap();
    let writer = queued(lock.write());
    let mut behind = queue_up(40, || lock.read());
    writer.cancel();
    let guards: Vec<_> = behind.iter_mut().map(|task| assert_ready!(task.poll_if_woken())).collect();
    assert_eq!((lock.readers(), lock.waiters()), (1 + guards.len(), 0));
}

/// parking_lot #101.
#[test]
fn a_waiting_upgradable_reader_keeps_no_reader_out() {
    let lock = RwLock::new(());
    let first = lock.try_upgradable_read().unwrap();
    let mut second = queued(lock.upgradable_read());
    let _tried = lock.try_read().expect("nobody but an upgradable reader waits");
    let _awaited = Task::new(lock.read()).ready();
    drop(first);
    drop(assert_ready!(second.poll_if_woken()));
}

/// What async-lock #100 asks to be promised.
#[test]
fn a_downgrade_lets_no_writer_in_between() {
    let lock = RwLock::new(1);
    let mut first = lock.try_write().unwrap();
    let mut second = queued(lock.write());
    *first = 2;
    let reader = WriteGuard::downgrade(first);
    assert_pending!(second.poll());
    assert_eq!(*reader, 2);
    drop(reader);
    *assert_ready!(second.poll_if_woken()) = 3;
    assert_eq!(*lock.try_read().unwrap(), 3);
}

/// tokio #2849: the second read waits for the writer, which waits for the first one.
#[test]
fn a_recursive_read_behind_a_writer_is_shared_or_refused() {
    let lock = RwLock::new(7);
    let first = lock.try_read().unwrap();
    let mut writer = queued(lock.write());
    assert!(lock.try_read().is_none(), "it would overtake the writer");
    let second = ReadGuard::share(&first);
    drop(first);
    assert_pending!(writer.poll());
    assert_eq!(*second, 7);
    drop(second);
    drop(assert_ready!(writer.poll_if_woken()));
}

// Phases.

#[test]
fn readers_read_together_and_a_writer_alone() {
    let lock = RwLock::new(1);
    let readers = [lock.try_read().unwrap(), lock.try_read().unwrap()];
    assert_eq!((lock.readers(), lock.is_locked()), (2, true));
    assert!(lock.try_write().is_none());
    drop(readers);
    let writer = lock.try_write().unwrap();
    assert_eq!((lock.readers(), lock.is_locked()), (0, true));
    assert!(lock.try_read().is_none() && lock.try_write().is_none() && lock.try_upgradable_read().is_none());
    drop(writer);
    assert!(!lock.is_locked());
}

#[test]
fn all_readers_that_wait_go_in_when_a_writer_leaves() {
    let lock = RwLock::new(());
    let first = lock.try_write().unwrap();
    let mut early = queued(lock.read());
    let mut second = queued(lock.write());
    let mut behind = queue_up(40, || lock.read());
    drop(first);
    let mut inside = vec![assert_ready!(early.poll_if_woken())];
    inside.extend(behind.iter_mut().map(|task| assert_ready!(task.poll_if_woken())));
    let mut late = queued(lock.read());
    while let Some(reader) = inside.pop() {
        assert_pending!(second.poll());
        drop(reader);
    }
    let second = assert_ready!(second.poll_if_woken());
    assert_pending!(late.poll());
    drop(second);
    drop(assert_ready!(late.poll_if_woken()));
}

#[test]
fn a_late_reader_does_not_prolong_a_phase() {
    let lock = RwLock::new(());
    let reader = lock.try_read().unwrap();
    let mut writer = queued(lock.write());
    let mut late = queued(lock.read());
    drop(reader);
    assert_pending!(late.poll_if_woken());
    drop(assert_ready!(writer.poll_if_woken()));
    drop(assert_ready!(late.poll_if_woken()));
}

#[test]
fn writers_take_turns_in_the_order_in_which_they_came() {
    let lock = RwLock::new(());
    let mut inside = Some(lock.try_write().unwrap());
    let mut writers = queue_up(3, || lock.write());
    for at in 0..3 {
        inside.take();
        writers[at + 1..].iter_mut().for_each(|later| assert_pending!(later.poll()));
        inside = Some(assert_ready!(writers[at].poll_if_woken()));
    }
}

#[test]
fn a_writer_that_comes_between_two_batches_does_not_overtake_the_cohort() {
    // The waker of the first reader begins to write, when most of the cohort has not been served yet.
    for cancelled in [false, true] {
        let lock: &'static RwLock<()> = anywake_tests::leak(RwLock::new(()));
        let inside = (!cancelled).then(|| lock.try_write().unwrap());
        let reader = cancelled.then(|| lock.try_read().unwrap());
        let before = cancelled.then(|| queued(lock.write()));
        let late = Arc::new(std::sync::Mutex::new(None));
        let begin = {
            let late = Arc::clone(&late);
            move || *late.lock().unwrap() = Some(queued(lock.write()))
        };
        let mut first = Task::with_waker(lock.read(), CountingWaker::reentrant(Call::Wake, begin));
        assert_pending!(first.poll());
        let mut behind = queue_up(40, || lock.read());
        drop(inside);
        drop(before);
        let guards: Vec<_> = behind.iter_mut().map(|task| assert_ready!(task.poll_if_woken())).collect();
        drop((guards, reader, first.ready()));
        let mut writer = late.lock().unwrap().take().expect("the waker ran");
        drop(assert_ready!(writer.poll_if_woken()));
    }
}

#[test]
fn a_try_never_overtakes() {
    let lock = RwLock::new(());
    let reader = lock.try_read().unwrap();
    let _writer = queued(lock.write());
    assert!(lock.try_read().is_none() && lock.try_upgradable_read().is_none() && lock.try_write().is_none());
    drop(reader);
    assert!(lock.try_read().is_none() && lock.try_upgradable_read().is_none() && lock.try_write().is_none());
}

#[test]
fn promise_1_what_was_granted_to_a_dropped_wait_goes_on() {
    let lock = RwLock::new(());
    let inside = lock.try_write().unwrap();
    let mut writers = queue_up(2, || lock.write());
    let reader = queued(lock.read());
    drop(inside);
    assert!(reader.is_woken());
    reader.cancel();
    assert!(writers[0].is_woken());
    drop(writers.remove(0));
    drop(assert_ready!(writers[0].poll_if_woken()));
    assert!(!lock.is_locked());
}

// Upgrades.

#[test]
fn an_upgrade_goes_before_everybody_and_nothing_is_written_between() {
    let lock = RwLock::new(1);
    let reader = lock.try_read().unwrap();
    let guard = lock.try_upgradable_read().unwrap();
    let mut writer = queued(lock.write());
    let mut upgrade = queued(UpgradableGuard::upgrade(guard));
    let mut late = queued(lock.read());
    drop(reader);
    assert_pending!(writer.poll_if_woken());
    let mut upgraded = assert_ready!(upgrade.poll_if_woken());
    *upgraded += 1;
    drop(upgraded);
    assert_eq!(*assert_ready!(late.poll_if_woken()), 2);
    drop(assert_ready!(writer.poll_if_woken()));
}

#[test]
fn a_waiting_upgrade_keeps_new_readers_out() {
    let lock = RwLock::new(());
    let reader = lock.try_read().unwrap();
    let upgrade = queued(UpgradableGuard::upgrade(lock.try_upgradable_read().unwrap()));
    assert!(lock.try_read().is_none());
    let mut late = queued(lock.read());
    upgrade.cancel();
    drop(assert_ready!(late.poll_if_woken()));
    drop(reader);
    assert!(!lock.is_locked());
}

#[test]
fn a_cancelled_upgrade_returns_its_guard_and_lets_readers_in() {
    let lock = RwLock::new(1);
    let reader = lock.try_read().unwrap();
    let mut upgrade = queued(UpgradableGuard::upgrade(lock.try_upgradable_read().unwrap()));
    let mut late = queued(lock.read());
    let guard = upgrade.pinned().cancel().expect("it has not ended");
    assert!(upgrade.pinned().cancel().is_none());
    drop(assert_ready!(late.poll_if_woken()));
    assert!(lock.try_upgradable_read().is_none());
    drop((reader, guard));
    assert!(!lock.is_locked());
}

#[test]
fn an_upgrade_that_was_granted_and_is_cancelled_lets_readers_in() {
    let lock = RwLock::new(1);
    let reader = lock.try_read().unwrap();
    let mut upgrade = queued(UpgradableGuard::upgrade(lock.try_upgradable_read().unwrap()));
    let mut late = queued(lock.read());
    drop(reader);
    assert!(upgrade.is_woken());
    let guard = upgrade.pinned().cancel().expect("it was not taken");
    drop(assert_ready!(late.poll_if_woken()));
    drop(guard);
    assert!(!lock.is_locked());
}

#[test]
fn a_dropped_upgrade_ends_the_upgradable_read() {
    let lock = RwLock::new(());
    drop(UpgradableGuard::upgrade(lock.try_upgradable_read().unwrap()));
    assert!(!lock.is_locked());
    let reader = lock.try_read().unwrap();
    drop(queued(UpgradableGuard::upgrade(lock.try_upgradable_read().unwrap())));
    assert_eq!(lock.readers(), 1);
    let granted = queued(UpgradableGuard::upgrade(lock.try_upgradable_read().unwrap()));
    drop(reader);
    assert!(granted.is_woken());
    drop(granted);
    assert!(!lock.is_locked());
}

#[test]
fn upgrades_in_a_row_do_not_keep_a_writer_out() {
    let lock = RwLock::new(());
    let mut inside = lock.try_upgradable_read().unwrap();
    let mut writer = queued(lock.write());
    let mut next = queued(lock.upgradable_read());
    inside = assert_ready!(
        Task::new(UpgradableGuard::upgrade(inside)).poll().map(WriteGuard::downgrade_to_upgradable)
    );
    drop(UpgradableGuard::try_upgrade(inside).expect("it is alone"));
    assert_pending!(next.poll_if_woken());
    drop(assert_ready!(writer.poll_if_woken()));
    drop(assert_ready!(next.poll_if_woken()));
}

#[test]
fn a_writer_that_was_not_upgraded_lets_the_next_upgradable_reader_in() {
    let lock = RwLock::new(());
    let first = lock.try_write().unwrap();
    let mut second = queued(lock.write());
    let mut upgradables = queue_up(2, || lock.upgradable_read());
    drop(first);
    let inside = assert_ready!(upgradables[0].poll_if_woken());
    // Its upgrade goes before the second writer, and the second upgradable reader does not.
    drop(UpgradableGuard::try_upgrade(inside).expect("it is alone"));
    assert_pending!(upgradables[1].poll_if_woken());
    drop(assert_ready!(second.poll_if_woken()));
    drop(assert_ready!(upgradables[1].poll_if_woken()));
    assert!(!lock.is_locked());
}

#[test]
fn a_writer_that_was_upgraded_lets_the_next_upgradable_reader_in_if_no_writer_waits() {
    let lock = RwLock::new(());
    let inside = lock.try_upgradable_read().unwrap();
    let mut next = queued(lock.upgradable_read());
    drop(UpgradableGuard::try_upgrade(inside).expect("it is alone"));
    drop(assert_ready!(next.poll_if_woken()));
}

#[test]
fn an_upgradable_reader_that_leaves_without_an_upgrade_lets_the_waiting_writer_in() {
    for downgraded in [false, true] {
        let lock = RwLock::new(());
        let first = lock.try_write().unwrap();
        let mut writer = queued(lock.write());
        let mut upgradables = queue_up(2, || lock.upgradable_read());
        drop(first);
        let inside = assert_ready!(upgradables[0].poll_if_woken());
        if downgraded {
            drop(UpgradableGuard::downgrade(inside));
        } else {
            drop(inside);
        }
        assert_pending!(upgradables[1].poll_if_woken());
        drop(assert_ready!(writer.poll_if_woken()));
        drop(assert_ready!(upgradables[1].poll_if_woken()));
    }
}

/// Five tasks upgrade in turn without end, and each queues up again at once.
#[test]
fn upgrades_without_end_overtake_a_writer_once_for_each_writer_before_it() {
    let lock = RwLock::new(());
    let inside = lock.try_write().unwrap();
    let mut writers = queue_up(3, || lock.write());
    let mut upgraders = queue_up(5, || lock.upgradable_read());
    drop(inside);
    let mut upgrades = 0;
    for (before, writer) in writers.iter_mut().enumerate() {
        while !writer.is_woken() {
            let at = upgraders.iter().position(Task::is_woken).expect("somebody goes in");
            let mut upgrader = upgraders.remove(at);
            let guard = upgrader.ready();
            upgraders.push(queued(lock.upgradable_read()));
            drop(UpgradableGuard::try_upgrade(guard).expect("it is alone"));
            upgrades += 1;
            assert!(upgrades <= before + 1, "{upgrades} upgrades have overtaken writer {before}");
        }
        drop(writer.ready());
    }
    assert_eq!(upgrades, 3, "upgraders are not starved either");
}

/// Each writer becomes the upgradable reader before it leaves, while the next one waits.
#[test]
fn writers_that_downgrade_to_upgradable_do_not_keep_an_upgradable_reader_out() {
    let lock = RwLock::new(());
    let mut inside = lock.try_write().unwrap();
    let waiting = queued(lock.upgradable_read());
    for _ in 0..10 {
        let mut next = queued(lock.write());
        drop(WriteGuard::downgrade_to_upgradable(inside));
        if waiting.is_woken() {
            return;
        }
        inside = assert_ready!(next.poll_if_woken());
    }
    panic!("ten writers have overtaken an upgradable reader");
}

#[test]
fn an_upgradable_reader_that_upgrades_again_and_again_has_not_left() {
    let lock = RwLock::new(());
    let mut inside = lock.try_upgradable_read().unwrap();
    let mut writer = queued(lock.write());
    for _ in 0..3 {
        let upgraded = UpgradableGuard::try_upgrade(inside).expect("it is alone");
        inside = WriteGuard::downgrade_to_upgradable(upgraded);
        assert_pending!(writer.poll_if_woken());
    }
    drop(inside);
    drop(assert_ready!(writer.poll_if_woken()));
}

#[test]
fn a_downgrade_begins_a_phase_of_readers() {
    let lock = RwLock::new(());
    let inside = lock.try_write().unwrap();
    let mut writer = queued(lock.write());
    let mut readers = queue_up(3, || lock.read());
    let reader = WriteGuard::downgrade(inside);
    assert!(readers.iter().all(Task::is_woken));
    let guards: Vec<_> = readers.iter_mut().map(Task::ready).collect();
    let mut late = queued(lock.read());
    drop(guards);
    assert_pending!(writer.poll_if_woken());
    drop(reader);
    drop(assert_ready!(writer.poll_if_woken()));
    drop(assert_ready!(late.poll_if_woken()));
}

#[test]
fn a_downgraded_upgradable_reader_makes_room_for_the_next() {
    let lock = RwLock::new(());
    let first = lock.try_upgradable_read().unwrap();
    let mut second = queued(lock.upgradable_read());
    let reader = UpgradableGuard::downgrade(first);
    let second = assert_ready!(second.poll_if_woken());
    assert_eq!(lock.readers(), 2);
    drop((reader, second));
    assert!(!lock.is_locked());
}

// Guards.

#[test]
fn mapped_guards_hold_the_lock() {
    let lock = RwLock::new((1, 2));
    let part = WriteGuard::map(lock.try_write().unwrap(), |pair| &mut pair.1);
    assert!(lock.try_read().is_none());
    drop(part);
    let part = ReadGuard::map(lock.try_read().unwrap(), |pair| &pair.1);
    assert!(lock.try_write().is_none());
    assert_eq!(*part, 2);
    drop(part);
    assert!(lock.try_write().is_some());
}

#[test]
fn mapped_guards_are_mapped_again_and_hold_the_lock() {
    let lock = Arc::new(RwLock::new((1, [2, 3])));
    let part = OwnedWriteGuard::map(Arc::clone(&lock).try_write_owned().unwrap(), |pair| &mut pair.1);
    let part = OwnedMappedWriteGuard::try_map(part, |array| array.get_mut(9)).unwrap_err();
    let mut part = OwnedMappedWriteGuard::map(part, |array| &mut array[1]);
    *part = 4;
    assert!(lock.try_read().is_none());
    drop(part);
    let part = OwnedReadGuard::map(Arc::clone(&lock).try_read_owned().unwrap(), |pair| &pair.1);
    let part = OwnedMappedReadGuard::try_map(part, |array| array.get(9)).unwrap_err();
    let part = OwnedMappedReadGuard::try_map(part, |array| array.get(1)).unwrap();
    assert!(lock.try_write().is_none());
    assert_eq!((*part, lock.readers()), (4, 1));
    drop(part);
    assert!(!lock.is_locked());
}

#[test]
fn a_part_of_a_larger_value_is_read_upgraded_and_written() {
    let shared = Arc::new((RwLock::new(1), "name"));
    let part = || ArcPart::new(Arc::clone(&shared), |shared| &shared.0);
    let reader = Task::new(part().read()).ready();
    let upgradable = Task::new(part().upgradable_read()).ready();
    assert!(part().try_read().is_some() && part().try_upgradable_read().is_none());
    assert!(part().try_write().is_none());
    drop(reader);
    *Guard::try_upgrade(upgradable).expect("it is alone") += 1;
    *Task::new(part().write()).ready() += 1;
    assert_eq!(*shared.0.try_read().unwrap(), 3);
}

#[test]
fn guards_name_their_lock() {
    let lock = Arc::new(RwLock::new(1));
    let reader = lock.try_read().unwrap();
    assert!(core::ptr::eq(ReadGuard::lock(&reader), &raw const *lock));
    drop(reader);
    let writer = Arc::clone(&lock).try_write_owned().unwrap();
    assert!(Arc::ptr_eq(Guard::handle(&writer), &lock));
}

#[test]
fn a_lock_and_its_guards_show_what_they_hold() {
    let lock = RwLock::new("the value");
    assert_eq!(format!("{lock:?}"), "RwLock { value: \"the value\", waiters: 0 }");
    let reader = lock.try_read().unwrap();
    assert_eq!(
        format!("{lock:?}, {reader:?}, {reader}"),
        "RwLock { value: \"the value\", waiters: 0 }, \"the value\", the value"
    );
    let writer = queued(lock.write());
    assert_eq!(format!("{lock:?}"), "RwLock { value: <locked>, waiters: 1 }");
    drop((reader, writer));
    assert!(!lock.is_locked());
}

#[test]
fn promise_4_cancelling_does_not_depend_on_the_number_of_waiters() {
    crate::cost::cancelling_is_constant(|| {
        let lock: &'static RwLock<()> = anywake_tests::leak(RwLock::new(()));
        core::mem::forget(lock.try_write());
        move || lock.read()
    });
    crate::cost::cancelling_is_constant(|| {
        let lock: &'static RwLock<()> = anywake_tests::leak(RwLock::new(()));
        core::mem::forget(lock.try_read());
        move || lock.write()
    });
}

#[test]
fn owned_guards_outlive_the_handle() {
    let lock = Arc::new(RwLock::new(String::from("a")));
    Task::new(Arc::clone(&lock).write_owned()).ready().push('b');
    let first = Task::new(Arc::clone(&lock).read_owned()).ready();
    let second = Task::new(Arc::clone(&lock).upgradable_read_owned()).ready();
    drop(lock);
    assert_eq!((first.as_str(), second.as_str()), ("ab", "ab"));
    drop(first);
    Task::new(Guard::upgrade(second)).ready().push('c');
}

#[test]
fn a_panic_in_a_part_leaves_the_lock_free() {
    let lock = RwLock::new(1);
    panic_of(|| WriteGuard::map(lock.try_write().unwrap(), |_| -> &mut u8 { panic!("no part") }));
    panic_of(|| ReadGuard::map(lock.try_read().unwrap(), |_| -> &u8 { panic!("no part") }));
    assert!(!lock.is_locked());
}

#[test]
fn a_forgotten_reader_keeps_writers_out_and_nobody_else() {
    let lock = RwLock::new(());
    core::mem::forget(lock.try_read().unwrap());
    assert!(lock.try_write().is_none());
    assert!(lock.try_read().is_some());
}
