"""docs/examples/month.py does what it says."""
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "examples" / "month.py"


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
