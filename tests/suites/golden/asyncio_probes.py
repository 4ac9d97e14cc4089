#!/usr/bin/env python3
"""Runs each scenario of asyncio.txt on the asyncio of this machine, and compares the output.

    python3 tests/suites/golden/asyncio_probes.py            compare; exit status 1 and a diff if a line changed
    python3 tests/suites/golden/asyncio_probes.py --print    only print the lines

A probe is a coroutine function, registered with `@probe`, that returns the lines to print. No probe waits for time to
pass: `turns()` lets every ready task run. A probe that hangs is reported.
"""

import argparse
import asyncio
import difflib
import pathlib
import platform
import sys

GOLDEN = pathlib.Path(__file__).with_name("asyncio.txt")
HANG_SECONDS = 10
OLDEST = (3, 11)

SHUTDOWN = ((3, 13), "asyncio.Queue.shutdown is new in 3.13")
FORWARDING = ((3, 13), "older versions lose the notification of a cancelled Condition.wait (gh-112202)")

PROBES = {}


def probe(name, needs=None):
    """Registers a probe. `needs` is the oldest Python version that can run it, and the reason."""

    def register(function):
        PROBES[name] = (function, needs)
        return function

    return register


async def turns(count=8):
    """Lets the other tasks run for `count` turns of the event loop, which is enough for every chain of wakes here."""
    for _ in range(count):
        await asyncio.sleep(0)


