"""Closing months: `close`, `closes`, and statements afterwards."""

import unittest

from harness import CliTest

CONTRACT = """
id: "c" provider: "aws" currency: "USD"
term { start: "2020-01-01T00:00:00Z" end: "2021-01-01T00:00:00Z" }
rounding { level: LINE scale: 2 }
rate { pool: "aws" price: "4" from: "2020-01-01T00:00:00Z" }
"""
HEADER = "run_id,tenant,pool,gpus,start,end\n"


class CloseTest(CliTest):
    def setUp(self):
        super().setUp()
        self.write("c.textproto", CONTRACT)
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "c.textproto")
        self.use("a", "2020-01-10T00:00:00Z", "2020-01-10T05:00:00Z")

    def use(self, run, start, end):
        self.write("runs.csv", HEADER + "%s,acme,aws/x,2,%s,%s\n"
                   % (run, start, end))
        self.expect(0, "import", "runs", "runs.csv")

    def statement(self, period, *more):
        return self.expect(0, "statement", "--contract", "c", "--period",
                           period, *more).out

    def close(self, period, code=0):
        return self.expect(code, "close", "--contract", "c", "--period",
                           period)

    def test_a_closed_month_is_final_and_late_usage_is_in_the_next(self):
        closed = self.close("2020-01").out.splitlines()[1].split(",")
        self.assertEqual(closed[:2], ["c", "2020-01"])
        self.assertEqual(closed[5:9], ["1", "40", "0", "USD"])
        self.assertEqual(closed[9], "c:1")
        january = self.statement("2020-01", "--format", "json")
        self.use("late", "2020-01-10T00:00:00Z", "2020-01-10T01:00:00Z")
        self.assertEqual(self.statement("2020-01", "--format", "json"),
                         january)
        self.assertIn(
            ",c,acme,aws/x,,correction,7200,2.000000000,4,8,USD,2020-01,"
            "on_demand\n", self.statement("2020-02"))
        table = self.statement("2020-02", "--format", "table")
        self.assertIn("correction 2020-01 on_demand", table)
        self.expect(0, "verify")
        self.assertIn('close,c,"2020-01 [', self.expect(0, "journal").out)

    def test_a_tenant_moves_from_the_end_of_what_is_closed_on(self):
        self.use("b", "2020-02-10T00:00:00Z", "2020-02-10T03:00:00Z")
        self.close("2020-01")
        january = self.statement("2020-01")
        refused = self.expect(2, "tenant", "move", "acme", "beta", "--from",
                              "2020-01-31T23:00:00Z").err
        self.assertIn("contract c is closed until 2020-02-01T00:00:00Z, and "
                      "what is closed keeps the old path: say it from then on",
                      refused)
        self.assertNotIn("beta", self.statement("2020-02"))
        self.expect(0, "tenant", "move", "acme", "beta", "--from",
                    "2020-02-01T00:00:00Z")
        self.assertIn(",c,beta,aws/x,", self.statement("2020-02"))
        self.assertNotIn("acme", self.statement("2020-02"))
        self.assertEqual(self.statement("2020-01"), january)
        self.expect(0, "verify")

    def test_the_same_again_changes_nothing_and_says_so(self):
        first = self.close("2020-01")
        again = self.close("2020-01")
        self.assertEqual(again.out, first.out)
        self.assertIn("2020-01 was closed already", again.err)
        self.assertEqual(self.expect(0, "closes").out, first.out)

    def test_what_cannot_be_closed_is_refused_by_name(self):
        self.assertIn("2020-01 is to be closed first",
                      self.close("2020-02", 2).err)
        self.assertIn("not a month", self.close("2020", 2).err)
        self.write("f.textproto", CONTRACT.replace('"c"', '"f"')
                   .replace("aws", "later").replace("2020-", "2200-")
                   .replace("2021-", "2201-") + 'grace: "72h"')
        self.expect(0, "contract", "apply", "f.textproto")
        refused = self.expect(2, "close", "--contract", "f", "--period",
                              "2200-01").err
        self.assertIn("can be closed from 2200-02-04T00:00:00Z on", refused)
        self.assertEqual(len(self.expect(0, "closes").out.splitlines()), 1)

    def test_a_version_applied_later_says_from_when_it_holds(self):
        self.close("2020-01")
        self.write("c.textproto", CONTRACT.replace('"4"', '"5"'))
        result = self.expect(0, "contract", "apply", "c.textproto")
        self.assertIn("version 2 applied, from 2020-02-01T00:00:00Z on",
                      result.out + result.err)


if __name__ == "__main__":
    unittest.main()
