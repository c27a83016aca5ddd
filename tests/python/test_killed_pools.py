"""Pools of workers that are killed with SIGKILL: the books have what was acknowledged, exactly.

Each worker says in shared memory what it is about to do, does it, and says that it is
done. So of each worker the books have what is done, or that and the one call in flight:
one of two numbers, and no other. DRAWDOWN_SEED=N repeats a run, DRAWDOWN_ROUNDS=N
makes it longer.
"""
import concurrent.futures
import contextlib
import ctypes
import datetime
import multiprocessing
import os
import random
import signal
import time

import drawdown
import pytest
from conftest import POOL

WORKERS = 3
PATIENCE = datetime.timedelta(minutes=2)  # Of a machine that is busy with other tests.
NOW = datetime.datetime.now(datetime.timezone.utc)


class Said(ctypes.Structure):
    """What one worker says: amounts in GPU-microseconds, and runs."""

    _fields_ = [("pid", ctypes.c_int64), ("begun", ctypes.c_int64), ("done", ctypes.c_int64),
                ("runs_begun", ctypes.c_int64), ("runs_done", ctypes.c_int64)]


class Inherited:
    """Of the parent: what a forked child finds."""

    meters = None


def begin(directory, said):
    """Runs first in every worker."""
    Inherited.directory, Inherited.said = directory, said


def work(index, seed):
    """Counts until it is killed."""
    rng = random.Random(seed)
    said = Inherited.said[index]
    ledger = drawdown.Ledger(Inherited.directory, lock_timeout=PATIENCE)
    meters = [ledger.meter(f"acme/{index}", POOL)]
    if Inherited.meters is not None:
        meters.append(Inherited.meters[index])  # Counts in the child as well.
    while True:
        amount = rng.randrange(1, 1000)
        said.begun += amount
        rng.choice(meters).record(amount)
        said.done += amount
        if rng.randrange(100) == 0:
            said.runs_begun += 1
            ledger.start_run(f"{index}-{said.runs_begun}", "runs", POOL, 0, NOW)
            said.runs_done += 1
        said.pid = os.getpid()


class Pool:
    """multiprocessing.Pool"""

    def __init__(self, context, directory, said):
        self._pool = context.Pool(WORKERS, begin, (directory, said))

    def start(self, seeds):
        self._results = [self._pool.apply_async(work, (index, seed))
                         for index, seed in enumerate(seeds)]

    def raise_if_any(self):
        for result in self._results:
            if result.ready():
                result.get()

    def end(self):
        self._pool.terminate()
        self._pool.join()


class Executor:
    """concurrent.futures.ProcessPoolExecutor"""

    def __init__(self, context, directory, said):
        self._pool = concurrent.futures.ProcessPoolExecutor(WORKERS, context, begin,
                                                            (directory, said))

    def start(self, seeds):
        self._futures = [self._pool.submit(work, index, seed) for index, seed in enumerate(seeds)]

    def raise_if_any(self):
        for future in self._futures:
            if future.done():
                future.result()

    def end(self):
        for future in self._futures:
            with pytest.raises(concurrent.futures.process.BrokenProcessPool):
                future.result()
        self._pool.shutdown()


def booked(ledger):
    """GPU-microseconds by worker."""
    ledger.drain()
    return {row["tenant"]: int(row["gpu_seconds"] * 1_000_000)
            for row in ledger.usage(by=["tenant"], tenant="acme")}


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("kind", [Pool, Executor])
def test_books_after_a_pool_was_killed(tmp_path, kind, method):
    seed = int(os.environ.get("DRAWDOWN_SEED", random.randrange(1 << 32)))
    print(f"DRAWDOWN_SEED={seed}")
    rng = random.Random(seed)
    context = multiprocessing.get_context(method)
    # The parent counts and drains too, with a thread of the library's own.
    ledger = drawdown.Ledger(tmp_path / "books", create=True, lock_timeout=PATIENCE,
                             drain_interval=datetime.timedelta(milliseconds=5))
    names = [f"acme/{index}" for index in range(WORKERS)]
    meters = ledger.meters([(name, POOL) for name in names])
    Inherited.meters = meters if method == "fork" else None
    before, runs = {name: 0 for name in names}, set()
    for _ in range(int(os.environ.get("DRAWDOWN_ROUNDS", 1))):
        said = context.RawArray(Said, WORKERS)
        for index in range(WORKERS):  # Ids of runs are never used again.
            said[index].runs_begun = said[index].runs_done = len(runs)
        first = len(runs)
        pool = kind(context, tmp_path / "books", said)
        pool.start([rng.randrange(1 << 32) for _ in range(WORKERS)])
        deadline = time.monotonic() + PATIENCE.total_seconds()
        while not all(one.pid for one in said):
            pool.raise_if_any()
            assert time.monotonic() < deadline, "a worker does not work"
            time.sleep(0.001)
        # An executor that sees one of them die ends the others by itself.
        workers = [os.pidfd_open(one.pid) for one in said]
        time.sleep(rng.random() / 20)
        for worker in rng.sample(workers, WORKERS):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(worker, signal.SIGKILL)
            os.close(worker)
        pool.end()
        now = booked(ledger)
        for index, name in enumerate(names):
            one = said[index]
            assert now[name] - before[name] in (one.done, one.begun), name
            assert one.done <= one.begun < one.done + 1000
        assert booked(ledger) == now, "counted twice"
        there = set(ledger.runs(tenant="runs").column("run_id"))
        for index in range(WORKERS):
            one = said[index]
            begun = {f"{index}-{run}" for run in range(first + 1, one.runs_begun + 1)}
            acknowledged = {f"{index}-{run}" for run in range(first + 1, one.runs_done + 1)}
            assert acknowledged <= {run for run in there - runs
                                    if run.startswith(f"{index}-")} <= begun
        before, runs = now, there
    assert sum(before.values()) > 0
    ledger.close()
    with drawdown.Ledger(tmp_path / "books") as again:
        assert again.verify() == []
