/*
 * Lock, of core/src/lock/raw.rs and wait.rs: a word and one list. Tasks lock, try to lock, enable, poll again, are
 * cancelled, and unlock, in any order and for ever; each may stop for good when it neither waits nor owns the lock.
 * LIMIT is how often the first waiter may be overtaken (Lock::with_bypass); with 0 the lock is handed over.
 * What is abstracted is said in wait.pml.
 */
#ifndef N
#define N 3
#endif
#ifndef LIMIT
#define LIMIT 0
#endif
#define is_linked(i) (phase[i] == Queued && status[i] == Queued)
#define is_granted(i) holder = i
#ifdef LIVE
#define may_change_waker (LIMIT == 0)  /* liveness with changing wakers is checked without a bypass */
#endif
#include "wait.pml"

#define LOCKED 1
#define WAITERS 2
#define WOKEN 4
#define OVERTAKEN 8

byte word;
LOCK(raw);
List lockers;

byte holder = NOBODY;                /* who owns the lock, or was granted it */
byte passed;                         /* how often the first waiter was overtaken since it is the first */
byte counted = NOBODY;               /* the first waiter that this is about: a cancelled one until after_cancel is over */

#define overtaking(word) ((word | LOCKED) + OVERTAKEN)
#ifdef MISTAKE_one_bypass_too_many
#define may_be_overtaken(word) (LIMIT > 0 && word / OVERTAKEN <= LIMIT)
#else
#define may_be_overtaken(word) (word / OVERTAKEN < LIMIT)
#endif

/* The lock is free, and is taken by a task that is not the first waiter: try_lock, barge, announce. */
inline take() {
    d_step {
        assert(holder == NOBODY);
        if
        :: word & WAITERS -> word = overtaking(word)
        :: else -> word = LOCKED
        fi;
        holder = me;
        if :: counted != NOBODY -> passed++ :: else fi;
        assert(passed <= LIMIT)
    }
}

/* The list has changed: whoever is its first now has not been overtaken as such. */
#define longest (lockers.count > 0 -> front(lockers) : NOBODY)
inline recount() {
    d_step {
        if :: counted != longest -> counted = longest; passed = 0 :: else fi
    }
}

/* One look of renew_waker: is it decided, may it try, does the stored waker fit? */
inline look_again() {
    lock(raw);
#ifndef MISTAKE_refresh_looks_once
    if :: status[me] == Granted -> unlock(raw); finish(me); goto owner :: else fi;
#endif
    /* LockCore::retry */
    if
    :: LIMIT > 0 && !(word & LOCKED) ->
        d_step {
            if
            :: front(lockers) == me -> word = LOCKED | (lockers.count == 1 -> 0 : WAITERS)
            :: else -> word = overtaking(word); passed++; assert(passed <= LIMIT)
            fi;
            assert(holder == NOBODY);
            holder = me
        }
        withdraw(lockers, me); recount(); unlock(raw); goto owner
    :: LIMIT > 0 && (word & LOCKED) && front(lockers) == me -> word = word & ~WOKEN
    :: LIMIT == 0 || (word & LOCKED) && front(lockers) != me
    fi
}

