/*
 * RwLock, of core/src/rwlock/raw.rs and wait.rs: the word, the four lists, and the phases. Tasks read, write, read
 * upgradably, upgrade, downgrade in every way, are cancelled, and leave, in any order and for ever; each may stop for good
 * when it is outside. A holder downgrades once, and leaves in the end.
 *
 *   N=3            all of it
 *   N=4 BATCHES    three readers and a writer, one reader also writes or is dropped: a phase crosses the boundary of a
 *                  batch, and the lock is full
 *
 * Abstracted beside what wait.pml says:
 *   The generation of a reader is the bit of_phase. It is compared with one cohort only, that of the phase, and whoever
 *     waits when a phase begins is of its cohort.
 *   `share` is left out: it changes no decision (RW2).
 *   A waiter is let in (`take`) and decided in one step. What comes between is somebody who leaves, who does not look at
 *     the status, or a poll of the waiter, which does not look at the word.
 *   A task keeps its waker; lock.pml has it changed.
 */
#ifndef N
#define N 3
#endif
#ifdef BATCHES
#define may_be_dropped (me == 0)
#else
#define may_be_dropped true
#endif
#define MAX 3                        /* the most readers */

#define Read 0                       /* Kind, and the number of its list */
#define Write 1
#define Upgradable 2
#define Upgrade 3
#define Nothing 4
#define is_linked(i) (phase[i] == Queued && status[i] == Queued)
#define in_one_list(i, j) (kind[i] == kind[j])
#include "wait.pml"

#define WAITERS 1
#define WRITER 2
#define UPGRADABLE 4
#define ONE 8
#define readers(word) (word / ONE)

byte word;
LOCK(raw);
List lists[4];
byte kind[N];                        /* what is asked for */
bit of_phase[N];
bit has_phase, with_upgradable;      /* State::phase is some cohort; State::with_upgradable */

/* What is true, whatever the word says. */
byte inside[N] = Nothing;            /* as what each task is inside; a granted waiter is inside */
byte writers_past[N];                /* how many writers have gone in while it waits */
byte phases_past;                    /* how many phases have begun while the longest-waiting writer is that */
byte counted = NOBODY;
bit serves[N];                       /* it has left or changed, and has not served those who are due yet */

#ifdef MISTAKE_an_upgrade_ignores_the_readers
#define upgrade_fits(word) true
#else
#define upgrade_fits(word) (readers(word) == 1)
#endif
#define read_fits(word) (!(word & WRITER) && readers(word) < MAX)
#define upgradable_fits(word) (!(word & (WRITER | UPGRADABLE)) && readers(word) < MAX)
#define write_fits(word) ((word & ~WAITERS) == 0)
#define fits(kind, word) (kind == Read && read_fits(word) || kind == Upgradable && upgradable_fits(word) \
    || kind == Write && write_fits(word) || kind == Upgrade && upgrade_fits(word))
/* Kind::inside: the word after it has come in. */
#define with(kind, word) (kind == Read -> word + ONE : (kind == Upgradable -> (word + ONE) | UPGRADABLE : \
    (kind == Write -> word | WRITER : (word - ONE) | WRITER)))

#define waits(kind) (lists[kind].count > 0)
#define waits_any (waits(Read) || waits(Write) || waits(Upgradable) || waits(Upgrade))
#define is_barred(kind) (kind == Read && (waits(Read) || waits(Write) || waits(Upgrade)) \
    || (kind == Upgradable || kind == Write) && waits_any)

/* The bounds: a reader waits for one writer at most; the longest-waiting writer sees two phases begin at most, that of
 * the writer before it and that of one upgrade. (Not counted where liveness is checked: it has no use for them.) */
#ifdef LIVE
#define count_writer(i) skip
#define count_phase() skip
#else
#define count_writer(i) \
    if :: is_linked(i) && kind[i] == Read -> writers_past[i]++; assert(writers_past[i] <= 1) :: else fi
