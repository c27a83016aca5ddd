"""Every trap of jobs, holds and quotas is in the golden lives or where their README says."""

import pathlib
import re
import sys

LIVES = pathlib.Path(__file__).resolve().parents[2] / "golden/lives"

named = set()
for table in LIVES.glob("*.txt"):
    for numbers in re.findall(r"\(d\) (\d+(?:, \d+)*)", table.read_text()):
        named.update(int(number) for number in numbers.split(", "))
rows = re.findall(r"^\| (\d+) \|.*\|(.*)\|$", (LIVES / "README.md").read_text(), re.M)
named.update(int(number) for number, _ in rows)
absent = sorted({*range(1, 25), *range(33, 40)} - named)
for number in absent:
    print(f"trap (d) {number} is named nowhere")
root = LIVES.parents[2]
for _, where in rows:
    for path in re.findall(r"`([^`]+\.\w+)`", where):
        found = any((base / path).exists() for base in (root, LIVES, LIVES / "../rating"))
        if not found:
            absent.append(path)
            print(f"{path} is not there")
sys.exit(1 if absent else 0)
