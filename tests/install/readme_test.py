#!/usr/bin/env python3
"""The program and output that README.md shows are those that the tests run."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
readme = (ROOT / "README.md").read_text()
failed = 0
for name in ("quickstart.cc", "quickstart.out"):
    if (ROOT / "docs/examples" / name).read_text() not in readme:
        print(f"README.md does not show docs/examples/{name} as it is")
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
