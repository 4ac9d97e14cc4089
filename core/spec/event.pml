/*
 * Event, of core/src/event/raw.rs and wait.rs: the broadcast. Three tasks wait, are cancelled, and clear the flag, SETTERS
 * others set it, in any order and for ever; each may stop for good when it does not wait. A cohort may be larger than a
 * batch, so that late-comers, other broadcasts and clears come between two batches of one broadcast.
 *
 * Abstracted beside what wait.pml says: generations are renumbered after each broadcast, so that they stay small. They are
 * only compared, and the order is kept. A task keeps its waker; lock.pml has it changed.
 */
#define N 3
#ifndef SETTERS
#define SETTERS 1
#endif
#define PROCESSES (N + SETTERS)

#define is_linked(i) (phase[i] == Queued && status[i] == Queued)
#include "wait.pml"

#define WAITERS 1
#define SET 2

byte word;
LOCK(raw);
List waiting;
byte generation;                           /* the generation that waiters enter in */
byte stamp[N];
byte cohort[SETTERS];
bit broadcasts[SETTERS];
bit across_batches;

/* Who waited when the flag was set, and has not been served since. */
bit owed[SETTERS * N];
#define owes(setter, i) owed[N * (setter) + i]
#define mine (me - N)

inline is_granted(i) {
    assert(owes(mine, i));           /* exactly those who were there */
    is_owed_nothing(i)
}

inline is_owed_nothing(i) {
    owes(0, i) = 0;
#if SETTERS > 1
    owes(1, i) = 0;
#endif
    stamp[i] = 0
}

#define was_there(i) (is_linked(i) -> 1 : 0)
inline sets() {
    d_step {
        word = word | SET;
        owes(mine, 0) = was_there(0); owes(mine, 1) = was_there(1); owes(mine, 2) = was_there(2)
    }
}

#define has_stamp(i, age) (is_linked(i) && stamp[i] == age)
#if SETTERS > 1
#define has_cohort(age) (broadcasts[0] && cohort[0] == age || broadcasts[1] && cohort[1] == age)
#else
#define has_cohort(age) (broadcasts[0] && cohort[0] == age)
#endif
#define is_used(age) (has_cohort(age) || has_stamp(0, age) || has_stamp(1, age) || has_stamp(2, age))
#define down(age) age = age - (age > k -> 1 : 0)

inline renumber() {
    k = 0;
    do
    :: k < generation && is_used(k) -> k++
    :: k < generation && !is_used(k) ->
        down(stamp[0]); down(stamp[1]); down(stamp[2]); down(cohort[0]); down(generation);
#if SETTERS > 1
        down(cohort[1])
#endif
    :: k >= generation -> break
    od;
    k = 0
}

/* Generation::begin. */
#ifdef MISTAKE_a_full_batch_begins_no_generation
#define is_full(waiters) (waiters > BATCH)
#else
#define is_full(waiters) (waiters >= BATCH)
#endif
inline begin() {
    d_step {
        cohort[mine] = generation; broadcasts[mine] = 1;
        if :: is_full(waiting.count) -> generation++ :: else fi;
        renumber()
    }
}

#ifdef MISTAKE_a_broadcast_reaches_late_comers
#define front_is_of(cohort) (waiting.count > 0)
#else
#define front_is_of(cohort) (waiting.count > 0 && stamp[front(waiting)] <= cohort)
#endif

inline retract_if_nobody_waits() {
    if :: waiting.count == 0 -> word = word & ~WAITERS :: waiting.count > 0 fi
}

