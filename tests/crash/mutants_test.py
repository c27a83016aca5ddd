#!/usr/bin/env python3
"""Bit rot: a ledger file with one flipped bit is found by `verify`, or answers as before.

For each mutant `drawdown verify` must end by itself (never by a signal) with 0, 1
or 4. Where it says 0, the bit lay in space that nothing reads: usage and runs must
be unchanged, byte for byte. The names that say that this is a ledger, of its tables and
in its header, are damaged too. $DRAWDOWN_BIN is the program, $DRAWDOWN_MUTANTS the
number of mutants (default 60), $DRAWDOWN_SEED the seed.
"""
import itertools
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ["DRAWDOWN_BIN"]
MUTANTS = int(os.environ.get("DRAWDOWN_MUTANTS", "60"))
SEED = int(os.environ.get("DRAWDOWN_SEED", random.randrange(1 << 32)))
PAGE = 4096
NAMES = (b"drawdown", b"meta", b"journal", b"devices")


def run(ledger, *arguments):
    done = subprocess.run(
        [PROGRAM, "--ledger", ledger, *arguments],
        capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout


def make_ledger(folder, rng):
    rows = ["run_id,tenant,pool,gpus,start,end"]
    for i in range(3000):
        start = rng.randrange(1_000_000)
        rows.append(f"r{i},acme/t{i % 7},aws/x,{rng.randrange(1, 64)},{start},"
                    f"{start + rng.randrange(90_000)}")
    csv = folder / "runs.csv"
    csv.write_text("\n".join(rows) + "\n")
    ledger = str(folder / "ledger")
    capacity = folder / "capacity.csv"
    capacity.write_text("pool,start,end,gpus,state\n"
                        "aws/x,1970-01-01T00:00:00Z,1970-01-02T00:00:00Z,64,delivered\n")
    held = ["--pool", "aws/x", "--gpu-hours", "50", "--for"]
    for arguments in (
            ["init"], ["import", "runs", str(csv)],
            ["import", "capacity", str(capacity)],
            ["quota", "set", "acme", "--gpu-hours", "1000000000", "--per", "total"],
            ["quota", "set", "acme/t1", "--gpus", "64"],
            *(["hold", "place", f"h{i}", "--tenant", f"acme/t{i % 7}", *held,
               "1s" if i % 4 == 0 else "300d"] for i in range(40)),
            *(["hold", "settle", f"h{i}", "--gpu-hours", "20"] for i in range(5)),
            *(["run", "start", f"live{i}", "--tenant", f"acme/t{i % 7}", "--pool",
               "aws/x", "--gpus", "8", "--hold", f"h{i}"] for i in (6, 7, 9)),
            ["run", "stop", "live9", "--reason", "done"],
            ["tenant", "move", "acme/t3", "beta/t3", "--from",
             "1970-01-05T00:00:00Z"],
            ["run", "refund", "r1", "--id", "c1", "--share", "1/2", "--reason", "node"],
            ["policy", "pool", "aws/*", "--lease", "30m"]):
        code, out = run(ledger, *arguments)
        assert code == 0, (arguments, out)
    return ledger


def used_bytes(data):
    """Up to the last byte that is not zero: the rest is preallocated."""
    return len(data.rstrip(b"\0"))


def name_places(data):
    """Where the newest and older copies of NAMES are."""
    return [match.start() for name in NAMES for match in re.finditer(name, data)]


def main():
    print(f"DRAWDOWN_SEED={SEED}")
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ledger = make_ledger(folder, rng)
        at = ["--at", str(int(time.time()) + 3600)]  # Runs go on meanwhile.
        questions = [[*question, *at, "--format", "csv"] for question in (
            ["usage", "--by", "tenant,day"], ["runs"], ["holds"],
            ["quota", "list"])]
        answers = [run(ledger, *question) for question in questions]
        good = (pathlib.Path(ledger) / "data.mdb").read_bytes()
        random_places = (rng.randrange(used_bytes(good)) for _ in range(MUTANTS))
        found = unread = 0
        for at in itertools.chain(name_places(good), random_places):
            mutant = str(folder / "mutant")
            shutil.rmtree(mutant, ignore_errors=True)
            shutil.copytree(ledger, mutant)
            data = bytearray(good)
            data[at] ^= 1 << rng.randrange(8)
            (pathlib.Path(mutant) / "data.mdb").write_bytes(data)
            code, out = run(mutant, "verify")
            where = f"byte {at} (page {at // PAGE})"
            assert code in (0, 1, 4), f"{where}: verify ended with {code}\n{out}"
            if code != 0:
                found += 1
                continue
            unread += 1
            for question, answer in zip(questions, answers):
                assert run(mutant, *question) == answer, f"{where}: {question}"
        print(f"{found + unread} mutants: {found} found by verify, {unread} in space "
              "that nothing reads, 0 silent")
        assert found > MUTANTS // 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
