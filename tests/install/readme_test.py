#!/usr/bin/env python3
"""The programs and outputs that the pages show are those that the tests run."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOWN_IN = {"quickstart": "README.md", "metering": "docs/quickstart.md"}
failed = 0
for example, page in SHOWN_IN.items():
    for name in (f"{example}.cc", f"{example}.out"):
        shown = (ROOT / page).read_text()
        if (ROOT / "docs/examples" / name).read_text() not in shown:
            print(f"{page} does not show docs/examples/{name} as it is")
            failed = 1
for name, page in (("metering_c.c", "docs/c_abi.md"), ("metering.rs", "docs/rust.md"), ("metering.go", "docs/go.md")):
    if (ROOT / "docs/examples" / name).read_text() not in (ROOT / page).read_text():
        print(f"{page} does not show docs/examples/{name} as it is")
        failed = 1
for page in ROOT.glob("**/*.md"):
    if "build" in page.parts[len(ROOT.parts)]:
        continue
    text = page.read_text()
    for piece in text.split("](")[1:]:
        target = piece.split(")")[0].split("#")[0]
        if target and "://" not in target and not (page.parent / target).exists():
            print(f"{page.relative_to(ROOT)} links to {target}, which is absent")
            failed = 1
sys.exit(failed)
