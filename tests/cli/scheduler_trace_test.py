"""docs/examples/scheduler.cc on a real trace: philly_pollux under limits.

$DRAWDOWN_SHARED_DATA is where the data is; without it the test is skipped.
$DRAWDOWN_SCHEDULER_JOBS: how many jobs of the trace (`all`: 82,247, which take
half a minute of processor time).
"""

import csv
import gzip
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction

SHARED = pathlib.Path(os.environ.get(
    "DRAWDOWN_SHARED_DATA",
    pathlib.Path(__file__).resolve().parents[3] / "shared/data"))
TRACE = SHARED / "traces/philly_pollux/jobs.csv.gz"
FEW_GPUS, ALL_GPUS = 48, 2000  # for some jobs, for all
SHARE = 80
LINE = re.compile(r"^(lab/\S+): (\d+) done, (\d+) preempted, (\d+) refused, "
                  r"(\S+) GPU-hours$", re.M)


def instant(text):
    import datetime
    return datetime.datetime.fromisoformat(text).replace(
        tzinfo=datetime.timezone.utc)


class SchedulerTraceTest(unittest.TestCase):
    def replay(self, directory, trace, gpus, name):
        return subprocess.run(
            [os.environ["DRAWDOWN_SCHEDULER"], os.path.join(directory, name),
             trace, str(gpus), str(SHARE)], check=True, capture_output=True,
            text=True).stdout

    def test_a_trace_under_limits_adds_up_and_is_never_over(self):
        if not TRACE.exists():
            self.skipTest(f"no {TRACE}: set DRAWDOWN_SHARED_DATA")
        wanted = os.environ.get("DRAWDOWN_SCHEDULER_JOBS", "150")
        with gzip.open(TRACE, "rt", newline="") as file:
            rows = list(csv.DictReader(file))
        if wanted != "all":
            rows = rows[:int(wanted)]
        jobs = {}
        asked = {}
        for row in rows:
            time = instant(row["end_time"]) - instant(row["start_time"])
            seconds = int(time.total_seconds())
            tenant = "lab/" + row["tenant"]
            asked[tenant] = (asked.get(tenant, 0) +
                             int(row["gpus"]) * seconds)
            if int(row["gpus"]) > 0 and seconds > 0:
                jobs[tenant] = jobs.get(tenant, 0) + 1
        with tempfile.TemporaryDirectory() as directory:
            trace = os.path.join(directory, "jobs.csv")
            with open(trace, "w", newline="") as file:
                writer = csv.DictWriter(file, rows[0].keys(),
                                        lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
            gpus = ALL_GPUS if wanted == "all" else FEW_GPUS
            first = self.replay(directory, trace, gpus, "one")
            again = self.replay(directory, trace, gpus, "two")
        print(first, file=sys.stderr)
        self.assertEqual(first, again)
        self.assertNotIn("is over", first)
        self.assertIn("books sound", first)
        total = Fraction(0)
        refused = 0
        for tenant, done, _, left, hours in LINE.findall(first):
            # Every job is either done or was left in the queue.
            self.assertEqual(int(done) + int(left), jobs[tenant], tenant)
            used = Fraction(hours) * 3600
            self.assertLessEqual(used, Fraction(asked[tenant] * SHARE, 100) +
                                 Fraction(1, 10**5), tenant)
            total += Fraction(hours)
            refused += int(left)
        self.assertGreater(refused, 0)
        in_runs = Fraction(re.search(r"(\S+) GPU-hours in runs", first)[1])
        self.assertLess(abs(in_runs - total), Fraction(1, 10**5))


if __name__ == "__main__":
    unittest.main()
