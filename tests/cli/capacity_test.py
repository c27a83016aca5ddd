"""What a provider delivered, excluded and replaced."""

import unittest

from harness import AT, CliTest

PERIOD = "2026-10-01T00:00:00Z/2026-10-02T00:00:00Z"


class CapacityTest(CliTest):
    """What was delivered, from the file to the statement."""

    POOL = "aws/us-east-1/gb200"
    ROWS = """\
pool,start,end,gpus,state
%(pool)s,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,8,delivered
%(pool)s,2026-10-01T12:00:00Z,2026-10-01T18:30:00Z,4,excluded
%(pool)s,2026-10-01T14:00:00Z,2026-10-01T18:30:00Z,3,replaced
""" % {"pool": POOL}

    def setUp(self):
        super().setUp()
        self.make_books()

    def import_rows(self, *arguments):
        self.write("capacity.csv", self.ROWS)
        return self.expect(0, "import", "capacity", "capacity.csv", *arguments)

    def lines(self, *arguments):
        statement = self.expect(
            0, "statement", "--contract", "aws-2025", "--period", PERIOD,
            "--at", AT, "--format", "json", *arguments).json()
        seconds = {}
        for line in statement["lines"]:
            kind = line["kind"]
            seconds[kind] = seconds.get(kind, 0) + int(line["gpu_seconds"])
        return seconds, statement["total"]

    def test_what_was_not_delivered_costs_nothing(self):
        before, total = self.lines()
        self.assertNotIn("undelivered", before)
        self.assertEqual(total, "400.4")
        first = self.import_rows()
        self.assertEqual(first.out, "")
        self.assertIn("imported 3 capacity records: 3 new, 0 updated, "
                      "0 unchanged\n", first.err)
        after, total = self.lines()
        # 4 GPUs for two hours and one for 4.5, all of them unused, at 2.
        self.assertEqual(after["undelivered"], 45000)
        self.assertEqual(before["unused"] - after["unused"], 45000)
        self.assertEqual(after["covered"], before["covered"])
        self.assertEqual(total, "375.4")
        again = self.import_rows("--format", "json").json()
        self.assertEqual((again["inserted"], again["unchanged"]), (0, 3))
        self.assertEqual(self.lines()[1], "375.4")
        self.expect(0, "verify")

    def test_status_shows_what_was_delivered(self):
        self.import_rows()
        status = self.expect(0, "status", "--at", "2026-10-01T13:15:00Z",
                             "--format", "json").json()
        self.assertEqual(status["commitments"][0]["contracted"], "8.000000000")
        self.assertEqual(status["commitments"][0]["delivered"], "4.000000000")

    def test_a_bill_for_what_was_not_delivered_is_a_break(self):
        self.write("bill.csv", """\
BilledCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,\
ChargeFrequency,ChargePeriodStart,ChargePeriodEnd,ProviderName,RegionId,\
ResourceId,PricingQuantity,PricingUnit
16,USD,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,Purchase,Recurring,\
2026-10-01T13:00:00Z,2026-10-01T14:00:00Z,aws,us-east-1,reserved,8,GPU-Hours
""")
        arguments = ["reconcile", "--contract", "aws-2025", "--period",
                     "2026-10-01T13:00:00Z/2026-10-01T14:00:00Z", "--at", AT,
                     "bill.csv", "--format", "json"]
        self.assertTrue(self.expect(0, *arguments).json()["clean"])
        self.import_rows()
        breaks = self.expect(1, *arguments).json()["breaks"]
        self.assertEqual([(row["class"], row["expected_cost"],
                           row["difference"]) for row in breaks],
                         [("quantity_break", "8", "8")])

    def test_records_are_listed(self):
        self.import_rows()
        text = self.expect(0, "capacity", "--format", "csv").out
        self.assertEqual(
            text.splitlines()[0],
            "pool,start,end,gpus,state,capacity_id,journal_sequence")
        self.assertIn(
            self.POOL + ",2026-10-01T12:00:00Z,2026-10-01T18:30:00Z,4,"
            "excluded,,", text)
        self.assertEqual(text.count("\n"), 4)
        for arguments, count in (
                (["--state", "replaced"], 1),
                (["--pool", "aws/*/gb200"], 3),
                (["--pool", "gcp"], 0),
                (["--to", "2026-10-01T12:00:00Z"], 1),
                (["--from", "2026-10-01 18:30:00", "--zone", "UTC"], 1),
                (["--limit", "2"], 2),
                (["--as-of", "2026-01-01T00:00:00Z"], 0)):
            records = self.expect(0, "capacity", "--format", "json",
                                  *arguments).json()["capacity"]
            self.assertEqual(len(records), count, arguments)
        self.assertIn("CAPACITY ID",
                      self.expect(0, "capacity", "--format", "table").out)
        self.expect(2, "capacity", "--state", "lost")
        self.expect(2, "capacity", "--from", "2026-10-01 18:30:00")
        self.assertIn(",capacity," + self.POOL + ',"delivered 8 GPUs [',
                      self.expect(0, "journal", "--format", "csv").out)

    def test_nodes_from_stdin(self):
        text = ("node,from,until\n"
                "n1,2026-10-01 00:00:00,2026-10-01 03:00:00\n"
                "n2,2026-10-01 01:00:00,2026-10-01 02:00:00\n")
        result = self.expect(
            0, "import", "capacity", "-", "--columns",
            "capacity_id=node,start=from,end=until", "--set",
            "gpus=4,state=delivered", "--set", "pool=" + self.POOL, "--zone",
            "UTC", stdin=text.encode())
        self.assertIn("imported 2 capacity records", result.err)
        # One node is 4 of 8 in the first and the third hour. 4 of the 12 GPUs
        # of the second hour are on demand as before.
        seconds, _ = self.lines()
        self.assertEqual(seconds["undelivered"], 8 * 3600)

    def test_a_contradiction_posts_nothing(self):
        self.import_rows()
        self.write("other.csv",
                   self.ROWS.replace(",8,", ",9,").replace(",3,", ",2,"))
        result = self.expect(3, "import", "capacity", "other.csv")
        self.assertEqual(
            result.err.splitlines()[0],
            "drawdown: other.csv:2: delivered capacity of pool " + self.POOL +
            " is stated as 8 GPUs [2026-10-01T00:00:00Z, 2026-10-02T00:00:00Z)"
            "; this says 9 GPUs [2026-10-01T00:00:00Z, 2026-10-02T00:00:00Z)")
        self.assertIn("other.csv:4: replaced capacity", result.err)
        self.assertEqual(self.expect(0, "capacity").out.count("\n"), 4)

    def test_strict_refuses_an_unknown_pool(self):
        self.write("c.csv", self.ROWS.replace(self.POOL, "aws/nowhere"))
        result = self.expect(3, "import", "capacity", "--strict", "c.csv")
        self.assertIn('pool "aws/nowhere" is not in the books', result.err)


if __name__ == "__main__":
    unittest.main()
