"""Threads, forks, spawned processes, and processes that are stuck."""
import datetime
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import drawdown
import pytest
from conftest import POOL, instant

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


WRITER = """
import datetime, itertools, sys, drawdown
ledger = drawdown.Ledger(sys.argv[1], drain_interval=datetime.timedelta(0))
now = datetime.datetime.now(datetime.timezone.utc)
print("writing", flush=True)
for i in itertools.count():
    ledger.start_run(f"w{i}", "writer", "aws/us-east-1/gb200", 1, now)
"""


@pytest.fixture
def stuck_writer(tmp_path):
    """A process that is stopped while it holds the writer lock of the ledger "books"."""
    drawdown.Ledger(tmp_path / "books", create=True).close()
    writer = subprocess.Popen([sys.executable, "-c", WRITER, tmp_path / "books"],
                              stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout.readline() == "writing\n"
        probe = drawdown.Ledger(tmp_path / "books",
                                lock_timeout=datetime.timedelta(milliseconds=100),
                                drain_interval=datetime.timedelta(0))
        for i in range(1000):
            writer.send_signal(signal.SIGSTOP)
            try:
                probe.set_quota(f"probe/{i}", gpu_hours=1)
            except drawdown.BusyError:
                break
            writer.send_signal(signal.SIGCONT)
            time.sleep(0.001)
        else:
            pytest.fail("the writer was never stopped inside a write")
        yield writer
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()


def test_a_stuck_writer_makes_calls_busy_at_their_deadline(stuck_writer, tmp_path):
    deadline = datetime.timedelta(milliseconds=300)
    ledger = drawdown.Ledger(tmp_path / "books", lock_timeout=deadline,
                             drain_interval=datetime.timedelta(0))
    for write in (lambda: ledger.set_quota("acme", gpu_hours=1),
                  lambda: ledger.start_run("r", "acme", POOL, 1, instant(9)),
                  lambda: ledger.place_hold("h", "acme", POOL, 1),
                  lambda: ledger.meter("acme", POOL)):
        start = time.monotonic()
        with pytest.raises(drawdown.BusyError, match=str(stuck_writer.pid)) as raised:
            write()
        assert time.monotonic() - start >= deadline.total_seconds()
        assert (raised.value.code, raised.value.detail) == (306, "busy")
    stuck_writer.kill()
    stuck_writer.wait()
    assert ledger.set_quota("acme", gpu_hours=1)
    assert "r" not in ledger.runs().column("run_id") and len(ledger.holds()) == 0


def test_a_call_that_waits_lets_other_threads_run(stuck_writer, tmp_path):
    ledger = drawdown.Ledger(tmp_path / "books", lock_timeout=datetime.timedelta(seconds=20),
                             drain_interval=datetime.timedelta(0))
    answers = []
    calls = threading.Event()

    def wait():
        calls.set()
        answers.append(ledger.set_quota("acme", gpu_hours=1))
    thread = threading.Thread(target=wait)
    thread.start()
    calls.wait()
    # With the GIL this thread would first go on when the other has given up.
    for _ in range(200):
        time.sleep(0.001)
    assert thread.is_alive() and not answers
    stuck_writer.send_signal(signal.SIGCONT)
    thread.join()
    assert answers == [True]


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