#define count_phase() if :: counted != NOBODY -> phases_past++; assert(phases_past <= 2) :: else fi
#endif

/* Of a task that goes in: no writer is beside anybody. */
inline goes_in(i) {
    d_step {
        if
        :: kind[i] == Write || kind[i] == Upgrade ->
            inside[i] = Nothing; k = 0;
            do
            :: k < N ->
                assert(inside[k] == Nothing);
                count_writer(k);
                k++
            :: else -> break
            od;
            inside[i] = Write
        :: else ->
            k = 0;
            do :: k < N -> assert(inside[k] != Write && (kind[i] == Read || inside[k] != Upgradable)); k++ :: else -> break od;
            inside[i] = kind[i]
        fi;
        k = 0; writers_past[i] = 0; of_phase[i] = 0
    }
}
/* decide calls this while k and first are in use. */
inline is_granted(i) {
    goes_in(i)
}

#define longest_writer (waits(Write) -> front(lists[Write]) : NOBODY)
inline recount() {
    d_step {
        if :: counted != longest_writer -> counted = longest_writer; phases_past = 0 :: else fi
    }
}

inline begin_phase() {
    d_step {
        has_phase = 1; k = 0;
        do :: k < N -> of_phase[k] = (is_linked(k) && kind[k] == Read -> 1 : 0); k++ :: else -> break od;
        k = 0
    }
}

inline retract_if_nobody_waits() {
    if :: waits_any -> skip :: !waits_any -> word = word & ~WAITERS fi
}

/* RwLockCore::next_due: sets `due`. */
inline next_due() {
    d_step {
        if
        :: waits(Upgrade) -> due = Upgrade
        :: !waits(Upgrade) && waits(Upgradable) && (with_upgradable || !waits(Write)) && upgradable_fits(word) ->
            due = Upgradable
        :: else ->
            due = Nothing;
            if
            :: waits(Read) ->
                if
                :: !(has_phase && of_phase[front(lists[Read])]) && !waits(Write) -> begin_phase()
                :: else
                fi;
                if
                :: (has_phase && of_phase[front(lists[Read])] || !waits(Write)) && read_fits(word) -> due = Read
                :: else
                fi
            :: else
            fi;
            if
            :: due == Nothing && waits(Write) ->
                if :: write_fits(word) -> has_phase = 0 :: else fi;
                due = Write
            :: else
            fi
        fi;
#ifdef MISTAKE_a_writer_that_becomes_upgradable_owes_nobody
        with_upgradable = 0
#else
        if
        :: !waits(Upgrade) && (!waits(Upgradable) || upgradable_fits(word)) -> with_upgradable = 0
        :: else
        fi
#endif
    }
}

/* A writer or the upgradable reader becomes what `due` says, or leaves. A writer that does so under the lock begins a
 * phase. */
inline changes(locked) {
    d_step {
        if
        :: inside[me] == Write ->
            if
            :: locked ->
#ifdef MISTAKE_a_writer_leaves_no_phase
                if :: due != Nothing -> begin_phase() :: else fi;
#else
                begin_phase();
#endif
#ifdef MISTAKE_upgrades_in_a_row_starve_a_writer
                with_upgradable = 1;
#else
                with_upgradable = (word & UPGRADABLE -> with_upgradable : 1);
#endif
                count_phase()
            :: else
            fi;
            word = word & WAITERS;
#ifndef MISTAKE_a_downgrade_lets_a_writer_in
            if :: due != Nothing -> word = word + ONE :: else fi;
#endif
            if :: due == Upgradable -> word = word | UPGRADABLE :: else fi
        :: inside[me] == Upgradable ->
            word = (due == Read -> word : word - ONE) & ~UPGRADABLE
        fi;
        inside[me] = due; due = Nothing
    }
}

