/*
 * Condition with a Lock, of core/src/condition/raw.rs and wait.rs: two queues, and the requeue between them. Three tasks
 * wait once; task 0 may be dropped at any time. Whoever returns notifies one other (a baton). A fourth
 * process notifies once, one or all, with the lock's guard or without, when task 2 waits. So the baton may get lost with
 * no task, or task 2 waits for ever.
 *
 * Abstracted beside what wait.pml says: the lock is without a bypass; before its wait a task takes it by try_lock only; a
 * task keeps its waker (lock.pml has both). Generations need no renumbering, since one process notifies all, once.
 */
#define N 3
#define PROCESSES 4
#define is_linked(i) (phase[i] == Queued && status[i] == Queued)
#define in_one_list(i, j) (requeued[i] == requeued[j])
bit requeued[3];                     /* REQUEUED */
#include "wait.pml"

#define LOCKED 1
#define WAITERS 2

/* LockCore */
byte word;
LOCK(lock_raw);
List lockers;
byte holder = 255;

/* ConditionCore; State */
bit announced;                       /* its word */
LOCK(raw);
List waiting;
bit generation, cohort, forwards_now;        /* next, cohort, forwards */
byte owed;

bit forwards[N];                     /* FORWARDS */
bit stamp[N];
bit done[N];
bit was_requeued, was_forwarded;

inline is_granted(i) {
    if
    :: requeued[i] -> holder = i
    :: else -> forwards[i] = forwards_now
    fi
}

#define owes (owed > 0 && waiting.count > 0 && stamp[front(waiting)] <= cohort)

