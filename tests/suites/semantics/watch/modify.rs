//! `send_if_modified`: a copy is changed without a lock and beside readers, and no modification is lost.

use core::cell::Cell;
use std::rc::Rc;

use anywake_core::Watch;
use anywake_core::watch::ModifyError;
use anywake_tests::{leak, panic_of, queued};

#[test]
fn a_modification_is_sent_if_the_closure_says_so() {
    let watch = Watch::new(1);
    let mut receiver = watch.receiver();
    let mut changed = queued(receiver.changed());
    let unchanged = watch.send_if_modified(|value| {
        *value = 9;
        false
    });
    assert_eq!((unchanged, *watch.borrow(), changed.is_woken()), (Ok(false), 1, false));
    let one = watch.borrow();
    let modified = watch.send_if_modified(|value| {
        *value += 1;
        true
    });
    assert_eq!((modified, *watch.borrow(), *one), (Ok(true), 2, 1));
    assert_eq!(changed.ready(), Ok(()));
    watch.close();
    assert_eq!(watch.send_if_modified(|_| true), Err(ModifyError::Closed));
}

#[test]
fn a_modification_begins_again_if_another_value_is_sent_meanwhile() {
    let watch = Watch::new(1);
    let mut seen = Vec::new();
    let modified = watch.send_if_modified(|value| {
        seen.push(*value);
        if seen.len() == 1 {
            watch
                .send_if_modified(|value| {
                    *value += 10;
                    true
                })
                .unwrap();
        }
        *value += 1;
        true
    });
    assert_eq!((modified, seen, *watch.borrow()), (Ok(true), vec![1, 11], 12));
}

#[test]
fn a_modification_that_panics_changes_nothing() {
    let watch = Watch::new(1);
    assert_eq!(panic_of(|| watch.send_if_modified(|_| panic!("no"))), "no");
    assert_eq!(watch.send(2), Ok(Some(1)), "nobody reads the value that was copied");
}

#[test]
fn a_close_meanwhile_refuses_the_modification() {
    let watch = Watch::new(1);
    let modified = watch.send_if_modified(|_| {
        watch.close();
        true
    });
    assert_eq!((modified, *watch.borrow()), (Err(ModifyError::Closed), 1));
}

/// A value whose clone runs what is told.
struct Cloning {
    number: u32,
    hook: Hook,
}

type Hook = Rc<Cell<Option<Box<dyn Fn()>>>>;

impl Clone for Cloning {
    fn clone(&self) -> Self {
        if let Some(hook) = self.hook.take() {
            hook();
        }
        Self { number: self.number, hook: Rc::clone(&self.hook) }
    }
}

/// A watch with readers of the versions 1 and 2, and a pending value 3; and what the next clone does.
fn with_two_readers(body: impl FnOnce(&'static Watch<Cloning>, Hook)) {
    let hook: Hook = Rc::default();
    let value = |number| Cloning { number, hook: Rc::clone(&hook) };
    let watch: &'static Watch<Cloning> = leak(Watch::new(value(1)));
    let one = watch.borrow();
    drop(watch.send(value(2)));
    let two = watch.borrow();
    drop(watch.send(value(3)));
    assert_eq!(watch.borrow().number, 2);
    body(watch, Rc::clone(&hook));
    drop((one, two));
}

fn add(watch: &Watch<Cloning>, number: u32) -> Result<bool, ModifyError> {
    watch.send_if_modified(|value| {
        value.number += number;
        true
    })
}

#[test]
fn a_modified_pending_value_becomes_visible() {
    let watch: Watch<u32> = Watch::new(1);
    let one = watch.borrow();
    watch.send(2).unwrap();
    let two = watch.borrow();
    watch.send(3).unwrap();
    let add_ten = |value: &mut u32| {
        *value += 10;
        true
    };
    assert_eq!(watch.send_if_modified(add_ten), Ok(true));
    assert_eq!(watch.send_if_modified(|_| false), Ok(false));
    drop((one, two));
    assert_eq!(*watch.borrow(), 13);
}

#[test]
fn promise_5_a_clone_may_use_its_watch_also_while_the_value_is_pending() {
    anywake_tests::finishes(|| {
        with_two_readers(|watch, hook| {
            let contended = Rc::new(Cell::new(None));
            let result = Rc::clone(&contended);
            hook.set(Some(Box::new(move || result.set(Some(add(watch, 1))))));
            assert_eq!(add(watch, 10), Ok(true));
            assert_eq!(
                contended.get(),
                Some(Err(ModifyError::Contended)),
                "the newest value is out to be copied"
            );
        });
    });
}

#[test]
fn a_value_that_is_sent_while_a_pending_one_is_copied_wins() {
    with_two_readers(|watch, hook| {
        let next = Rc::clone(&hook);
        hook.set(Some(Box::new(move || {
            drop(watch.send(Cloning { number: 50, hook: Rc::clone(&next) }));
        })));
        assert_eq!(add(watch, 1), Ok(true));
        assert_eq!(watch.borrow().number, 2);
        assert_eq!(add(watch, 1), Ok(true), "the second one begins with 51");
        let visible = watch.send_if_modified(|value| {
            assert_eq!(value.number, 52);
            false
        });
        assert_eq!(visible, Ok(false));
    });
}

#[test]
fn a_clone_of_a_pending_value_that_panics_brings_it_back() {
    with_two_readers(|watch, hook| {
        hook.set(Some(Box::new(|| panic!("no"))));
        assert_eq!(panic_of(|| add(watch, 1)), "no");
        assert_eq!(add(watch, 1), Ok(true));
        assert_eq!(watch.send_if_modified(|value| value.number != 4), Ok(false));
    });
}

#[test]
fn a_pending_value_that_is_copied_becomes_visible_when_it_is_back() {
    let hook: Hook = Rc::default();
    let value = |number| Cloning { number, hook: Rc::clone(&hook) };
    let watch: &'static Watch<Cloning> = leak(Watch::new(value(1)));
    let one = watch.borrow();
    drop(watch.send(value(2)));
    let two = watch.borrow();
    drop(watch.send(value(3)));
    let mut waiting = queued(watch.receiver().changed_owned());
    // Both readers go while the newest value is out.
    let readers = Cell::new(Some((one, two)));
    hook.set(Some(Box::new(move || {
        drop(readers.take());
        assert_eq!(watch.borrow().number, 2, "the newest one is not there to be read");
    })));
    assert_eq!(watch.send_if_modified(|_| false), Ok(false));
    assert_eq!(watch.borrow().number, 3);
    assert_eq!(waiting.ready().1, Ok(()));
}
