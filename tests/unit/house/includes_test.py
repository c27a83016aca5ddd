#!/usr/bin/env python3
"""Reads every include of the tree against the table of docs/design/house.md.

Each module of src/ may include the public value headers, itself and the modules
its row allows; lmdb.h is included by src/store alone, and public headers include
nothing of src/. The CMake module lists must not allow more than the table.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')

# Public headers of plain values: any module may include them.
VALUE_HEADERS = {
    "bill.h", "bill_check.h", "bill_files.h", "capacity.h", "close.h", "contract.h", "export.h", "forecast.h", "ghost.h", "hold.h", "import.h",
    "inspect.h", "live.h", "meter.h", "policy.h", "quota.h", "ratio.h",
    "reconcile.h", "refund.h", "report.h", "run.h", "statement.h", "status.h", "tenant.h",
    "terms.h", "units.h",
    "usage.h",
}


def allowed_modules():
    """The table of docs/design/house.md: module -> modules it may include."""
    rows = {}
    for line in (ROOT / "docs/design/house.md").read_text().splitlines():
        match = re.match(r"\| `(\w+)` \|([^|]*)\|", line)
        if match:
            rows[match[1]] = set(re.findall(r"`(\w+)`", match[2]))
    return rows


def files(folder):
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix in (".h", ".cc"):
            yield path


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1] == '"', match[2]


def check_module_file(path, module, allowed, problems):
    for number, quoted, name in includes(path):
        where = f"{path.relative_to(ROOT)}:{number}"
        if name == "lmdb.h" and module != "store":
            problems.append(f"{where}: only src/store includes lmdb.h")
        if not quoted:
            continue
        folder, _, rest = name.partition("/")
        if folder == "drawdown" and rest.startswith("v1/"):
            folder = "proto"
        if folder == "drawdown":
            public = allowed | {module}
            its_own = rest == module + ".h"
            if rest not in VALUE_HEADERS and not its_own \
                    and not public & {"public", "engine"}:
                problems.append(f"{where}: {module} may not include {name}")
        elif folder in TABLE and folder != module and folder not in allowed:
            problems.append(f"{where}: {module} may not include {folder}/")


def check_cmake(module, allowed, problems):
    text = (ROOT / "src" / module / "CMakeLists.txt").read_text()
    listed = re.search(r"MODULES\s+([\w\s]+?)(LIBRARIES|\))", text)
    for name in (listed[1].split() if listed else []):
        if name not in allowed:
            problems.append(
                f"src/{module}/CMakeLists.txt: {module} may not link {name}")


TABLE = allowed_modules()


def main():
    problems = []
    modules = {p.parent.name for p in (ROOT / "src").glob("*/CMakeLists.txt")}
    for module in sorted(modules):
        if module not in TABLE:
            problems.append(f"src/{module}: not in docs/design/house.md")
            continue
        for path in files(f"src/{module}"):
            check_module_file(path, module, TABLE[module], problems)
        check_cmake(module, TABLE[module], problems)
    for path in files("include/drawdown"):
        for number, quoted, name in includes(path):
            if quoted and not name.startswith(("drawdown/", "absl/")):
                problems.append(
                    f"{path.relative_to(ROOT)}:{number}: a public header "
                    f"includes {name}")
    for problem in problems:
        print(problem)
    return 1 if problems or len(TABLE) < 12 else 0


if __name__ == "__main__":
    sys.exit(main())