active [PROCESSES] proctype Task() {
    byte served, out, out2, then;
    bit more, all, with, mine, my_cohort;

start:
    if
    :: atomic { me == N && is_linked(2) && !requeued[2];
        if
        :: all = 1
        :: all = 0
        fi;
        if
        :: goto notify
        :: with = 1
        fi
       }
       atomic { word == 0 -> word = LOCKED; holder = me; goto notify }
    :: atomic { me < N && word == 0 -> word = LOCKED; holder = me }
    fi;
    /* the first poll: enters the condition's queue, then unlocks */
    atomic {
        lock(raw); announced = 1; enter(waiting, me, 1); stamp[me] = generation; unlock(raw);
        then = 0; goto release
    }

asleep:
    woken[me];

    goto polled;
awake:
    if
    :: goto polled
    :: me == 0 -> goto dropped
    fi;

polled:
    atomic {
        woken[me] = 0;
        if
        :: requeued[me] && status[me] == Granted -> phase[me] = Done; status[me] = Queued; goto returns
        :: !requeued[me] && status[me] == Granted ->          /* acknowledge, restart */
            status[me] = Queued; requeued[me] = 1; phase[me] = Idle
        :: else -> pends()
        fi
    }
    /* poll::<LockWait>, idle */
    atomic {
        lock(lock_raw);
        if
        :: word == 0 -> word = LOCKED; holder = me; phase[me] = Done; unlock(lock_raw); goto returns
        :: else -> word = word | WAITERS; enter(lockers, me, 1); unlock(lock_raw); pends()
        fi
    }

returns:
    atomic { assert(holder == me); done[me] = 1; forwards[me] = 0; then = 1; goto release }

dropped:
    /* TwoQueueWait::leave */
    if
    :: atomic { requeued[me] }
    :: atomic {
        !requeued[me];
        lock(raw);
        if
        :: requeued[me] -> unlock(raw)
        :: !requeued[me] && status[me] == Granted -> finish(me); unlock(raw); goto forward
        :: !requeued[me] && status[me] == Queued ->
            withdraw(waiting, me);
            if :: waiting.count == 0 -> announced = 0 :: waiting.count > 0 fi;
            unlock(raw); goto forward
        fi
       }
    fi;
    if
    :: phase[me] == Idle -> goto forward
    :: phase[me] == Queued
    fi;
    atomic {
        lock(lock_raw);
        if
        :: status[me] == Granted -> finish(me); unlock(lock_raw); then = 2; goto release
        :: status[me] == Queued -> withdraw(lockers, me)
        fi
    }
    atomic {                                                  /* after_cancel */
        if :: lockers.count == 0 -> word = word & LOCKED :: lockers.count > 0 fi;
        unlock(lock_raw)
    }

forward:
    atomic {
        if
#ifndef MISTAKE_a_notification_dies_with_its_waiter
        :: forwards[me] -> forwards[me] = 0; was_forwarded = 1; then = 2; goto notify
#endif
        :: else -> goto stopped
        fi
    }

    /* LockCore::unlock */
release:
    if
    :: atomic { word == LOCKED -> word = 0; holder = 255; goto released }
    :: atomic { lock(lock_raw) }
    fi;
    atomic {
        if
        :: lockers.count == 0 -> word = 0; holder = 255; unlock(lock_raw); goto released
        :: lockers.count > 0 -> word = LOCKED | (lockers.count == 1 -> 0 : WAITERS)
        fi
    }
    atomic { decide(lockers, out); unlock(lock_raw) }
    atomic { wake(out) }
released:
    atomic {
        if
        :: then == 0 -> pends()
        :: then == 1 && me < N -> then = 2; goto notify       /* the baton */
        :: then == 2 -> then = 0; goto forward
        :: then == 1 && me == N -> goto stopped
        fi
    }

    /* ConditionCore::notify: one, or all */
notify:
    if
    :: atomic { !announced -> goto notified }
    :: atomic { announced }
    fi;
notify_queued:
    atomic {
        lock(raw);
        if
        :: owes -> mine = 0
        :: !owes ->
            mine = 1; owed = (all -> waiting.count : (waiting.count > 0 -> 1 : 0));
            forwards_now = !all; cohort = generation; my_cohort = cohort;
            if :: owed >= BATCH -> generation = 1 :: owed < BATCH fi
        fi
    }

    /* wake_loop */
serving:
    atomic {
        if
        :: served < BATCH && owes && (!mine || cohort == my_cohort) -> owed--
        :: served < BATCH && !(owes && (!mine || cohort == my_cohort)) -> more = 0; goto batched
        :: served == BATCH -> more = 1; goto batched
        fi;
        if
        :: mine && with -> lock(lock_raw)                     /* receive */
        :: else ->
            if
            :: served == 0 -> decide(waiting, out)
            :: served == 1 -> decide(waiting, out2)
            fi;
            goto served_one
        fi
#ifndef MISTAKE_a_requeue_is_not_announced
        ;
        word = word | WAITERS
#endif
    }
    atomic {                                                  /* WaitLists::requeue */
        d_step {
            first = front(waiting);
            remove(waiting, first); note_exit(first);
            requeued[first] = 1; forwards[first] = forwards_now; was_requeued = 1;
            note_entry(first);
            push_back(lockers, first);
            first = 0
        }
        unlock(lock_raw)
    }
served_one:
    atomic {
        served++;
#ifdef MISTAKE_a_notification_forgets_the_others
        announced = 0;
#else
        if :: waiting.count == 0 -> announced = 0 :: waiting.count > 0 fi;
#endif
        goto serving
    }
batched:
    atomic { served = 0; unlock(raw); wake(out) }
    atomic {
        wake(out2);
        if
        :: more -> more = 0; lock(raw); goto serving
        :: !more && !mine -> goto notify_queued
        :: else -> mine = 0
        fi
    }
notified:
    atomic {
        if
        :: with -> with = 0; then = 1; goto release
        :: else -> goto stopped
        fi
    }

stopped:
end:
    false
}

/* W5, C2 */
#define is_the_word_says_waiters ((raw || announced == (waiting.count > 0)) \
    && (lock_raw || ((word & WAITERS) != 0) == (lockers.count > 0)))
#define is_locked_is_held (lock_raw || ((word & LOCKED) != 0) == (holder != 255))
#define is_done_2 (done[2] == 1)

ltl assertions { [] (k < 255) }        /* nothing but the assertions */
ltl safety { [] (is_the_word_says_waiters && is_locked_is_held) }
ltl the_word_says_waiters { [] is_the_word_says_waiters }
ltl locked_is_held { [] is_locked_is_held }
ltl the_notification_arrives { <> is_done_2 }

/* These have to fail: what the properties speak of is reached. */
ltl not_requeued { [] !was_requeued }
ltl not_requeued_and_cancelled { [] !(Task[0]@dropped && requeued[0] && was_requeued) }
ltl not_forwarded { [] !was_forwarded }
ltl no_batch_boundary_is_crossed { [] !(!raw && owed > 0 && waiting.count > 0) }
