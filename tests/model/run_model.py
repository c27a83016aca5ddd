#!/usr/bin/env python3
"""Checks a model of live meters exhaustively, with spin.

    run_model.py [hot_path | admission]

NAME.pml is checked in each of the scenarios of NAME_cases.py: every
interleaving, no error. And in each of its defects, one line of the protocol is
changed and spin must find the check that says so: a model that cannot fail
proves nothing.

tcc compiles what is explored in a moment, gcc what takes longer; gcc does both
where there is no tcc. Exits 77, which ctest shows as skipped, without spin or
gcc.
"""

import concurrent.futures
import importlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77

# Most models take longer to be compiled by gcc than to be explored.
QUICK = ["tcc" if shutil.which("tcc") else "gcc"]


def explore(model, flags, compiler):
    """Returns (states, the check that failed or None, transcript)."""
    with tempfile.TemporaryDirectory() as where:
        def run(*command):
            return subprocess.run(command, cwd=where, text=True,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
        for command in (["spin", *flags, "-a", model],
                        [*compiler, "-w", "-DSAFETY", "-DMEMLIM=2000",
                         "-o", "pan", "pan.c"]):
            made = run(*command)
            if made.returncode != 0:
                sys.exit(f"{' '.join(command)}\n{made.stdout}")
        text = run("./pan", "-m40000", "-w22").stdout
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


def main(name="hot_path"):
    for program in ("spin", "gcc"):
        if shutil.which(program) is None:
            print(f"skipped: {program} is not installed; "
                  f"on Debian: apt-get install {program}")
            return SKIPPED
    sys.path.insert(0, FOLDER)
    cases = importlib.import_module(name + "_cases")
    model = os.path.join(FOLDER, name + ".pml")
    bad = 0
    total = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        good = [pool.submit(explore, model, flags_of(s), cases.COMPILER or QUICK)
                for _, s in cases.SCENARIOS]
        defects = [pool.submit(explore, model, flags_of(s, d), QUICK)
                   for d, s, _ in cases.DEFECTS]
        for (case, sizes), run in zip(cases.SCENARIOS, good):
            states, found, text = run.result()
            total += states
            print(f"{'ok' if found is None else found:8} {states:>10,} states"
                  f"  {case}  ({sizes})", flush=True)
            if found is not None:
                bad += 1
                print(text)
        for (case, sizes, expected), run in zip(cases.DEFECTS, defects):
            states, found, text = run.result()
            refuted = found == expected
            print(f"{'refuted' if refuted else 'MISSED':8} {states:>10,} states"
                  f"  {case} by {found}", flush=True)
            if not refuted:
                bad += 1
                print(f"expected {expected} ({sizes})\n{text}")
    print(f"{total:,} states in {len(cases.SCENARIOS)} scenarios; "
          f"{len(cases.DEFECTS)} defects")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