active [N] proctype Task() {
    byte seen, out;

idle:
    if
    :: atomic { !(word & LOCKED) -> take(); goto owner }      /* try_lock, or the first look of a wait */
    :: atomic {                                               /* enqueue, with the waker of this poll */
        lock(raw);
        if
        :: !(word & LOCKED) -> take(); unlock(raw); goto owner
        :: else -> word = word | WAITERS; enter(lockers, me, 1); recount(); unlock(raw); pends()
        fi
       }
    :: atomic {                                               /* enable, without a waker */
        lock(raw);
        if
        :: !(word & LOCKED) -> take(); status[me] = Granted; phase[me] = Queued   /* decide_idle */
        :: else -> word = word | WAITERS; enter(lockers, me, 0); recount()
        fi;
        unlock(raw); goto awake
       }
    :: goto stopped
    fi;

asleep:
    atomic { woken[me] & context[me] -> goto proceed }

awake:
    if
    :: atomic { goto proceed }                                /* polled, with or without a cause */
    :: goto give_up                                           /* dropped */
    fi;

proceed:
    atomic {
        next_context();
        if :: status[me] == Granted -> finish(me); goto owner :: else fi
    }

refresh:
    atomic {
        look_again();
        if
        :: waker[me] == context[me] -> unlock(raw); pends()
        :: waker[me] != context[me] && LIMIT > 0 -> waker[me] = context[me]; unlock(raw); pends()   /* retry_will_fail */
        :: waker[me] != context[me] -> unlock(raw)
        fi
    }
    atomic { look_again(); waker[me] = context[me]; unlock(raw); pends() }

give_up:
    atomic {
        lock(raw);
        if
        :: status[me] == Granted ->
            finish(me); unlock(raw);
#ifdef MISTAKE_cancel_drops_the_grant
            goto idle;
#endif
            goto owner
        :: else -> withdraw(lockers, me); seen = word
        fi
    }
    /* after_cancel */
    atomic {
        if
#ifndef MISTAKE_a_woken_waiter_takes_its_wake_along
        :: lockers.count > 0 && (seen & WOKEN) && waker[front(lockers)] ->
            if
            :: word & LOCKED -> word = LOCKED | WAITERS
            :: else -> word = WAITERS | WOKEN; take_waker(front(lockers), out)
            fi
#endif
        :: lockers.count == 0 -> word = word & LOCKED
        :: else
        fi;
        seen = 0; recount(); unlock(raw); goto waking
    }

owner:
    if                                                        /* unlock */
    :: atomic { word == LOCKED -> word = 0; holder = NOBODY; goto idle }
    :: atomic { (word & WOKEN) && may_be_overtaken(word) -> word = word & ~LOCKED; holder = NOBODY; goto idle }
    :: atomic { lock(raw); seen = word }
    fi;
    /* pass_on */
    atomic {
        assert(holder == me);
        if
        :: lockers.count == 0 -> word = 0; holder = NOBODY; seen = 0; unlock(raw); goto idle
        :: lockers.count > 0 && may_be_overtaken(seen) ->
            word = (seen | WOKEN) & ~LOCKED; holder = NOBODY; take_waker(front(lockers), out);
            seen = 0; unlock(raw); goto waking
        :: else ->
#ifdef MISTAKE_a_hand_over_forgets_the_others
            word = LOCKED; seen = 0
#else
            word = LOCKED | (lockers.count == 1 -> 0 : WAITERS); seen = 0
#endif
        fi
    }
    atomic { decide(lockers, out); recount(); unlock(raw) }

waking:
    atomic { wake(out); goto idle }

stopped:
end:
    false
}

#define says_waiters ((word & WAITERS) != 0)
#define waits_0 (phase[0] == Queued)

/* W5 */
#define is_the_word_says_waiters (raw || says_waiters == (lockers.count > 0))
#define is_locked_is_held (((word & LOCKED) != 0) == (holder != NOBODY))
#define is_a_free_lock_has_woken (raw || (word & LOCKED) || lockers.count == 0 || (LIMIT > 0 && (word & WOKEN)))
ltl assertions { [] (k < 255) }        /* nothing but the assertions */
ltl safety { [] (is_the_word_says_waiters && is_locked_is_held && is_a_free_lock_has_woken) }
ltl the_word_says_waiters { [] is_the_word_says_waiters }
ltl locked_is_held { [] is_locked_is_held }
/* K1, K2 */
ltl a_free_lock_has_woken { [] is_a_free_lock_has_woken }
ltl nobody_waits_for_ever { [] (waits_0 -> <> !waits_0) }

/* These have to fail: what the properties speak of is reached. */
ltl not_three_wait { [] (lockers.count < N - 1) }
ltl not_granted_and_cancelled { [] !(Task[0]@give_up && status[0] == Granted) }
ltl not_decided_before_the_look { [] !(Task[0]@refresh && status[0] == Granted) }
