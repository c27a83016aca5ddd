"""What docs show does what they say."""
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

import drawdown
import pytest

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
EXAMPLE = DOCS / "examples" / "month.py"


def test_a_month(tmp_path):
    first, again = (subprocess.run([sys.executable, EXAMPLE, tmp_path], check=True,
                                   capture_output=True, text=True).stdout for _ in range(2))
    assert "are new to the books" in first and " 0 are new to the books" in again
    assert "31 days of October" in first
    assert "will miss" in first
    # What the example's README says of its bill.
    assert "duplicate_charge" in first and "unit_scale_break" in first
    # The second time only the meter has counted on.
    assert first.splitlines()[3:] == again.splitlines()[3:]
    picture = xml.etree.ElementTree.parse(tmp_path / "usage.svg")
    assert len(picture.getroot().findall("{http://www.w3.org/2000/svg}rect")) == 31
    assert (tmp_path / "commitments.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_guide(tmp_path):
    [code] = re.findall("^```python\n(.*?)^```$", (DOCS / "python.md").read_text(encoding="utf-8"),
                        flags=re.M | re.S)
    for _ in range(2):
        # Its hold may be placed again: the same request, settled with the same use.
        said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True,
                              text=True)
        assert said.returncode == 0, said.stderr
        assert re.fullmatch(r"(acme/chat \d{4}-\S+ \S+ \d+(\.\d+)?\n)+", said.stdout)


def test_what_type_checkers_see(tmp_path):
    mypy = pytest.importorskip("mypy.api", reason="mypy is not installed")
    program = tmp_path / "program.py"
    program.write_text("""
import datetime
from decimal import Decimal
import drawdown

with drawdown.Ledger("books", create=True) as ledger:
    meter: drawdown.Meter = ledger.meter("acme", "aws/us-east-1/gb200")
    meter.record(1)
    decision: drawdown.Decision = meter.try_record(2)
    for row in ledger.usage(by=["tenant"])[1:]:
        print(row["gpu_seconds"])
    with ledger.hold("h", "acme", "aws/us-east-1/gb200", Decimal("1.5")) as hold:
        hold.use(1)
    quote: drawdown.Table = ledger.quote_hold("acme", "aws/us-east-1/gb200", 1).lines
    meter.record(1.5)  # wrong
    ledger.runs(limit="1")  # wrong
    ledger.start_run("r", "acme", "p", 0.5, datetime.datetime.now())  # wrong
""")
    site = pathlib.Path(drawdown.__file__).parents[1]
    env = dict(os.environ, MYPYPATH=str(site))
    said = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent",
                           f"--cache-dir={tmp_path / 'cache'}", program], env=env, cwd=tmp_path,
                          capture_output=True, text=True).stdout
    wrong = [number for number, line in enumerate(program.read_text().splitlines(), 1)
             if line.endswith("# wrong")]
    assert mypy and [int(line.split(":")[1]) for line in said.splitlines()
                     if ": error:" in line] == wrong, said
