#!/usr/bin/env python3
"""Meters in Python beside prometheus_client's counters, in rounds that take turns.

    python_benchmark.py [ROUNDS]

Needs the drawdown wheel; prometheus_client and numpy are left out where they are absent.
"""
import array
import os
import statistics
import subprocess
import sys
import tempfile
import time

import drawdown

CALLS = 200_000
AMOUNTS = 1_000_000


def per_call(function, argument):
    """Nanoseconds of a call."""
    calls = range(CALLS)
    start = time.perf_counter_ns()
    for _ in calls:
        function(argument)
    return (time.perf_counter_ns() - start) / CALLS


def beside(name, ours, theirs, rounds):
    """Prints the medians and the median of the rounds' ratios."""
    pairs = [(per_call(ours, 1), per_call(theirs, 1)) for _ in range(rounds)]
    mine, peer = (statistics.median(times) for times in zip(*pairs))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"meter.record {mine:.0f} ns; {name} {peer:.0f} ns; record takes {ratio:.3f} x as long, "
          f"the other {1 / ratio:.1f} x", flush=True)


def counter():
    """One of prometheus_client, of one process or of many ($PROMETHEUS_MULTIPROC_DIR)."""
    from prometheus_client import CollectorRegistry, Counter
    return Counter("gpu_us", "GPU-microseconds", registry=CollectorRegistry()).inc


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    mode = os.environ.get("DRAWDOWN_BENCHMARK_MODE")
    with tempfile.TemporaryDirectory() as scratch:
        with drawdown.Ledger(scratch + "/books", create=True) as ledger:
            meter = ledger.meter("acme", "aws/us-east-1/gb200")
            if mode == "multiprocess":
                beside("Counter.inc, multiprocess", meter.record, counter(), rounds)
                return
            print(f"load average {os.getloadavg()[0]:.1f}")
            for kind, amounts in buffers():
                times = []
                for _ in range(rounds):
                    start = time.perf_counter_ns()
                    meter.record_many(amounts)
                    times.append((time.perf_counter_ns() - start) / 1e6)
                print(f"record_many of {AMOUNTS:,} int64 in {kind}: "
                      f"{statistics.median(times):.3f} ms")
            try:
                inc = counter()
            except ImportError:
                print("prometheus_client is not installed: left out")
                return
            beside("Counter.inc", meter.record, inc, rounds)
        # prometheus_client chooses when it is imported.
        environment = dict(os.environ, DRAWDOWN_BENCHMARK_MODE="multiprocess",
                           PROMETHEUS_MULTIPROC_DIR=scratch)
        subprocess.run([sys.executable, __file__, str(rounds)], env=environment, check=True)


def buffers():
    yield "array", array.array("q", [3]) * AMOUNTS
    try:
        import numpy
    except ImportError:
        print("numpy is not installed: left out")
        return
    yield "numpy", numpy.full(AMOUNTS, 3, dtype="int64")


if __name__ == "__main__":
    main()