/* The first look of a wait, or a try; then the second one, under the lock. */
inline ask() {
    if
    :: !(word & WAITERS) && fits(kind[me], word) ->
        word = with(kind[me], word); goes_in(me); kind[me] = 0; goto owner
    :: lock(raw);
#ifndef MISTAKE_a_try_overtakes
        barred = (is_barred(kind[me]) -> 1 : 0);
#endif
        word = word | WAITERS; goto look
    fi
}

inline goes_on() {
    if :: inside[me] == Nothing -> goto idle :: inside[me] != Nothing -> goto owner fi
}

inline served_all() {
    serves[me] = 0;
    goes_on()
}

active [N] proctype Task() {
    byte served, out, out2, changed;
    byte due = Nothing;
    bit more, barred;

idle:
    atomic {
        changed = 0;
        if
#ifdef BATCHES
        :: me < N - 1 -> kind[me] = Read
        :: me == 0 || me == N - 1 -> kind[me] = Write
#else
        :: kind[me] = Read
        :: kind[me] = Write
        :: kind[me] = Upgradable
#endif
        :: goto stopped
        fi;
        ask()
    }

look:
    atomic {
        if
        :: !barred && fits(kind[me], word) ->
            word = with(kind[me], word); goes_in(me); kind[me] = 0;
            if :: waits_any -> unlock(raw); goto owner :: else fi
        :: else -> barred = 0; enter(lists[kind[me]], me, 1); recount(); unlock(raw); pends()
        fi
    }
    atomic { word = word & ~WAITERS; unlock(raw); goto owner }

asleep:
    atomic {
        woken[me] -> woken[me] = 0;
        if
        :: status[me] == Granted -> finish(me); kind[me] = 0; goto owner
        :: status[me] == Queued -> pends()                    /* by a wake that was under way since an earlier wait */
        fi
    }

awake:
    if
    :: atomic { status[me] == Granted -> finish(me); kind[me] = 0; goto owner }     /* polled before it is woken */
    :: atomic {                                               /* dropped */
        may_be_dropped;
        lock(raw);
        if
        :: status[me] == Granted ->                           /* give_back */
            finish(me); unlock(raw); changed = (kind[me] == Upgrade -> 2 : 1); kind[me] = 0; goto owner
        :: else ->
            withdraw(lists[kind[me]], me); recount();
            writers_past[me] = 0; of_phase[me] = 0; kind[me] = 0; changed = 1;
            retract_if_nobody_waits();
#ifdef MISTAKE_a_cancelled_writer_keeps_readers_out
            unlock(raw); goes_on()
#else
            serves[me] = 1; goto serving
#endif
        fi
       }
    fi;

owner:
    if
    :: atomic {                                               /* leave_reader */
        inside[me] == Read ->
            due = readers(word); word = word - ONE; inside[me] = Nothing;
            if
#ifdef MISTAKE_a_full_lock_sleeps
            :: (word & WAITERS) && due <= 2 ->
#else
            :: (word & WAITERS) && (due <= 2 || due == MAX) ->
#endif
                due = Nothing; serves[me] = 1; lock(raw); retract_if_nobody_waits(); goto serving
            :: else -> due = Nothing; goto idle
            fi
       }
    :: atomic { inside[me] == Upgradable && !changed -> kind[me] = Upgrade; ask() }
    :: atomic {                                               /* change, to what `due` says */
        inside[me] == Upgradable || inside[me] == Write ->
        if
        :: changed == 2 -> changed = 1; due = Upgradable
        :: changed < 2 -> due = Nothing
        :: !changed -> changed = 1; due = Read
#ifndef BATCHES
        :: !changed && inside[me] == Write -> changed = 1; due = Upgradable
#endif
        fi;
        if
        :: !(word & WAITERS) -> changes(false); goes_on()
        :: lock(raw); changes(true); serves[me] = 1;
            if :: waits_any -> goto serving :: else fi
        fi
       }
    fi;
    atomic { word = word & ~WAITERS }

    /* wake_loop */
serving:
    atomic {
        if
        :: served == BATCH -> more = 1; served = 0; unlock(raw); goto waking
        :: served < BATCH -> next_due()
        fi
    }
    atomic {                                                  /* take, and decide */
        if
        :: due != Nothing && fits(due, word) -> word = with(due, word)
        :: else ->
            due = Nothing; served = 0; unlock(raw);
            if :: out -> goto waking :: !out -> served_all() fi
        fi;
        if
        :: served == 0 -> decide(lists[due], out)
        :: served == 1 -> decide(lists[due], out2)
        fi;
        recount(); served++; due = Nothing;
        if :: waits_any -> goto serving :: !waits_any fi
    }
    atomic { word = word & ~WAITERS; goto serving }

waking:
    atomic {
        wake(out);
        if :: out2 || more :: !out2 && !more -> served_all() fi
    }
    atomic {
        wake(out2);
        if
        :: more -> more = 0; lock(raw); goto serving
        :: !more -> served_all()
        fi
    }

stopped:
end:
    false
}

