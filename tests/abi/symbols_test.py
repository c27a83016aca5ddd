#!/usr/bin/env python3
"""What libdrawdown_c exports is what drawdown.h declares, and every test that is
to call all of it does: the C99 test, the fuzzer, and the one whose memory fails."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRIED = r'\b(?:FailAllocations|ExpectNoAllocation|InNewThreads)\(\s*"(drawdown_\w+)"'


def called(pattern):
    names = set()
    for source in (ROOT / "tests/abi").glob(pattern):
        names |= set(re.findall(r"\b(drawdown_\w+)\(", source.read_text()))
    return names


def tried_without_memory():
    """By the name under which a call is tried, not by calls: most others only prepare."""
    names = set()
    for source in (ROOT / "tests/abi").glob("memory*_test.cc"):
        names |= set(re.findall(TRIED, source.read_text()))
    return names


def main():
    header = (ROOT / "include/drawdown/drawdown.h").read_text()
    declared = set(re.findall(r"^DRAWDOWN_C_EXPORT [\w* ]+?\b(drawdown_\w+)\(", header, re.M))
    listing = subprocess.run(["nm", "-D", "--defined-only", "-P", sys.argv[1]],
                             capture_output=True, text=True, check=True).stdout
    exported = set()
    for line in listing.splitlines():
        name, kind, *_ = line.split()
        if kind != "A":  # the version's own symbol
            exported.add(name.split("@")[0])
    tried = tried_without_memory()
    problems = []
    for what, names in (("declared, not exported", declared - exported),
                        ("exported, not declared", exported - declared),
                        ("not called by the C99 test", declared - called("c99_*.c")),
                        ("not called by the fuzzer", declared - called("call_fuzz*.cc")),
                        ("not tried without memory", declared - tried),
                        ("tried without memory, but by name alone",
                         tried - called("memory*"))):
        problems += [f"{name}: {what}" for name in sorted(names)]
    print("\n".join(problems) or f"{len(declared)} functions")
    return 1 if problems or len(declared) < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
