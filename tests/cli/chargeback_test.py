"""Statements per tenant, what explains them, and what rating reads of runs."""

import csv
import io
import unittest
from decimal import Decimal

from harness import CliTest

CONTRACT = """
id: "c" provider: "aws" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
rate { pool: "aws" price: "3.6" }
rounding { level: LINE scale: 2 }
commitment { id: "r" category: USAGE model: CONTINUOUS interval: HOURLY
  step { from: "2026-01-01T00:00:00Z" quantity: "10" }
  price: "1.8" shortfall { policy: TAKE_OR_PAY } }
allotment { commitment: "r" tenant: "acme/chat" share: "0.6" }
"""
# The first hour of January: 9 GPUs of chat, of which 6 are its part, and 1 of
# research; 3 of the 10 are nobody's.
RUNS = """\
run_id,tenant,pool,gpus,start,end
a,acme/chat/web,aws/x/h,9,2026-01-01T00:00:00Z,2026-01-01T01:00:00Z
b,acme/research,aws/x/h,1,2026-01-01T00:00:00Z,2026-01-01T01:00:00Z
"""
HOUR = ["--contract", "c", "--period",
        "2026-01-01T00:00:00Z/2026-01-01T01:00:00Z"]


class ChargebackTest(CliTest):
    def apply(self, contract, runs=RUNS):
        self.write("c.txtpb", contract)
        self.write("runs.csv", runs)
        self.assertEqual(self.run_cli("init").code, 0)
        self.assertEqual(self.run_cli("contract", "apply", "c.txtpb").code, 0)
        self.assertEqual(self.run_cli("import", "runs", "runs.csv").code, 0)

    def rows(self, *arguments):
        done = self.run_cli("statement", *HOUR, *arguments, "--format", "csv")
        self.assertEqual(done.code, 0, done.err)
        return list(csv.DictReader(io.StringIO(done.out)))

    def test_tenants_and_nobody_add_up(self):
        self.apply(CONTRACT)
        parts = [self.rows("--tenant", "acme/chat"),
                 self.rows("--tenant", "acme/research"),
                 self.rows("--unallocated")]
        owed = [sum(Decimal(row["cost"]) for row in rows) for rows in parts]
        self.assertEqual(owed, [Decimal("21.6"), Decimal("1.8"),
                                Decimal("5.4")])
        self.assertEqual(sorted(map(str, parts[0] + parts[1] + parts[2])),
                         sorted(map(str, self.rows())))
        self.assertIn('tenant "acme/none" is not in the books', self.expect(
            2, "statement", *HOUR, "--tenant", "acme/none").err)

    def test_explains_each_line(self):
        self.apply(CONTRACT)
        rows = self.rows("--explain", "--tenant", "acme")
        self.assertEqual(
            [(row["kind"], row["cost"], row["contract_version"], row["rule"],
              row["because"]) for row in rows],
            [("on_demand", "10.8", "1", "rate aws from 2026-01-01T00:00:00Z",
              "r had no hours left in the allotment of acme/chat, "
              "which may not borrow"),
             ("covered", "10.8", "1",
              "commitment r, layer 1, burn order 1: covered", ""),
             ("covered", "1.8", "1",
              "commitment r, layer 1, burn order 1: covered", "")])
        table = self.run_cli("statement", *HOUR, "--explain",
                             "--format", "table")
        self.assertIn("version 1, rate aws from", table.out)
        self.assertEqual(
            self.run_cli("statement", *HOUR, "--explain", "--format",
                         "json").json()["reasons"][0]["kind"], "unused")

    def test_an_amendment_inside_the_period(self):
        self.apply(CONTRACT)
        self.write("next.txtpb", CONTRACT.replace("3.6", "4").replace(
            "id:", 'effective: "2026-01-01T01:00:00Z" id:', 1))
        self.assertEqual(
            self.run_cli("contract", "apply", "next.txtpb").code, 0)
        done = self.run_cli(
            "statement", "--contract", "c", "--period",
            "2026-01-01T00:00:00Z/2026-01-01T02:00:00Z", "--explain",
            "--format", "csv")
        versions = [(row["kind"], row["contract_version"])
                    for row in csv.DictReader(io.StringIO(done.out))]
        self.assertIn(("unused", "2"), versions)
        self.assertIn(("on_demand", "1"), versions)
        self.assertIn("version 2 holds from 2026-01-01T01:00:00Z", done.err)
        shown = self.run_cli("contract", "show", "c")
        self.assertIn("commitment r: ", shown.err)

    def test_grain_of_runs(self):
        self.apply(CONTRACT + "grain { seconds: 60 }\n",
                   RUNS.split("\n")[0] + "\n"
                   "a,acme/ops,aws/x/h,1,2026-01-01T00:00:00Z,"
                   "2026-01-01T00:00:30Z\n")
        rows = self.rows("--tenant", "acme/ops")
        self.assertEqual(
            [(row["kind"], row["gpu_seconds"], row["cost"]) for row in rows],
            [("grain", "30", "0"), ("covered", "60", "0.03")])

    def test_options_that_do_not_go_together(self):
        self.apply(CONTRACT)
        for wrong in (["--tenant", "a", "--unallocated"],
                      ["--explain", "--format", "focus"]):
            self.assertEqual(self.run_cli("statement", *HOUR, *wrong).code, 2)


if __name__ == "__main__":
    unittest.main()