#define somebody_serves (serves[0] || serves[1] || serves[2] || serves[N - 1])
#define is_writing(i) (inside[i] == Write)
#define is_reading(i) (inside[i] == Read || inside[i] == Upgradable)
#define number_reading (is_reading(0) + is_reading(1) + is_reading(2) + (N > 3 && is_reading(N - 1)))
#define somebody_writes (is_writing(0) || is_writing(1) || is_writing(2) || is_writing(N - 1))
/* Who is served: the rule of raw.rs, told about those inside and not about the word. */
#define upgradable_inside (inside[0] == Upgradable || inside[1] == Upgradable || inside[2] == Upgradable || inside[N - 1] == Upgradable)
#define upgrade_is_due (waits(Upgrade) && number_reading == 1)
#define upgradable_is_due (waits(Upgradable) && !waits(Write) && !somebody_writes && !upgradable_inside && number_reading < MAX)
#define reader_is_due (waits(Read) && !somebody_writes && number_reading < MAX \
    && (!waits(Write) || has_phase && of_phase[front(lists[Read])]))
#define writer_is_due (waits(Write) && !somebody_writes && number_reading == 0)
#define somebody_is_due (upgrade_is_due || !waits(Upgrade) && (upgradable_is_due || reader_is_due || writer_is_due))
#define waits_0 (phase[0] == Queued)

/* W5 */
#define is_the_word_says_waiters (raw || ((word & WAITERS) != 0) == waits_any)
#define is_the_word_counts_those_inside (raw || ((word & WRITER) != 0) == somebody_writes && readers(word) == number_reading)
#define is_whoever_is_due_is_inside (raw || somebody_serves || !somebody_is_due)
ltl assertions { [] (k < 255) }        /* nothing but the assertions */
ltl safety { [] (is_the_word_says_waiters && is_the_word_counts_those_inside && is_whoever_is_due_is_inside) }
ltl the_word_says_waiters { [] is_the_word_says_waiters }
ltl the_word_counts_those_inside { [] is_the_word_counts_those_inside }
ltl whoever_is_due_is_inside { [] is_whoever_is_due_is_inside }
ltl nobody_waits_for_ever { [] (waits_0 -> <> !waits_0) }

/* These have to fail: what the properties speak of is reached. */
ltl no_late_reader_waits { [] !(has_phase && waits(Read) && waits(Write) && !of_phase[front(lists[Read])]) }
ltl no_batch_boundary_is_crossed { [] !(!raw && waits(Read) && has_phase && of_phase[front(lists[Read])]) }
ltl no_writer_between_batches { [] !(!raw && waits(Read) && waits(Write) && has_phase && of_phase[front(lists[Read])]) }
ltl no_upgrade_waits { [] !(waits(Upgrade) && waits(Write)) }
ltl not_full { [] !(readers(word) == MAX && waits(Read)) }
ltl not_granted_and_cancelled { [] !(Task[0]@awake && status[0] == Granted && kind[0] == Write) }
