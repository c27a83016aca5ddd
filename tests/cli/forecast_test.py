#!/usr/bin/env python3
"""forecast, the views of status, and report."""

import csv
import io
import os
import unittest
from decimal import Decimal

from harness import AT, CliTest

OPTION = """
commitment {
  id: "block" category: USAGE model: DISCONTINUOUS interval: MONTHLY
  priority: 20
  applies { dimension: "pool" operator: IN value: "aws/us-west-2/h100" }
  step { from: "2026-01-01T00:00:00Z" quantity: "100" }
  price: "3" shortfall { policy: TAKE_OR_PAY }
}
expansion { commitment: "block" adds: "62" price: "2.5"
  exercisable_from: "2026-10-03T00:00:00Z" until: "2026-12-01T00:00:00Z" }
"""
RUN = ("acme/chat,aws/us-west-2/h100,%s,2026-10-31T00:00:00Z,"
       "2026-11-02T00:00:00Z")


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


class ForecastTest(CliTest):
    def setUp(self):
        super().setUp()
        self.make_books()
        self.write("aws.textproto", self.read("aws.textproto") + OPTION)
        self.expect(0, "contract", "apply", "aws.textproto")

    def forecast(self, *options):
        done = self.expect(0, "forecast", "--at", AT, "--format", "csv",
                           *options)
        return {(row["case"], row["commitment"]): row
                for row in rows(done.out)}

    def test_goes_on_as_it_did(self):
        told = self.forecast()
        reserved = told["base", "reserved"]
        # 8, 8 (of 12), 4 and 2 hours, and a quarter GPU for a day; 8 GPUs of
        # 744 hours.
        self.assertEqual(reserved["contracted"], "5952.000000000")
        self.assertEqual(reserved["drawn"], "28.000000000")
        self.assertEqual(reserved["interval_end"], "2026-11-01T00:00:00Z")
        drawn = float(reserved["projected"])
        self.assertTrue(28 + 29 * 24 * .25 < drawn < 1000, drawn)
        self.assertAlmostEqual(float(reserved["missing"]) + drawn, 5952)
        self.assertAlmostEqual(float(reserved["missing_cost"]),
                               2 * float(reserved["missing"]))
        block = told["base", "block"]
        self.assertEqual((block["missing"], block["missing_cost"]),
                         ("100.000000000", "300"))

    def test_of_any_instant(self):
        whole = self.forecast()
        within = self.expect(0, "forecast", "--at", AT.replace("00:00Z",
                                                               "14:34Z"),
                             "--format", "csv")
        told = {(row["case"], row["commitment"]): row
                for row in rows(within.out)}
        self.assertEqual(told["base", "block"], whole["base", "block"])
        self.expect(0, "forecast")
        self.expect(0, "status")

    def test_is_the_same_each_time(self):
        one = self.expect(0, "forecast", "--at", AT, "--format", "json").out
        self.assertEqual(
            one, self.expect(0, "forecast", "--at", AT, "--format", "json").out)

    def test_json_has_everything_exact(self):
        told = self.expect(0, "forecast", "--at", AT, "--format", "json",
                           "--scale", "acme=2").json()
        self.assertEqual(set(told), {"at", "intervals", "costs", "path", "pools",
                                     "notes"})
        self.assertEqual({row["case"] for row in told["intervals"]},
                         {"base", "what_if"})
        block = told["intervals"][0]
        self.assertEqual(block["contracted_gpu_seconds"], "360000")
        self.assertIn("too little history", told["notes"][0])
        month = told["costs"][0]
        self.assertEqual(month["start"], "2026-10-01T00:00:00Z")

    def test_what_if_a_run_is_added(self):
        told = self.forecast("--add-run", RUN % "4")
        self.assertEqual(told["base", "block"]["projected"], "0.000000000")
        block = told["what_if", "block"]
        self.assertEqual(block["projected"], "96.000000000")
        self.assertEqual(block["missing_cost"], "12")
        # Two more GPUs and it is used up within the last day.
        block = self.forecast("--add-run", RUN % "6")["what_if", "block"]
        self.assertEqual(block["exhausted_at"], "2026-10-31T17:00:00Z")

    def test_what_if_an_option_is_exercised(self):
        block = self.forecast("--exercise", "block")["what_if", "block"]
        # 62 hours a month from the 3rd: 29 of 31 days.
        self.assertEqual(block["contracted"], "158.000000000")
        self.assertEqual(block["missing_cost"], "445")

    def test_what_if_everyone_stops(self):
        told = self.forecast("--scale", "=0")
        self.assertEqual(told["what_if", "reserved"]["projected"],
                         "28.000000000")

    def test_until_and_intervals(self):
        done = self.expect(0, "forecast", "--at", AT, "--format", "csv",
                           "--until", "2027-01-01T00:00:00Z")
        self.assertEqual(len(rows(done.out)), 6)
        done = self.expect(0, "forecast", "--at", AT, "--format", "csv",
                           "--intervals", "2")
        self.assertEqual(len(rows(done.out)), 4)

    def test_says_what_is_wrong(self):
        for options, said in (
                (("--contract", "x"), "aws-2025"),
                (("--until", AT), "nothing to tell"),
                (("--exercise", "reserved"), "no contract that is asked"),
                (("--scale", "nobody=2"), 'tenant "nobody" is not in the'),
                (("--add-run", "a,gcp/x/h,1,2026-10-31T00:00:00Z,"
                  "2026-11-02T00:00:00Z"), 'prices pool "gcp/x/h"'),
                (("--add-run", "a,aws/us-west-2/h100,1,2026-01-31T00:00:00Z,"
                  "2026-02-02T00:00:00Z"), "ends at 2026-02-02T00:00:00Z"),
                (("--scale", "acme"), "is not TENANT=FACTOR"),
                (("--scale", "acme=-1"), "from 0 to 1000"),
                (("--add-run", "acme,aws/x,1"), "is not TENANT,POOL"),
                (("--add-run", "a,b,1,2026-10-04T00:00:00Z,"), "lacks"),
                (("--add-run", (RUN % "1").replace("-31T", "-99T")),
                 "--add-run"),
                (("--intervals", "0"), "is not in 1 to 1000")):
            done = self.run_cli("forecast", "--at", AT, *options)
            self.assertIn(done.code, (2, 3), options)
            self.assertIn(said, done.err)
            self.assertEqual(done.out, "")

    def test_leaves_no_trace(self):
        before = self.expect(0, "journal").out
        self.forecast("--add-run", RUN % "4", "--exercise", "block")
        self.assertEqual(self.expect(0, "journal").out, before)

    def test_status_has_burn_rates(self):
        done = self.expect(0, "status", "--at", AT, "--format", "csv")
        reserved = next(row for row in rows(done.out)
                        if row["commitment"] == "reserved")
        self.assertEqual(reserved["burn_rate_now"], "0.250000000")
        self.assertEqual(reserved["burn_rate_1d"], "0.250000000")
        # 28 hours in a week's 168.
        self.assertEqual(reserved["burn_rate_7d"], "0.166666667")

    def test_portfolio_and_next(self):
        done = self.expect(0, "status", "--portfolio", "--at", AT, "--format",
                           "csv")
        told = rows(done.out)
        self.assertEqual([row["contract"] for row in told], ["", "aws-2025"])
        # 8 x 8760 hours at 2, 12 x 100 at 3.
        self.assertEqual(told[0]["committed"], "143760")
        done = self.expect(0, "status", "--next", "--at", AT, "--format", "csv")
        self.assertEqual([row["what"] for row in rows(done.out)],
                         ["interval_end", "grace_end", "expansion_closes",
                          "term_end"])
        self.expect(2, "status", "--next", "--portfolio")

    def test_report_is_whole_or_not_there(self):
        self.expect(0, "report", "--html", "out.html", "--at", AT)
        page = self.read("out.html")
        self.assertTrue(page.endswith("</html>\n"))
        self.assertIn("acme/=cmd|x", page)
        self.expect(4, "report", "--html", "none/out.html", "--at", AT)
        done = self.run_cli("report", "--html", "out.html", "--contract", "x")
        self.assertNotEqual(done.code, 0)
        self.assertEqual(self.read("out.html"), page)
        self.assertEqual([name for name in os.listdir(self.dir)
                          if name.startswith(("out", ".out"))], ["out.html"])


