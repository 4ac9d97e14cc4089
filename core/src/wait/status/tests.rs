//! Generations and statuses, with stamps so few that every test goes around the circle.

use super::*;

fn queued_in(generation: Generation) -> Status {
    Status::IDLE.enter(generation)
}

#[test]
fn a_broadcast_reaches_its_cohort_and_nobody_younger_wherever_the_stamps_wrap() {
    let mut generation = Generation::new();
    for _ in 0..5 * STAMPS {
        let before = queued_in(generation);
        let cohort = generation.begin(BATCH);
        let after = queued_in(generation);
        assert!(before.is_of(cohort) && !after.is_of(cohort));
        assert!(before.is_of(generation) && after.is_of(generation), "a later broadcast reaches both");
    }
}

#[test]
fn an_old_waiter_is_reached_up_to_half_the_circle_later() {
    let mut generation = Generation(3 * STAMPS - 2);
    let old = queued_in(generation);
    for _ in 0..STAMPS / 2 {
        assert!(old.is_of(generation.begin(BATCH)));
    }
}

#[test]
fn a_broadcast_that_is_interrupted_for_too_long_ends() {
    let mut generation = Generation(u32::MAX - 1);
    let cohort = generation.begin(BATCH);
    for _ in 1..STAMPS / 2 {
        assert!(generation.is_current(cohort));
        assert!(!queued_in(generation).is_of(cohort), "the stamps still tell its cohort from the others");
        generation.begin(BATCH);
    }
    assert!(!generation.is_current(cohort));
}

#[test]
fn a_broadcast_to_fewer_than_a_batch_ages_nobody() {
    let mut generation = Generation::new();
    for waiters in 0..BATCH {
        generation.begin(waiters);
        assert_eq!(generation, Generation::new());
    }
}

#[test]
fn flags_outlive_every_change_of_the_state() {
    let status = Status::IDLE.forward().requeue();
    for status in
        [status.enter(Generation(5)), status.decide(Verdict::Granted), status.decide(Verdict::Refused)]
    {
        assert!(status.forwards() && status.is_requeued());
    }
    assert_eq!(status.verdict(), None);
    assert_eq!(status.decide(Verdict::Granted).verdict(), Some(Verdict::Granted));
    assert_eq!(status.decide(Verdict::Refused).verdict(), Some(Verdict::Refused));
    assert_eq!(status.decide(Verdict::Granted).requeue().enter(Generation::new()).verdict(), None);
}