async def spawn(*coroutines):
    """Starts the coroutines as tasks, in order, and lets each run until it has to wait."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    await turns()
    return tasks


async def finish(tasks):
    await asyncio.gather(*tasks, return_exceptions=True)


def message_of(error_type, function, *args):
    """The message with which `function` fails. The text for a call that succeeds matches no golden line."""
    try:
        function(*args)
    except error_type as error:
        return str(error)
    return "no error"


async def outcome(awaitable):
    """The value of an awaitable, or the name of its exception."""
    try:
        return await awaitable
    except Exception as error:
        return type(error).__name__


async def take(lock, name, log):
    """Acquires `lock` (a Lock or a Semaphore) and logs `name`, or logs `c<name>` if it is cancelled."""
    try:
        await lock.acquire()
    except asyncio.CancelledError:
        log.append(f"c{name}")
        raise
    log.append(name)


async def pass_through(lock, name, log):
    """Acquires `lock` and releases it."""
    await take(lock, name, log)
    lock.release()


async def wait_once(condition, name, log):
    """Waits for `condition`, and logs a notification (`n`) or a cancellation (`c`, with the state of the lock)."""
    async with condition:
        try:
            await condition.wait()
        except asyncio.CancelledError:
            log.append(f"c{name} locked={condition.locked()}")
            raise
        log.append(f"n{name}")


# Lock


@probe("P1")
async def a_releaser_that_locks_again_goes_to_the_back():
    lock, order = asyncio.Lock(), []
    await lock.acquire()
    tasks = await spawn(*(pass_through(lock, name, order) for name in range(3)))
    lock.release()
    locked = lock.locked()
    await pass_through(lock, "me", order)
    await finish(tasks)
    return [
        f"lock: locked() just after release with waiters: {locked} ;"
        f" order when releaser re-acquires at once: {order}"
    ]


@probe("P2")
async def a_cancelled_lock_grant_goes_to_the_next():
    lock, order = asyncio.Lock(), []
    await lock.acquire()
    tasks = await spawn(*(pass_through(lock, name, order) for name in range(3)))
    lock.release()
    tasks[0].cancel()
    await finish(tasks)
    return [f"lock: head woken then cancelled -> {order}"]


@probe("P2b")
async def an_unlocked_lock_cannot_be_released():
    try:
        asyncio.Lock().release()
    except RuntimeError as error:
        return [f"release unlocked: {error!r}"]
    return ["release unlocked: no error"]


# Semaphore


@probe("P3")
async def a_permit_is_handed_over_and_survives_a_cancel():
    semaphore, order = asyncio.Semaphore(1), []
    await semaphore.acquire()
    tasks = await spawn(*(take(semaphore, name, order) for name in range(2)))
    semaphore.release()
    after_release = (semaphore._value, semaphore.locked())
    tasks[0].cancel()
    await finish(tasks)
    return [
        f"sem: value/locked right after release w/ waiters {after_release} ;"
        f" head cancelled after grant -> {order} value {semaphore._value}"
    ]


@probe("P3b")
async def a_semaphore_has_no_upper_bound():
    semaphore = asyncio.Semaphore(1)
    semaphore.release()
    semaphore.release()
    return [f"Semaphore over-release value: {semaphore._value}"]


@probe("P3c")
async def a_semaphore_cannot_start_below_zero():
    return [message_of(ValueError, asyncio.Semaphore, -1)]


@probe("P4")
async def a_bounded_semaphore_refuses_an_over_release():
    return [f"bounded: {message_of(ValueError, asyncio.BoundedSemaphore(1).release)}"]


async def bounded_with_a_granted_waiter():
    """A semaphore with bound 1 and one waiter. The permit was granted to the waiter, which has not run."""
    semaphore = asyncio.BoundedSemaphore(1)
    await semaphore.acquire()
    tasks = await spawn(semaphore.acquire())
    semaphore.release()
    return semaphore, tasks


@probe("P4b")
async def a_bogus_release_slips_by_while_a_grant_is_under_way():
    semaphore, tasks = await bounded_with_a_granted_waiter()
    second = message_of(ValueError, semaphore.release)
    value = semaphore._value
    await finish(tasks)
    return [f"2nd release while granted waiter has not run: {second}; value {value}"]


@probe("P4c")
async def the_next_bogus_release_is_refused():
    semaphore, tasks = await bounded_with_a_granted_waiter()
    semaphore.release()
    third = message_of(ValueError, semaphore.release)
    await finish(tasks)
    return [f"third release -> {third}"]


@probe("P4d")
async def an_empty_bounded_semaphore_refuses_any_release():
    try:
        asyncio.BoundedSemaphore(0).release()
    except ValueError as error:
        return [f"BoundedSemaphore(0).release(): {type(error).__name__}"]
    return ["BoundedSemaphore(0).release(): no error"]


# Event


@probe("P5")
async def set_then_clear_wakes_all_who_waited():
    event, seen = asyncio.Event(), []

    async def waiter(name):
        seen.append((name, await event.wait(), event.is_set()))

    tasks = await spawn(*(waiter(name) for name in range(3)))
    event.set()
    event.clear()
    await finish(tasks)
    return [f"event set();clear(): {seen}"]


@probe("P5b")
async def a_late_waiter_is_not_woken():
    event = asyncio.Event()
    early = await spawn(event.wait())
    event.set()
    event.clear()
    (late,) = await spawn(event.wait())
    pending = early[0].done() and not late.done()
    late.cancel()
    await finish([*early, late])
    return [f"late waiter pending: {pending}"]


# Condition


@probe("P6")
async def a_condition_needs_its_lock():
    condition = asyncio.Condition()
    lines = [message_of(RuntimeError, condition.notify), message_of(RuntimeError, condition.notify_all)]
    try:
        await condition.wait()
    except RuntimeError as error:
        lines.append(str(error))
    return lines


@probe("P6b", needs=FORWARDING)
async def a_cancelled_notification_goes_to_the_next():
    condition, log = asyncio.Condition(), []
    tasks = await spawn(*(wait_once(condition, name, log) for name in range(2)))
    async with condition:
        condition.notify()
        tasks[0].cancel()
        await turns()
        held = list(log)
    await finish(tasks)
    return [f"notified-then-cancelled: while lock held {held} ; after {log}"]


@probe("P6c")
async def anyone_may_notify_while_someone_holds_the_lock():
    condition = asyncio.Condition()
    await condition.acquire()

    async def stranger():
        return message_of(RuntimeError, condition.notify)

    (task,) = await spawn(stranger())
    condition.release()
    verdict = "allowed" if await task == "no error" else task.result()
    return [f"notify by non-owner while locked: {verdict}"]


@probe("P6d")
async def wait_for_gives_the_predicates_value():
    condition, state = asyncio.Condition(), {"value": 0}

    async def waiter():
        async with condition:
            return await condition.wait_for(lambda: state["value"] and f"val{state['value']}")

    (task,) = await spawn(waiter())
    async with condition:
        condition.notify()
    await turns()
    async with condition:
        state["value"] = 7
        condition.notify()
    return [f"wait_for returns {await task}"]


@probe("P6e", needs=FORWARDING)
async def a_cancelled_wait_wakes_another_even_if_it_was_not_notified():
    condition, log = asyncio.Condition(), []
    tasks = await spawn(*(wait_once(condition, name, log) for name in range(2)))
    tasks[0].cancel()
    await turns()
    woken = list(log)
    tasks[1].cancel()
    await finish(tasks)
    return [f"cancel un-notified waiter; other woken spuriously? {woken}"]


@probe("P6f")
async def a_cancelled_wait_still_takes_the_lock_first():
    condition, log = asyncio.Condition(), []
    (task,) = await spawn(wait_once(condition, 5, log))
    await condition.acquire()
    for _ in range(3):
        task.cancel()
        await turns()
    early = task.done()
    condition.release()
    await finish([task])
    return [
        f"cancelled 3x while lock held by other: done early? {early} ;"
        f" after release {log} {task.cancelled()}"
    ]


# Queue


@probe("P7")
async def a_woken_putter_can_be_overtaken():
    queue = asyncio.Queue(1)
    queue.put_nowait("first")
    tasks = await spawn(queue.put("x"), queue.put("y"))
    queue.get_nowait()
    queue.put_nowait("barge")
    await turns()
    delivery = []
    while len(delivery) < 3:
        delivery.append(queue.get_nowait())
        await turns()
    await finish(tasks)
    lost = delivery.index("y") < delivery.index("x")
    return [
        f"queue: woken putter overtaken by put_nowait; delivery {delivery}"
        f" (x woken first, lost its place: {lost} )"
    ]


@probe("P7b")
async def a_woken_getter_can_be_overtaken():
    queue, got = asyncio.Queue(), []

    async def getter(name):
        got.append((name, await queue.get()))

    tasks = await spawn(getter(0), getter(1))
    queue.put_nowait(1)
    stolen = queue.get_nowait()
    await turns()
    for item in (2, 3):
        queue.put_nowait(item)
        await turns()
    await finish(tasks)
    return [f"getter overtaken: {stolen} {got}"]


@probe("P7c")
async def one_task_done_too_many():
    return [message_of(ValueError, asyncio.Queue().task_done)]


@probe("P7d")
async def a_capacity_below_zero_means_no_bound():
    queue = asyncio.Queue(-5)
    queue.put_nowait("item")
    return [f"maxsize<0 full(): {queue.full()} maxsize {queue.maxsize}"]


@probe("P8", needs=SHUTDOWN)
async def shutdown_lets_the_rest_be_taken():
    queue, seen = asyncio.Queue(1), []
    queue.put_nowait(1)
    (putter,) = await spawn(queue.put(2))
    queue.shutdown()
    seen.append(("put", await outcome(putter)))
    seen.append(("get", await outcome(queue.get())))
    seen.append(("get2", await outcome(queue.get())))
    seen.append(("put2", await outcome(queue.put(3))))

    async def get_nowait():
        return queue.get_nowait()

    seen.append(("gn", await outcome(get_nowait())))
    (joiner,) = await spawn(queue.join())
    seen.append(("join pending", not joiner.done()))
    queue.task_done()
    seen.append(("join", await outcome(joiner)))
    return [f"shutdown(): {seen}"]


async def shut_down_at_once_with_one_item_in_work():
    """A queue after three puts, one get, and an immediate shutdown, with a task that joins."""
    queue = asyncio.Queue()
    for item in range(3):
        queue.put_nowait(item)
    queue.get_nowait()
    (joiner,) = await spawn(queue.join())
    queue.shutdown(immediate=True)
    await turns()
    return queue, joiner


@probe("P8b", needs=SHUTDOWN)
async def an_immediate_shutdown_still_counts_items_in_work():
    queue, joiner = await shut_down_at_once_with_one_item_in_work()
    state = (queue.qsize(), queue._unfinished_tasks, joiner.done())
    queue.task_done()
    await turns()
    return [
        f"shutdown(immediate) 3 put,1 in work: qsize,unfinished,join done = {state} ;"
        f" after task_done join done {joiner.done()}"
    ]


@probe("P8c", needs=SHUTDOWN)
async def task_done_is_refused_once_all_is_done():
    queue, joiner = await shut_down_at_once_with_one_item_in_work()
    queue.task_done()
    await finish([joiner])
    return [message_of(ValueError, queue.task_done)]


@probe("P8d", needs=SHUTDOWN)
async def shutdown_ends_blocked_getters():
    queue = asyncio.Queue()
    tasks = await spawn(*(queue.get() for _ in range(3)))
    queue.shutdown()
    outcomes = [(name, await outcome(task)) for name, task in enumerate(tasks)]
    return [f"blocked getters on shutdown {outcomes}"]


@probe("P8e", needs=SHUTDOWN)
async def shutdown_may_be_repeated():
    queue = asyncio.Queue()
    queue.shutdown()
    second = message_of(Exception, queue.shutdown)
    return [f"2nd shutdown {'ok' if second == 'no error' else second}"]


@probe("P9")
async def the_order_of_the_other_queues():
    orders = []
    for kind in (asyncio.PriorityQueue, asyncio.LifoQueue):
        queue = kind()
        for item in (3, 1, 2):
            queue.put_nowait(item)
        orders.append([queue.get_nowait() for _ in range(3)])
    return [f"{orders[0]} {orders[1]}"]


def golden_lines():
    """The stored lines by probe name, in the order of the file."""
    stored = {}
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            stored.setdefault(line.split(" ", 1)[0], []).append(line)
    return stored


def run(name, function):
    """The lines that a probe prints on this Python, each preceded by the name of the probe."""

    async def bounded():
        return await asyncio.wait_for(function(), HANG_SECONDS)

    try:
        lines = asyncio.run(bounded())
    except asyncio.TimeoutError:
        lines = [f"hangs: not done within {HANG_SECONDS} seconds"]
    except Exception as error:
        lines = [f"fails: {error!r}"]
    return [f"{name} {line}" for line in lines]


def main():
    arguments = argparse.ArgumentParser(description="Compares asyncio with the golden traces in asyncio.txt.")
    arguments.add_argument("--print", action="store_true", help="print the lines, and compare nothing")
    only_print = arguments.parse_args().print
    if sys.version_info < OLDEST:
        print(f"Python {'.'.join(map(str, OLDEST))} or newer is needed, this is {platform.python_version()}")
        return 2

    stored = golden_lines()
    compared, skipped, differing = 0, {}, []
    for name, (function, needs) in PROBES.items():
        if needs and sys.version_info < needs[0]:
            skipped.setdefault(needs[1], []).append(name)
            continue
        seen = run(name, function)
        compared += 1
        if only_print:
            print(*seen, sep="\n")
        elif seen != stored.get(name, []):
            differing.append(name)
            diff = difflib.unified_diff(stored.get(name, []), seen, GOLDEN.name, "this Python", lineterm="")
            print(f"{name} ({function.__name__}) differs:", *diff, sep="\n  ")
    for reason, names in skipped.items():
        print(f"skipped {', '.join(names)}: {reason}", file=sys.stderr)
    if only_print:
        return 0

    unknown = sorted(stored.keys() - PROBES.keys())
    if unknown:
        print(f"{GOLDEN.name} has lines without a probe: {', '.join(unknown)}")
    print(
        f"CPython {platform.python_version()}: {compared} probes compared,"
        f" {sum(map(len, skipped.values()))} skipped, {len(differing)} differ"
    )
    return 1 if differing or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
