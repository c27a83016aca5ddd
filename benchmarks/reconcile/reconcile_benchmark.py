#!/usr/bin/env python3
"""Reconciling a big bill, beside DuckDB's outer join of the same files.

  reconcile_benchmark.py DRAWDOWN DIRECTORY [--rounds N] [--memory SIZE]

DIRECTORY is what make_month wrote. One program after the other in every round,
from start to end and from the page cache; prints medians, the median of the
rounds' ratios, that of the least times, where others work on the machine too,
and peak memory. DuckDB joins by what reconcile compares: SKU
and hour, and with --tenant-tag tenant, SKU and hour, which is the grain of the
ledger. It does each once alone, and once it also looks for rows that are equal
in every column, as reconcile does. The join answers with four counts,
reconcile with totals and findings, and once more by tenant with a line of CSV
for each item. DuckDB (npm's @duckdb/node-api, installed in the folder that
$NODE_MODULES names) is left out with a message where it or node is missing.
Also: a plain reading of the bill, and `bill summary`, which reads all of it and
compares nothing.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "duckdb_peer.mjs")


def run(command, wanted):
    """Seconds, peak bytes and first line of a program whose exit status is in
    `wanted`."""
    start = time.monotonic()
    # To files: what is written to a pipe waits for whoever reads it.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        first = out.readline()
        err.seek(0)
        errors = err.read()
    if process.returncode not in wanted:
        sys.exit("%s: exit status %d\n%s" % (" ".join(command),
                                             process.returncode,
                                             errors.decode(errors="replace")))
    return {"seconds": seconds, "peak": usage.ru_maxrss * 1024,
            "cpu": usage.ru_utime + usage.ru_stime, "out": first}


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
    reconcile = [arguments.drawdown, "--ledger",
                 os.path.join(arguments.directory, "ledger"), "reconcile",
                 "--contract", "month", "--period", "2026-10",
                 "--at", "2026-11-02T00:00:00Z", *memory, bill]
    tenants = ["--tenant-tag", "tenant"]
    ours = {"sku": "reconcile", "tenant": "reconcile --tenant-tag"}
    programs = {
        "plain reading (wc -l)": (["wc", "-l", bill], (0,)),
        "bill summary": ([arguments.drawdown, "bill", "summary", bill], (0,)),
        ours["sku"]: ([*reconcile, "--format", "table"], (0, 1)),
        ours["tenant"]: ([*reconcile, *tenants, "--format", "table"], (0, 1)),
        "the same, items as CSV": ([*reconcile, *tenants, "--format", "csv"],
                                   (0, 1)),
    }
    peers = {}  # the name of ours that gives the same answer
    missing = duckdb_missing(arguments.directory)
    if missing:
        print("DuckDB is left out: " + missing)
    else:
        for grain, name in ours.items():
            peer = ["node", PEER, arguments.directory, grain]
            for title, command in ((grain, peer),
                                   (grain + ", copies", peer + ["--copies"])):
                programs["DuckDB by " + title] = (command, (0,))
                peers["DuckDB by " + title] = name
    rounds = {name: [] for name in programs}
    for _ in range(arguments.rounds):
        for name, (command, wanted) in programs.items():
            rounds[name].append(run(command, wanted))
    print("%.0f MB, %d rounds, load %.1f, medians:"
          % (size / 1e6, arguments.rounds, os.getloadavg()[0]))
    for name, results in rounds.items():
        seconds = statistics.median(r["seconds"] for r in results)
        print("%-24s %7.2f s (least %.2f) %6.0f MB/s  processor %6.2f s  "
              "peak %4.0f MB"
              % (name, seconds, min(r["seconds"] for r in results),
                 size / 1e6 / seconds,
                 statistics.median(r["cpu"] for r in results),
                 max(r["peak"] for r in results) / 1e6))
    for name, ours_name in peers.items():
        pairs = list(zip(rounds[name], rounds[ours_name]))
        print("%s, without its start: %s"
              % (name, rounds[name][0]["out"].decode().strip()))
        joins = [json.loads(peer["out"])["seconds"] for peer, _ in pairs]
        times = [own["seconds"] for _, own in pairs]
        print("%s / %s: %.2f x (median of the rounds' ratios), %.2f x (least "
              "of each), processor %.2f x, peak memory %.2f x"
              % (name, ours_name,
                 statistics.median(j / t for j, t in zip(joins, times)),
                 min(joins) / min(times),
                 statistics.median(peer["cpu"] / own["cpu"]
                                   for peer, own in pairs),
                 max(own["peak"] for _, own in pairs) /
                 min(json.loads(p["out"])["peak_bytes"] for p, _ in pairs)))


if __name__ == "__main__":
    main()
