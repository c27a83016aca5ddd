"""Threads, forks, spawned processes, and processes that are killed."""
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time

import drawdown
import pytest
from conftest import POOL

WORKER = """
import sys, drawdown
ledger = drawdown.Ledger(sys.argv[1])
meter = ledger.meter("acme/" + sys.argv[2], "aws/us-east-1/gb200")
print("counting", flush=True)
for line in sys.stdin:
    for _ in range(int(line)):
        meter.record(1)
    print(line, end="", flush=True)
"""


def counted(ledger):
    ledger.drain()
    rows = ledger.usage()
    return int(sum(rows.column("gpu_seconds")) * 1_000_000)


def test_threads_count_on_one_meter(books):
    meter = books.meter("acme", POOL)
    threads = [threading.Thread(target=lambda: [meter.record(1) for _ in range(5000)])
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert books.drain().gpu_us == 20000


def test_waiting_calls_let_other_threads_run(tmp_path):
    # One thread waits for the writer lock that another process holds stopped.
    ledger = drawdown.Ledger(tmp_path / "books", create=True)
    turns = []
    thread = threading.Thread(target=lambda: [ledger.drain() for _ in range(20)])
    thread.start()
    while thread.is_alive():
        turns.append(1)
        time.sleep(0)
    thread.join()
    assert len(turns) > 1


def test_a_forked_child_opens_again_and_goes_on_counting(books, tmp_path):
    meter = books.meter("acme", POOL)
    meter.record(1)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            meter.record(10)
            try:
                books.runs()
            except drawdown.ForkedError:
                with drawdown.Ledger(tmp_path / "books") as again:
                    again.meter("acme", POOL).record(100)
                    code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    assert counted(books) == 111


def spawned(directory, amount):
    with drawdown.Ledger(directory) as ledger:
        ledger.meter("acme/spawned", POOL).record(amount)


def test_spawned_processes_count(books, tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=spawned, args=(tmp_path / "books", 7)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert counted(books) == 14


def test_killed_workers_lose_nothing(books, tmp_path):
    seed = int(os.environ.get("DRAWDOWN_SEED", random.randrange(1 << 32)))
    print(f"DRAWDOWN_SEED={seed}")
    rng = random.Random(seed)
    acknowledged = most = 0
    for round_number in range(3):
        workers = []
        for i in range(3):
            worker = subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path / "books"), str(i)],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert worker.stdout.readline() == "counting\n"
            workers.append(worker)
        for worker in workers:
            amount = rng.randrange(1, 2000)
            worker.stdin.write(f"{amount}\n")
            worker.stdin.flush()
            assert worker.stdout.readline() == f"{amount}\n"
            acknowledged += amount
            # Of what it is asked for now, any part may be counted.
            worker.stdin.write("100000\n")
            worker.stdin.flush()
            most += 100000
        time.sleep(rng.random() / 20)
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            worker.stdin.close()
            worker.stdout.close()
        first = counted(books)
        assert acknowledged <= first <= acknowledged + most
        assert counted(books) == first, "counted twice"
    assert books.verify() == []


@pytest.mark.parametrize("order", ["ledger first", "meter first", "table first"])
def test_objects_die_in_any_order(tmp_path, order):
    ledger = drawdown.Ledger(tmp_path / "books", create=True)
    meter, table = ledger.meter("acme", POOL), ledger.runs()
    if order == "ledger first":
        del ledger
        meter.record(1)
        assert len(table) == 0
    elif order == "meter first":
        del meter
        assert ledger.drain().gpu_us == 0
    else:
        del table
        meter.record(1)
        assert ledger.drain().gpu_us == 1
