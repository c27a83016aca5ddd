#!/usr/bin/env python3
"""Reconciling a big bill, beside DuckDB's outer join of the same files.

  reconcile_benchmark.py DRAWDOWN DIRECTORY [--rounds N] [--memory SIZE]

DIRECTORY is what make_month wrote. One program after the other in every round,
from start to end and from the page cache; prints medians, the median of the
rounds' ratios, and peak memory. DuckDB once joins alone, and once also looks
for rows that are equal in every column, as reconcile does. It (npm's
@duckdb/node-api, installed in the folder that $NODE_MODULES names) is left out
with a message where it or node is missing. Also: a plain reading of the bill,
and `bill summary`, which reads all of it and compares nothing.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "duckdb_peer.mjs")


def run(command, wanted):
    """Seconds and peak bytes of a program whose exit status is in `wanted`."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    out = process.stdout.read()
    err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    if process.returncode not in wanted:
        sys.exit("%s: exit status %d\n%s" % (" ".join(command),
                                             process.returncode,
                                             err.decode(errors="replace")))
    return {"seconds": seconds, "peak": usage.ru_maxrss * 1024,
            "cpu": usage.ru_utime + usage.ru_stime, "out": out}


def duckdb_missing(directory):
    try:
        subprocess.run(["node", "--version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return "node is not installed"
    probe = subprocess.run(
        ["node", "--input-type=module", "-e",
         "import {createRequire} from 'node:module';"
         "createRequire((process.env.NODE_MODULES ?? '%s') + '/')"
         "('@duckdb/node-api')" % os.path.dirname(PEER)],
        capture_output=True)
    if probe.returncode != 0:
        return ("npm's @duckdb/node-api is not installed (npm install it in a "
                "folder, and name that in NODE_MODULES)")
    return ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("drawdown")
    parser.add_argument("directory")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", default="")
    arguments = parser.parse_args()
    bill = os.path.join(arguments.directory, "bill.csv")
    size = os.path.getsize(bill)
    memory = ["--memory", arguments.memory] if arguments.memory else []
    programs = {
        "plain reading (wc -l)": (["wc", "-l", bill], (0,)),
        "bill summary": ([arguments.drawdown, "bill", "summary", bill], (0,)),
        "reconcile": ([arguments.drawdown, "--ledger",
                       os.path.join(arguments.directory, "ledger"),
                       "reconcile", "--contract", "month", "--period",
                       "2026-10", "--at", "2026-11-02T00:00:00Z",
                       "--format", "csv", *memory, bill], (0, 1)),
    }
    missing = duckdb_missing(arguments.directory)
    if missing:
        print("DuckDB is left out: " + missing)
    else:
        peer = ["node", PEER, arguments.directory]
        programs["DuckDB's join"] = (peer, (0,))
        programs["DuckDB's join, copies"] = (peer + ["--copies"], (0,))
    rounds = {name: [] for name in programs}
    for _ in range(arguments.rounds):
        for name, (command, wanted) in programs.items():
            rounds[name].append(run(command, wanted))
    print("%.0f MB, %d rounds, load %.1f, medians:"
          % (size / 1e6, arguments.rounds, os.getloadavg()[0]))
    for name, results in rounds.items():
        seconds = statistics.median(r["seconds"] for r in results)
        print("%-22s %7.2f s (least %.2f) %6.0f MB/s  processor %6.2f s  "
              "peak %4.0f MB"
              % (name, seconds, min(r["seconds"] for r in results),
                 size / 1e6 / seconds,
                 statistics.median(r["cpu"] for r in results),
                 max(r["peak"] for r in results) / 1e6))
    for name in rounds:
        if not name.startswith("DuckDB"):
            continue
        pairs = list(zip(rounds[name], rounds["reconcile"]))
        print("%s, without its start: %s"
              % (name, rounds[name][0]["out"].decode().strip()))
        joins = [json.loads(peer["out"])["seconds"] / ours["seconds"]
                 for peer, ours in pairs]
        print("%s / reconcile: %.2f x (median of the rounds' ratios), "
              "peak memory %.2f x"
              % (name, statistics.median(joins),
                 max(o["peak"] for _, o in pairs) /
                 min(json.loads(p["out"])["peak_bytes"] for p, _ in pairs)))


if __name__ == "__main__":
    main()