active [N] proctype Task() {
idle:
    if
    :: atomic { word & SET -> word = word & ~SET; goto idle }     /* clear */
#ifdef MISTAKE_a_look_comes_before_its_announcement
    :: atomic { lock(raw); !(word & SET) };
       atomic {
        word = word | WAITERS; enter(waiting, me, 1); stamp[me] = generation; unlock(raw); pends()
       }
#else
    :: atomic {                                                   /* look */
        lock(raw);
        word = word | WAITERS;
        if
        :: !(word & SET) -> enter(waiting, me, 1); stamp[me] = generation; unlock(raw); pends()
        :: else
        fi
       }
       atomic { retract_if_nobody_waits(); unlock(raw); goto idle }
#endif
    :: goto stopped
    fi;

asleep:
    atomic {
        woken[me] -> woken[me] = 0;
        if
        :: status[me] == Granted -> finish(me); goto idle
        :: status[me] == Queued -> pends()                        /* by a wake that was under way since an earlier wait */
        fi
    }

awake:
    if
    :: atomic { status[me] == Granted -> finish(me); goto idle }  /* polled before it is woken */
    :: atomic {                                                   /* dropped */
        lock(raw);
        if
        :: status[me] == Granted -> finish(me)
        :: else -> withdraw(waiting, me); d_step { is_owed_nothing(me) }; retract_if_nobody_waits()
        fi;
        unlock(raw); goto idle
       }
    fi;

stopped:
end:
    false
}

active [SETTERS] proctype Setter() {
    byte served, out, out2;
    bit more;

idle:
    if
    :: atomic { !(word & WAITERS) -> word = word | SET; goto idle }
    :: goto broadcast
    :: goto stopped
    fi;

broadcast:
#ifdef MISTAKE_a_set_before_the_lock
    atomic { sets() };
    atomic { lock(raw); begin(); more = 1 }
#else
    atomic { lock(raw); begin(); sets(); more = 1 }
#endif

    /* wake_loop */
serving:
    atomic {
        if
        :: served < BATCH && front_is_of(cohort[mine]) ->
            if
            :: served == 0 -> decide(waiting, out)
            :: served == 1 -> decide(waiting, out2)
            fi;
            served++
        :: served < BATCH && !front_is_of(cohort[mine]) -> more = 0; served = 0; unlock(raw); goto waking
        :: served == BATCH -> served = 0; unlock(raw); goto waking
        fi;
        if :: waiting.count > 0 -> goto serving :: waiting.count == 0 fi
    }
    atomic { retract_if_nobody_waits(); goto serving }

waking:
    wake(out);
    wake(out2);
#ifdef MISTAKE_one_batch_only
    more = 0;
#endif
    atomic {
        if
        :: more -> lock(raw); goto serving
        :: !more -> skip
        fi;
        assert(!owes(mine, 0) && !owes(mine, 1) && !owes(mine, 2));
        broadcasts[mine] = 0; cohort[mine] = 0; goto idle
    }

stopped:
end:
    false
}

#if SETTERS > 1
#define owed_0 (owes(0, 0) || owes(1, 0))
#define nobody_broadcasts (!broadcasts[0] && !broadcasts[1])
#else
#define owed_0 (owes(0, 0))
#define nobody_broadcasts (!broadcasts[0])
#endif
#define due_0 (phase[0] == Queued && (owed_0 || status[0] == Granted))

/* W5 */
#define is_the_word_says_waiters (raw || ((word & WAITERS) != 0) == (waiting.count > 0))
#define is_nobody_waits_for_what_is_set (raw || !(word & SET) || waiting.count == 0 || !nobody_broadcasts)
ltl assertions { [] (k < 255) }        /* nothing but the assertions */
ltl safety { [] (is_the_word_says_waiters && is_nobody_waits_for_what_is_set) }
ltl the_word_says_waiters { [] is_the_word_says_waiters }
ltl nobody_waits_for_what_is_set { [] is_nobody_waits_for_what_is_set }
ltl nobody_who_is_due_waits_for_ever { [] (due_0 -> <> !due_0) }
ltl a_broadcast_ends { [] (broadcasts[0] -> <> !broadcasts[0]) }

/* These have to fail: what the properties speak of is reached. */
ltl no_batch_boundary_is_crossed { [] !(!raw && broadcasts[0] && owed_0) }
ltl no_late_comer_between_batches { [] !(!raw && owed_0 && waiting.count > 1 && stamp[front(waiting)] < generation) }
ltl no_cancel_between_batches { [] !(!raw && broadcasts[0] && owed_0 && Task[0]@awake) }
