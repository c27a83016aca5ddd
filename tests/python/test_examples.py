"""The notebook that docs/python.md points to."""
import os
import pathlib
import subprocess
import sys

import drawdown

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "docs/examples"


def test_a_month(tmp_path):
    environment = dict(os.environ, PYTHONPATH=os.path.dirname(os.path.dirname(drawdown.__file__)))
    done = subprocess.run([sys.executable, EXAMPLES / "month.py", tmp_path], env=environment,
                          capture_output=True, text=True, check=False)
    assert done.stderr == "", done.stderr
    assert "5090 runs, of which 5090 are new to the books" in done.stdout
    # What the example's README says of its bill.
    assert "duplicate_charge" in done.stdout and "unit_scale_break" in done.stdout
    assert "<rect" in (tmp_path / "usage.svg").read_text()
    assert "<svg" in (tmp_path / "commitments.html").read_text()
