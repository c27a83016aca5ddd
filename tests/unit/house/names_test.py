#!/usr/bin/env python3
"""No two headers of the library define a type of the same name.

Nearly everything lives in one namespace, so two such types would be one name with
two layouts: undefined behaviour that no compiler reports.
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
DEFINITION = re.compile(
    r"^(?:class|struct|enum class)\s+(?:DRAWDOWN_EXPORT\s+)?(\w+)(?!::|\w)")
NAMESPACE = re.compile(r"^namespace (\S+) \{")

places = collections.defaultdict(list)
for folder in ("include", "src"):
    for path in sorted((ROOT / folder).rglob("*.h")):
        namespace = ""
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if match := NAMESPACE.match(line):
                namespace = match[1]
            match = DEFINITION.match(line)
            if match and not line.rstrip().endswith(";"):
                places[f"{namespace}::{match[1]}"].append(
                    f"{path.relative_to(ROOT)}:{number}")

failed = False
for name, where in sorted(places.items()):
    if len(where) > 1:
        failed = True
        print(f"{name} is defined in {', '.join(where)}")
sys.exit(1 if failed or len(places) < 50 else 0)
