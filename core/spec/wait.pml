/*
 * The waiting protocol: what core/src/wait is to the primitives, this file is to the models of this folder. It names no
 * primitive. Each model includes it, and adds a word, lists, and the policy of its waits.
 *
 * Modelled
 *   N tasks, each with one wait at a time. The node of task i is phase[i], status[i] and waker[i].
 *   Lists, the internal lock `raw`, a decision, a wake that comes after the lock is given back, a waker that changes
 *   between two polls, polls that nothing called for, and a drop of the future at any time that it is not being polled.
 *
 * Abstracted, and why nothing is lost by it
 *   Memory orderings. Promela is sequentially consistent. That each load sees what it must is loom's part.
 *   A waker is a number, 1 or 2. Waking it makes its task runnable if the task was last polled with that number. Clones
 *     and drops of wakers are user code that runs without the lock: between any two steps of the model others may run.
 *     A wake that polls inline is the schedule in which the woken task runs at once.
 *   A loop around compare_exchange is one step: what it decides follows from the value that the last exchange replaced.
 *   A critical section with a single access to what others reach without the lock (the word, a status) is one step: all
 *     else that it touches is the lock's, so nobody can tell. With more accesses the section is as many steps.
 *   Where liveness is checked (LIVE) the internal lock is granted in the order of arrival. A waiting thread has no effect
 *     before it has the lock, so every order of critical sections is still there. Without it an unlucky thread might never
 *     get the lock.
 *   The stamps do not wrap (see event.pml). The unit tests of core/src/wait/status.rs drive them past that point.
 */

#ifndef PROCESSES                    /* the N tasks that wait, and those that only act */
#define PROCESSES N
#endif
#define BATCH 2
#define NOBODY N

mtype = { Idle, Queued, Done,        /* Phase; a queued waiter has the State ... */
          Granted };                 /* ... Queued or Granted */

#ifndef may_change_waker
#define may_change_waker true
#endif
#ifndef in_one_list                  /* a model with several lists says it */
#define in_one_list(i, j) true
#endif

typedef List { byte at[PROCESSES]; byte count }

mtype phase[N] = Done;
mtype status[N] = Queued;
byte waker[N];                       /* the stored waker, or 0 */
byte context[N] = 1;                 /* the waker of the last poll */
byte woken[N];                       /* the wakers that were woken since: 1, 2, or both */

byte k, first;                       /* for use inside one step only */

#define me _pid
#define front(list) list.at[0]

inline push_back(list, i) {
#ifdef MISTAKE_first_come_last_served
    d_step {
        k = list.count;
        do :: k > 0 -> list.at[k] = list.at[k - 1]; k-- :: else -> break od;
        list.at[0] = i; list.count++
    }
#else
    d_step { list.at[list.count] = i; list.count++ }
#endif
}

inline remove(list, i) {
    d_step {
        k = 0;
        do :: k < list.count && list.at[k] != i -> k++ :: else -> break od;
        assert(k < list.count);        /* W1 */
        do :: k + 1 < list.count -> list.at[k] = list.at[k + 1]; k++ :: else -> break od;
        list.at[k] = 0; list.count--; k = 0
    }
}

/* The internal lock. Inside `atomic`: a thread that has to wait for it lets others run. */
#define LOCK(name) bool name; List name##_queue     /* who waits for it */
#ifdef LIVE
#define lock(name) \
    if \
    :: !name && name##_queue.count == 0 \
    :: name || name##_queue.count > 0 -> \
        push_back(name##_queue, me); !name && front(name##_queue) == me; remove(name##_queue, me) \
    fi; \
    name = true
#else
#define lock(name) !name -> name = true
#endif
#define unlock(name) name = false

/* A waker on its way from the node to its wake: task and number, or 0. */
#define waker_of(i) (waker[i] -> 4 * i + waker[i] : 0)

inline take_waker(i, out) {
    d_step { out = waker_of(i); waker[i] = 0 }
}

inline wake(out) {
    d_step {
        if
        :: out > 0 && phase[out / 4] == Queued -> woken[out / 4] = woken[out / 4] | (out % 4)
        :: else
        fi;
        out = 0
    }
}

/* Who entered before whom, kept apart from the lists: was_before(i, j) while both wait and i entered before j. */
bit before[N * N];
#define was_before(i, j) before[N * i + j]

inline note_entry(i) {
    d_step {
        k = 0;
        do
        :: k < N -> was_before(k, i) = (k != i && is_linked(k) && in_one_list(k, i) -> 1 : 0); k++
        :: else -> break
        od;
        k = 0
    }
}

inline note_exit(i) {
    d_step {
        k = 0;
        do :: k < N -> was_before(k, i) = 0; was_before(i, k) = 0; k++ :: else -> break od;
        k = 0
    }
}

/* WaitLists::enter. */
inline enter(list, i, its_waker) {
    d_step {
        note_entry(i);
        waker[i] = its_waker; status[i] = Queued; phase[i] = Queued
    };
    push_back(list, i)
}

/* WaitLists::withdraw: the wait is over, its waker is dropped. */
inline withdraw(list, i) {
    remove(list, i);
    d_step { note_exit(i); waker[i] = 0; phase[i] = Done; woken[i] = 0; context[i] = 1 }
}

/* WaitLists::decide: the longest waiter, and nobody who came after another one of this list. Each model says in
 * `is_granted` what that means. */
inline decide(list, out) {
    d_step {
        first = front(list);
        k = 0;
        do :: k < N -> assert(!was_before(k, first)); k++ :: else -> break od;
        remove(list, first);
        note_exit(first);
        take_waker(first, out);
        status[first] = Granted;
        is_granted(first);
        first = 0
    }
}

/* Waiter::finish. */
inline finish(i) {
    d_step { phase[i] = Done; status[i] = Queued; woken[i] = 0; context[i] = 1 }
}

/* The waker of a later poll: the one of before, or another, once in each wait. */
inline next_context() {
    woken[me] = 0;
    if
    :: true
    :: may_change_waker && context[me] == 1 -> context[me] = 2
    fi
}

/* Pending: the task sleeps until it is woken, or it is going to be polled or cancelled anyhow. */
inline pends() {
    if :: goto asleep :: goto awake fi
}
