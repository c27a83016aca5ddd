"""A statement over a real trace, against usage x prices summed here: 82,247
jobs of philly_pollux under a ramp. Its file is in $DRAWDOWN_SHARED_DATA."""

import csv
import datetime
import gzip
import io
import json
import os
import unittest
from collections import Counter
from fractions import Fraction

from harness import CliTest, SHARED_DATA

TRACE = os.path.join(SHARED_DATA, "traces/philly_pollux/jobs.csv.gz")
HOUR = 3600
START = "2017-09-01T00:00:00Z"
END = "2018-01-01T00:00:00Z"
# The ramp: GPUs reserved from a day on.
RAMP = [("2017-09-01", 64), ("2017-09-18", 256), ("2017-10-09", 640),
        ("2017-10-30", 1024)]
# Per GPU-hour: covered and unused, on demand.
RESERVED, ON_DEMAND = Fraction("2.05"), Fraction("4.1")
CONTRACT = f"""
id: "philly" provider: "msr" currency: "USD"
term {{ start: "{START}" end: "{END}" }}
rounding {{ level: STATEMENT scale: 6 }}
rate {{ pool: "msr" price: "4.1" }}
commitment {{ id: "ramp" category: USAGE model: CONTINUOUS interval: HOURLY
  %s
  price: "2.05" shortfall {{ policy: TAKE_OR_PAY }} }}
""" % "\n  ".join(f'step {{ from: "{day}T00:00:00Z" quantity: "{gpus}" }}'
                  for day, gpus in RAMP)


def seconds(text):
    at = datetime.datetime.fromisoformat(text).replace(
        tzinfo=datetime.timezone.utc)
    return int(at.timestamp())


def metered():
    """GPU-seconds by (hour, tenant) and by tenant, as the file has them."""
    hours, tenants = Counter(), Counter()
    with gzip.open(TRACE, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            start, end = seconds(row["start_time"]), seconds(row["end_time"])
            gpus = int(row["gpus"])
            tenants[row["tenant"]] += gpus * (end - start)
            for hour in range(start // HOUR, -(-end // HOUR)):
                inside = (min(end, (hour + 1) * HOUR)
                          - max(start, hour * HOUR))
                hours[hour] += gpus * inside
    return hours, tenants


def owed(hours):
    """[covered, on demand, unused] GPU-seconds of the whole term."""
    edges = [(seconds(day + " 00:00:00") // HOUR, gpus) for day, gpus in RAMP]
    found = [0, 0, 0]
    for hour in range(seconds("2017-09-01") // HOUR,
                      seconds("2018-01-01") // HOUR):
        reserved = [g for since, g in edges if since <= hour][-1] * HOUR
        used = hours[hour]
        found[0] += min(used, reserved)
        found[1] += max(0, used - reserved)
        found[2] += max(0, reserved - used)
    return found


@unittest.skipUnless(os.path.exists(TRACE),
                     f"no trace: {TRACE} is not there "
                     "(set DRAWDOWN_SHARED_DATA)")
class TraceTest(CliTest):
    def test_philly_under_a_ramp(self):
        self.write("c.txtpb", CONTRACT)
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "c.txtpb")
        self.expect(0, "import", "runs", TRACE, "--columns",
                    "run_id=job_id,start=start_time,end=end_time", "--set",
                    "pool=msr/philly/gpu", "--zone", "UTC")
        statement = json.loads(self.expect(
            0, "statement", "--contract", "philly", "--period",
            f"{START}/{END}", "--at", "2018-02-01T00:00:00Z", "--format",
            "json").out)
        hours, tenants = metered()
        covered, on_demand, unused = owed(hours)
        by_kind, by_tenant = Counter(), Counter()
        for line in statement["lines"]:
            if line["gpu_seconds"] is None:
                continue
            amount = Fraction(line["gpu_seconds"])
            by_kind[line["kind"]] += amount
            if line["tenant"]:
                by_tenant[line["tenant"]] += amount
        self.assertEqual(by_kind, {"covered": covered, "on_demand": on_demand,
                                   "unused": unused})
        self.assertEqual(by_tenant, tenants)
        exact = ((covered + unused) * RESERVED + on_demand * ON_DEMAND) / HOUR
        self.assertEqual(Fraction(statement["total"]),
                         Fraction(round(exact * 10**6), 10**6))
        self.assertEqual(sum(tenants.values()), 3521082502)

    def test_months_add_up(self):
        """Statements of the months are those of the term, cut."""
        self.write("c.txtpb", CONTRACT.replace("STATEMENT", "LINE"))
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "c.txtpb")
        self.expect(0, "import", "runs", TRACE, "--columns",
                    "run_id=job_id,start=start_time,end=end_time", "--set",
                    "pool=msr/philly/gpu", "--zone", "UTC")
        total = Counter()
        for period in ("2017-09", "2017-10", "2017-11", "2017-12",
                       f"{START}/{END}"):
            text = self.expect(0, "statement", "--contract", "philly",
                               "--period", period, "--at",
                               "2018-02-01T00:00:00Z", "--format", "csv").out
            sign = -1 if "/" in period else 1
            for line in csv.DictReader(io.StringIO(text)):
                key = tuple(line[c] for c in ("tenant", "kind", "unit_price"))
                total[key] += sign * Fraction(line["gpu_seconds"])
        self.assertEqual({k: v for k, v in total.items() if v}, {})


if __name__ == "__main__":
    unittest.main()
