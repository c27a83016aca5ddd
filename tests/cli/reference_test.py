#!/usr/bin/env python3
"""docs/cli.md is what the program says of itself.

`reference_test.py --write` makes the page anew. $DRAWDOWN_BIN is the program.
"""
import os
import pathlib
import re
import subprocess
import sys

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/cli.md"
INTRODUCTION = """# The program

What `drawdown --help` and `drawdown VERB --help` say, verb by verb. [The
quickstart](quickstart.md) shows them at work with their output; [formats](formats.md)
describes every file and every column.
"""


def help_of(*verb):
    return subprocess.run(
        [os.environ["DRAWDOWN_BIN"], *verb, "--help"], check=True,
        capture_output=True, text=True).stdout.rstrip()


def verbs_in(text):
    section = re.search(r"^Verbs:\n((?:  .*\n)+)", text, re.M)
    return re.findall(r"^  ([\w-]+) ", section[1], re.M) if section else []


def without_globals(text):
    """The global options are on the first page; each verb repeats them."""
    return re.sub(r"Global options, before or after the verb:\n(?:  .*\n)+\n?",
                  "", text + "\n").rstrip()


def sections(path):
    text = help_of(*path)
    shown = without_globals(text) if path else text
    title = " ".join(path) if path else "drawdown"
    yield f"\n## {title}\n\n```\n{shown}\n```\n"
    for verb in verbs_in(text):
        yield from sections([*path, verb])


page = INTRODUCTION + "".join(sections([]))
if sys.argv[1:] == ["--write"]:
    PAGE.write_text(page)
elif PAGE.read_text() != page:
    print(f"{PAGE.name} differs from --help; run {sys.argv[0]} --write")
    sys.exit(1)
