"""The example, end to end, as its README tells people to try it."""

import csv
import os
import unittest

from harness import CliTest

AT = "2026-11-01T00:00:00Z"
CLEAN = {"matched", "within_tolerance", "rounding", "non_usage"}


class ExampleTest(CliTest):
    def test_the_example_works(self):
        files = self.expect(0, "example", "demo", "--format",
                            "json").json()["files"]
        for file in files:
            self.assertTrue(os.path.exists(self.path(file)), file)
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "demo/aws-2025.textproto",
                    "demo/nordgpu-2026.textproto")
        self.expect(0, "import", "runs", "demo/runs.csv")
        usage = self.expect(0, "usage", "--by", "tenant,day", "--from",
                            "2026-10-01T00:00:00Z", "--at", AT)
        self.assertTrue(usage.out.startswith("tenant,day,gpu_seconds,"))
        self.expect(0, "status", "--at", AT)
        self.expect(0, "statement", "--contract", "aws-2025", "--period",
                    "2026-10", "--at", AT)
        summary = self.expect(0, "bill", "summary",
                              "demo/bill-aws-2026-10.csv.gz", "--format",
                              "json").json()
        self.assertEqual((summary["format"], summary["version"]),
                         ("FOCUS", "1.2"))
        self.reconcile(summary)
        self.find_what_is_planted()
        self.expect(0, "verify")

    def find_what_is_planted(self):
        """Both bills: every break that planted.csv lists, and no other."""
        found = []
        for contract, bill in (("aws-2025", "bill-aws-2026-10.csv.gz"),
                               ("nordgpu-2026", "bill-nordgpu-2026-10.csv")):
            found += csv.DictReader(self.expect(
                1, "reconcile", "--contract", contract, "--period", "2026-10",
                "--at", AT, "--tenant-tag", "tenant", "--format", "csv",
                "demo/" + bill).out.splitlines())
        with open(self.path("demo/planted.csv"), newline="") as file:
            planted = list(csv.DictReader(file))

        def known(rows):
            return sorted(tuple(row[column] for column in (
                "class", "pool", "period_start", "period_end", "billed_cost",
                "expected_cost", "difference", "currency")) for row in rows)

        self.assertGreaterEqual(len({row["error"] for row in planted}), 40)
        self.assertEqual(
            known(row for row in found if row["class"] not in CLEAN),
            known(planted))

    def reconcile(self, summary):
        arguments = ["reconcile", "--contract", "aws-2025", "--period",
                     "2026-10", "--at", AT, "demo/bill-aws-2026-10.csv.gz"]
        self.write("elsewhere.csv", "keep")
        os.symlink("elsewhere.csv", self.path("breaks.csv"))
        result = self.expect(1, *arguments, "--breaks", "breaks.csv")
        self.assertEqual(self.read("elsewhere.csv"), "keep")
        self.assertFalse(os.path.islink(self.path("breaks.csv")))
        self.assertNotIn(".tmp", " ".join(os.listdir(self.dir)))
        self.assertIn("finding: ", result.err)
        text = self.read("breaks.csv")
        self.assertEqual(text, result.out)  # csv is what a pipe gets
        rows = list(csv.DictReader(text.splitlines()))
        self.assertTrue(any(row["class"] not in CLEAN for row in rows))
        found = self.expect(1, *arguments, "--format", "json").json()
        self.assertFalse(found["clean"])
        self.assertEqual(len(found["breaks"]), len(rows))
        billed = {row["currency"]: row["billed_cost"]
                  for row in found["currencies"]}
        for total in summary["currencies"]:
            self.assertEqual(billed[total["currency"]], total["billed_cost"])
        table = self.expect(1, *arguments, "--format", "table").out
        self.assertIn("(--all lists them)", table)


if __name__ == "__main__":
    unittest.main()