GRAINED = """
id: "%s" provider: "aws" currency: "USD"
term { start: "2021-01-01T00:00:00Z" end: "2022-01-01T00:00:00Z" }
rate { pool: "aws/%s" price: "4" from: "2021-01-01T00:00:00Z" }
grain { seconds: 3600 direction: UP }
commitment { id: "block" category: USAGE model: DISCONTINUOUS interval: MONTHLY
  applies { dimension: "pool" operator: IN value: "aws/%s" }
  step { from: "2021-01-01T00:00:00Z" quantity: "200" }
  price: "2" shortfall { policy: WAIVED } }
"""
RUN_HEADER = "run_id,tenant,pool,gpus,start,end\n"


def run_of(day, pool="a", month="01"):
    """Ten GPUs for half an hour, which is billed as an hour."""
    start = "2021-%s-%02dT06:00:00Z" % (month, day)
    return "%s-%s-%d,acme,aws/%s,10,%s,%s\n" % (
        pool, month, day, pool, start, start.replace("06:00", "06:30"))


class BilledTest(CliTest):
    """A forecast is of what is billed: with grain, and with corrections."""

    def setUp(self):
        super().setUp()
        self.expect(0, "init")
        for pool in "ab":
            self.write(pool, GRAINED % (pool, pool, pool))
            self.expect(0, "contract", "apply", pool)
        self.add(*(run_of(day, pool) for day in range(1, 21)
                   for pool in "ab"))

    def add(self, *runs):
        self.write("runs.csv", RUN_HEADER + "".join(runs))
        self.expect(0, "import", "runs", "runs.csv")

    def told(self, verb, at, *options):
        return self.expect(0, verb, "--at", at, "--format", "json",
                           *options).json()

    def test_what_a_grain_adds_is_carried_on(self):
        at = "2021-01-21T00:00:00Z"
        told = self.told("forecast", at, "--contract", "a")
        block = told["intervals"][0]
        # 20 days of ten hours, and 11 more.
        self.assertEqual((block["drawn"], block["projected"]),
                         ("200.000000000", "200.000000000"))
        self.assertEqual(block["exhausted_at"], "2021-01-20T07:00:00Z")
        # Levels are in millionths, so the rest is not exact.
        cost = round(Decimal(told["costs"][0]["cost"]), 9)
        self.assertEqual(cost, 200 * 2 + 110 * 4)
        status = self.told("status", at)["commitments"][0]
        self.assertEqual((status["drawn"], status["burn_rate_7d"]),
                         (block["drawn"], "0.416666667"))
        self.add(*(run_of(day) for day in range(21, 32)))
        statement = self.told("statement", "2021-02-01T00:00:00Z",
                              "--contract", "a", "--period", "2021-01")
        self.assertEqual(Decimal(statement["total"]), cost)

    def test_the_grain_of_what_others_price_is_theirs(self):
        lines = self.told("statement", "2021-02-01T00:00:00Z", "--contract",
                          "a", "--period", "2021-01")["lines"]
        self.assertEqual({line["pool"] for line in lines}, {"aws/a"})

    def test_what_closed_months_lack_is_owed_in_the_next(self):
        at = "2021-02-10T00:00:00Z"
        self.expect(0, "close", "--contract", "a", "--period", "2021-01")
        before = self.told("forecast", at, "--contract", "a")
        # All of the block was drawn: three days of ten hours at 4.
        self.add(*(run_of(day) for day in (25, 27, 29)))
        self.add(run_of(30, "b"))
        after = self.told("forecast", at, "--contract", "a")
        self.assertEqual(before["costs"][0]["start"], "2021-02-01T00:00:00Z")
        # Nothing was used in February, and nothing is projected.
        self.assertEqual([told["costs"][0]["cost"] for told in (before, after)],
                         ["0", "120"])
        self.assertIn("the month from 2021-02-01T00:00:00Z has 120 USD of "
                      "corrections of closed months in it",
                      " ".join(after["notes"]))
        self.assertNotIn("corrections", " ".join(before["notes"]))


if __name__ == "__main__":
    unittest.main()
