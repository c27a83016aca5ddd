"""The example that docs/python.md points to."""
import os
import pathlib
import subprocess
import sys

import drawdown

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "docs/examples"


def test_a_month_prints_what_it_is_said_to(tmp_path):
    environment = dict(os.environ, PYTHONPATH=os.path.dirname(os.path.dirname(drawdown.__file__)))
    done = subprocess.run([sys.executable, EXAMPLES / "month.py"], cwd=tmp_path, env=environment,
                          capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == (EXAMPLES / "month.out").read_text()
    page = (tmp_path / "commitments.html").read_text()
    assert page.count("<svg") >= 2
