"""The drawdown program, as the wheel brings it."""
from __future__ import annotations

import os
import pathlib
import sys


def path() -> pathlib.Path:
    """Where the program is."""
    return pathlib.Path(__file__).resolve().parent / "drawdown-program"


def main() -> None:
    """Becomes the program."""
    os.execv(path(), ["drawdown", *sys.argv[1:]])
