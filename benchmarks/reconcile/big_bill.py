#!/usr/bin/env python3
"""Peak memory of reconciling a bill of 10 GB, of which no row may be kept.

  big_bill.py BUILD_DIR [--rows N] [--directory D] [--keep]

Generates the month with make_month (10 GB of bill beside its ledger for the
default 14,300,000 rows; what is there already is used), reconciles it with the
default --memory, and samples the resident memory of the program ten times a
second: in all, and without the pages of the ledger's file, which the system can
take back. Prints the peaks and exits 1 over 256 MB in all. D is made in $TMPDIR
and removed again, unless it is given or --keep is.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

BOUND = 256e6


def resident(pid):
    """All of it, and what belongs to no file; 0 when it has gone."""
    found = {}
    try:
        with open("/proc/%d/status" % pid) as status:
            for line in status:
                name, _, value = line.partition(":")
                if name in ("VmRSS", "RssAnon"):
                    found[name] = int(value.split()[0]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found.get("VmRSS", 0), found.get("RssAnon", 0)


def reconcile(drawdown, directory, out):
    """Seconds, peaks in bytes, and what was said."""
    start = time.monotonic()
    process = subprocess.Popen(
        [drawdown, "--ledger", os.path.join(directory, "ledger"), "reconcile",
         "--contract", "month", "--period", "2026-10", "--at",
         "2026-11-02T00:00:00Z", "--format", "csv",
         os.path.join(directory, "bill.csv")],
        stdout=out, stderr=subprocess.PIPE)
    peak = anonymous = samples = 0
    while process.poll() is None:
        now, own = resident(process.pid)
        peak, anonymous = max(peak, now), max(anonymous, own)
        samples += 1
        time.sleep(0.1)
    seconds = time.monotonic() - start
    if process.returncode not in (0, 1):
        sys.exit("reconcile: exit status %d\n%s"
                 % (process.returncode, process.stderr.read().decode()))
    return seconds, peak, anonymous, samples


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--rows", type=int, default=14_300_000)
    parser.add_argument("--directory")
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    directory = arguments.directory or tempfile.mkdtemp(prefix="big-bill-")
    bill = os.path.join(directory, "bill.csv")
    try:
        if not os.path.exists(bill):
            subprocess.run(
                [os.path.join(arguments.build,
                              "benchmarks/reconcile/make_month"),
                 directory, "--rows", str(arguments.rows)], check=True)
        with tempfile.TemporaryFile() as out:
            seconds, peak, anonymous, samples = reconcile(
                os.path.join(arguments.build, "src/cli/drawdown"), directory,
                out)
            items = out.seek(0) or sum(1 for _ in out) - 1
        size = os.path.getsize(bill)
        print("%.2f GB in %.1f s, %.0f MB/s, load %.1f: %d items; peak memory "
              "%.0f MB, %.0f MB without pages of files (%d samples)"
              % (size / 1e9, seconds, size / 1e6 / seconds, os.getloadavg()[0],
                 items, peak / 1e6, anonymous / 1e6, samples))
        sys.exit(0 if peak <= BOUND else 1)
    finally:
        if not arguments.directory and not arguments.keep:
            shutil.rmtree(directory)


if __name__ == "__main__":
    main()
