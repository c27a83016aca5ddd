#!/usr/bin/env python3
"""Checks the model of live meters exhaustively, with spin.

hot_path.pml is checked in each of SCENARIOS: every interleaving, no error. And
in each of DEFECTS, one line of the protocol is changed and spin must find the
check that says so: a model that cannot fail proves nothing.

Exits 77, which ctest shows as skipped, without spin or a C compiler.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hot_path.pml")
SKIPPED = 77

# What is the case, and how large. Defaults are at the top of hot_path.pml.
SCENARIOS = [
    ("stragglers over two flips, two drainers",
     "INCREMENTS=1 ADVANCES=2 KILLS=0"),
    ("two drainers, kills anywhere",
     "INCREMENTS=1 KILLS=2"),
    ("commits that fail",
     "DRAINERS=1 ROUNDS=3 FULLS=1"),
    ("two threads of a process",
     "THREADS=2 DRAINERS=1 INCREMENTS=3"),
    ("two threads in the overflow lane",
     "OVERFLOW=1 DRAINERS=1 INCREMENTS=3"),
    ("processes one after the other or at once",
     "FILES=2 DRAINERS=1 ROUNDS=3 KILLS=2 ADVANCES=0"),
    ("a query while a process dies and its file is retired",
     "READERS=1 DRAINERS=1 INCREMENTS=1"),
    ("a query during a flip",
     "READERS=1 DRAINERS=1 KILLS=0 INCREMENTS=2"),
    ("a power loss, and kills",
     "POWER=1 DRAINERS=1 ROUNDS=3 KILLS=2"),
    ("a power loss, two lanes",
     "POWER=1 THREADS=2 DRAINERS=1 KILLS=0 ADVANCES=0 INCREMENTS=3"),
    ("a power loss, two drainers",
     "POWER=1 KILLS=1 ADVANCES=0 INCREMENTS=1"),
]

# What is changed, where, and the check that must refuse it.
DEFECTS = [
    ("HALF_DONE_FLIP", "", "books_and_word_agree"),
    ("FLIP_BEFORE_COMMIT", "DRAINERS=1", "every_increment_is_in_its_bucket"),
    ("RELABEL_THE_ACTIVE_BANK", "DRAINERS=1 KILLS=0",
     "every_increment_is_in_its_bucket"),
    ("AMOUNTS_BEFORE_WATERMARKS", "DRAINERS=1 ROUNDS=3",
     "nothing_is_lost_or_doubled"),
    ("NO_WRITER_LOCK", "ADVANCES=0 KILLS=0 INCREMENTS=1",
     "watermarks_are_in_order"),
    ("RESET_COUNTERS", "", "nothing_is_lost_or_doubled"),
    ("LIVENESS_AFTER_COUNTERS", "", "retired_file_was_read_to_the_end"),
    ("LANES_BEFORE_LIVENESS", "", "retired_file_was_read_to_the_end"),
    ("UNLINK_BEFORE_COMMIT", "", "removed_file_is_in_the_books"),
    ("FORGET_WHEN_RETIRING", "DRAINERS=1 KILLS=2 ADVANCES=0 ROUNDS=3",
     "nothing_is_lost_or_doubled"),
    ("FORGET_BEFORE_SYNC",
     "POWER=1 KILLS=2 DRAINERS=1 ROUNDS=3 INCREMENTS=1 ADVANCES=0",
     "nothing_is_lost_or_doubled"),
    ("NEGATIVE_AFTER_POWER_LOSS",
     "POWER=1 KILLS=0 DRAINERS=1 ADVANCES=0", "nothing_is_lost_or_doubled"),
    ("TWO_THREADS_IN_A_LANE", "DRAINERS=1 ROUNDS=1 KILLS=0 ADVANCES=0",
     "nothing_is_lost_or_doubled"),
    ("OVERFLOW_WITHOUT_LOCK",
     "OVERFLOW=1 DRAINERS=1 ROUNDS=1 KILLS=0 ADVANCES=0",
     "nothing_is_lost_or_doubled"),
    ("READER_WITHOUT_WORD", "READERS=1 DRAINERS=1 INCREMENTS=1 KILLS=0",
     "answer_has_it_in_its_bucket"),
    ("LIST_AFTER_SNAPSHOT", "READERS=1 DRAINERS=1 INCREMENTS=1 ADVANCES=0",
     "answer_has_all_from_before"),
]


def explore(flags, optimization):
    """Returns (states, the check that failed or None, transcript)."""
    with tempfile.TemporaryDirectory() as where:
        def run(*command):
            return subprocess.run(command, cwd=where, text=True,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
        for command in (["spin", *flags, "-a", MODEL],
                        ["gcc", "-w", optimization, "-DSAFETY", "-DMEMLIM=2000",
                         "-o", "pan", "pan.c"]):
            made = run(*command)
            if made.returncode != 0:
                sys.exit(f"{' '.join(command)}\n{made.stdout}")
        text = run("./pan", "-m20000", "-w22").stdout
    states = re.search(r"(\d+) states, stored", text)
    failed = re.search(r"assertion violated (\w+)", text)
    if failed:
        found = failed.group(1)
    elif "invalid end state (" in text:
        found = "deadlock"
    elif "errors: 0" in text and "not completed" not in text:
        found = None
    else:
        found = "incomplete"
    return int(states.group(1)) if states else 0, found, text


def flags_of(sizes, defect=None):
    flags = ["-D" + size for size in sizes.split()]
    return flags + ["-DDEFECT_" + defect] if defect else flags


def main():
    for program in ("spin", "gcc"):
        if shutil.which(program) is None:
            print(f"skipped: {program} is not installed; "
                  f"on Debian: apt-get install {program}")
            return SKIPPED
    bad = 0
    total = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        good = [pool.submit(explore, flags_of(s), "-O1") for _, s in SCENARIOS]
        # Short: their compilation is what takes time.
        defects = [pool.submit(explore, flags_of(s, d), "-O0")
                   for d, s, _ in DEFECTS]
        for (name, sizes), run in zip(SCENARIOS, good):
            states, found, text = run.result()
            total += states
            print(f"{'ok' if found is None else found:8} {states:>10,} states"
                  f"  {name}  ({sizes})", flush=True)
            if found is not None:
                bad += 1
                print(text)
        for (name, sizes, expected), run in zip(DEFECTS, defects):
            states, found, text = run.result()
            refuted = found == expected
            print(f"{'refuted' if refuted else 'MISSED':8} {states:>10,} states"
                  f"  {name} by {found}", flush=True)
            if not refuted:
                bad += 1
                print(f"expected {expected} ({sizes})\n{text}")
    print(f"{total:,} states in {len(SCENARIOS)} scenarios; "
          f"{len(DEFECTS)} defects")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
