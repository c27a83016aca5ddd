"""`reconcile` from outside: what it finds and says."""

import csv
import unittest

from reconcile_case import (CONTRACT, HEADER, MORE, RIGHT, RUNS, ReconcileCase, row)


class ReconcileTest(ReconcileCase):
    def test_memory_changes_nothing(self):
        # Two of three come a second time, long after the first.
        rows = [row(0, 1, "27.60", f"i-{i}") for i in range(3000)]
        self.bill(*rows, *rows[:2000])
        csv_of = ("--format", "csv", "bill.csv")
        known = self.reconcile(1, *csv_of).out
        self.assertEqual(known.count("duplicate_charge"), 2000)
        self.assertEqual(
            known, self.reconcile(1, "--memory", "64K", *csv_of).out)
        self.bill(*reversed(rows[:2000]), *rows)
        self.assertEqual(
            known, self.reconcile(1, "--memory", "64KB", *csv_of).out)

    def test_the_order_of_columns_changes_nothing(self):
        # Nodes and copies of equal cost, so that what is called a copy depends
        # on an order among them.
        rows = [row(0, 1, "27.60", f"i-{i}") for i in range(40)]
        rows += rows[:30]

        def write(name, part, reverse):
            lines = [HEADER, *part]
            if reverse:
                lines = [",".join(reversed(line[:-1].split(","))) + "\n"
                         for line in lines]
            return self.write(name, "".join(lines))

        whole = self.reconcile(1, write("whole.csv", rows, False),
                               "--format", "csv").out
        self.assertGreater(whole.count("duplicate_charge"), 20)
        for turned in ((True, False), (False, True), (True, True)):
            parts = (write("a.csv", rows[:35], turned[0]),
                     write("b.csv", rows[35:], turned[1]))
            self.assertEqual(
                self.reconcile(1, *parts, "--format", "csv").out, whole)

    def test_a_temporary_directory_that_is_not_there_is_named(self):
        self.bill(*[row(0, 1, "27.60", f"i-{i}") for i in range(3000)])
        nowhere = self.path("nowhere")
        error = self.reconcile(4, "--memory", "64K", "bill.csv",
                               env=self.environment(TMPDIR=nowhere)).err
        self.assertIn(nowhere, error)
        self.reconcile(1, "bill.csv")

    def test_memory_is_a_size(self):
        for size in ("1", "64", "1K", "64k", "64 M", "-1M", "9999999G", "M"):
            error = self.reconcile(2, "--memory", size, "bill.csv").err
            self.assertIn("--memory: '%s'" % size, error)

    def test_an_error_of_the_books_comes_before_one_of_the_bill(self):
        self.write("contract.textproto", CONTRACT.replace(
            "3.45", "9000000000000000000") + """
commitment { id: "spend" category: SPEND model: DISCONTINUOUS interval: ANNUAL
  layer: 2 applies { dimension: "provider" operator: IN value: "aws" }
  step { from: "2026-01-01T00:00:00Z" cost: "1" }
  shortfall { policy: WAIVED } }
""")
        self.expect(0, "contract", "apply", "contract.textproto")
        for rows in ([row(0, 1, "27.60")] * 9000,
                     [row(0, 1, "27.60"), "no row\n"]):
            self.bill(*rows)
            error = self.reconcile(3, "bill.csv").err
            self.assertIn("commitment spend: the interval from", error)

    def test_what_shares_a_cause_is_one_finding(self):
        bill = self.bill(row(0, 3, MORE), row(1, 3, MORE), row(2, 2, RIGHT),
                         row(3, 2, RIGHT))
        table = self.reconcile(1, bill, "--format", "table").out
        self.assertIn("billed 8 GPUs too many on aws/us-east-1/h200 from "
                      "2026-10-01T00:00:00Z to 2026-10-01T02:00:00Z: 16.000 "
                      "GPU-hours, 55.20 USD too much", table)
        found = self.reconcile(1, bill, "--format", "json").json()
        self.assertEqual(len(found["findings"]), 1)
        self.assertEqual(found["findings"][0]["difference"], "55.2")

    def test_timing_says_what_was_metered_then(self):
        self.write("before.csv", RUNS.splitlines()[0] + "\n" + "".join(
            f"b-{day},acme/chat,{pool},8,2026-09-0{day}T10:00:00Z,"
            f"2026-09-0{day}T12:00:00Z,COMPLETED\n"
            for day, pool in ((5, "aws/us-east-1/h200"),
                              (6, "aws/us-east-1/h200"),
                              (6, "aws/us-east-1/b200"))).replace(
                                  "b-6", "c-6", 1))
        self.expect(0, "import", "runs", "before.csv")

        def late(start, end):
            return row(0, 1, "1.00").replace(
                "2026-10-01T01:00:00Z,2026-10-01T00:00:00Z",
                f"2026-09-{end}:00Z,2026-09-{start}:00Z")

        windows = {("05T10:00", "05T10:30"): "8", ("05T10:30", "05T11:00"): "8",
                   ("05T10:00", "06T12:00"): "32", ("04T00:00", "30T00:00"): "32",
                   ("05T11:00", "05T12:30"): "8", ("05T12:00", "06T10:00"): None,
                   ("20T00:00", "30T00:00"): None}
        self.bill(*[late(*window) for window in windows])
        found = csv.DictReader(
            self.reconcile(1, "bill.csv", "--format", "csv").out.splitlines())
        told = {(r["period_start"][8:16], r["period_end"][8:16]): r["reason"]
                for r in found if r["class"] == "timing"}
        self.assertEqual(sorted(told), sorted(windows))
        for window, hours in windows.items():
            self.assertIn(f"was metered {hours} GPU-hours then" if hours
                          else "nothing was metered on the pool then",
                          told[window])

    def test_a_later_snapshot_replaces_a_month(self):
        # First delivery: an hour is missing and one is too dear. The second
        # has the whole month again, in two files of a manifest.
        first = self.write("first.csv", HEADER + row(0, 2, RIGHT) +
                           row(1, 2, "99.00") + row(2, 2, RIGHT))
        for name, hours in (("part-1.csv", (0, 1)), ("part-2.csv", (2, 3))):
            self.write(name, HEADER + "".join(row(h, 2, RIGHT) for h in hours))
        second = self.write("second.json",
                            '{"dataFiles": ["part-1.csv", "part-2.csv"]}')
        both = self.reconcile(1, first, second, "--format", "csv")
        self.assertIn("duplicate_charge", both.out)
        self.assertIn("2 of 7 rows are copies", both.err)
        done = self.reconcile(0, first, second, "--snapshots", "--format",
                              "csv")
        self.assertEqual(done.out, self.reconcile(0, second, "--format",
                                                  "csv").out)
        self.assertIn("3 rows are left out, because a later snapshot has "
                      "their billing period", done.err)
        # What is named last counts, whatever it is.
        self.assertEqual(
            self.reconcile(1, second, first, "--snapshots", "--format",
                           "csv").out,
            self.reconcile(1, first, "--format", "csv").out)
        # An earlier month's delivery stays, and so do the claims' lines.
        september = self.write("september.csv", (HEADER + row(0, 2, RIGHT))
                               .replace("2026-10-01T", "2026-09-01T")
                               .replace("2026-11-01T", "2026-10-01T"))
        done = self.reconcile(1, september, second, first, "--snapshots",
                              "--format", "csv", "--claims", "claims")
        self.assertIn("of another billing period", done.out)
        self.assertIn("4 rows are left out", done.err)
        lines = list(csv.DictReader(
            self.read("claims/aws/lines.csv").splitlines()))
        self.assertEqual([(line["file"], line["row"]) for line in lines[1:]],
                         [("first.csv", "3")])
        files = self.expect(0, "bill", "summary", "--snapshots", first, second,
                            "--format", "json").json()["files"]
        self.assertEqual([(f["name"][-10:], f["superseded"]) for f in files],
                         [("part-1.csv", 0), ("part-2.csv", 0),
                          ("first.csv", 3)])

    def test_applied_amounts_that_cannot_be_read_are_said(self):
        header = HEADER.rstrip("\n") + ",ContractApplied\n"
        self.write("bill.csv", header + "".join(
            row(hour, 2, RIGHT).rstrip("\n") + ",{broken\n"
            for hour in range(4)))
        found = self.reconcile(0, "bill.csv", "--format", "json").json()
        self.assertIn("4 values of ContractApplied could not be read",
                      [check["detail"] for check in found["checks"]
                       if check["name"] == "contract_applied"][0])

    def test_a_bill_of_someone_else_is_not_clean(self):
        bill = self.bill(*[row(hour, 2, RIGHT).replace(",aws,AWS,",
                                                       ",Amazon,AWS,")
                           for hour in range(4)])
        for name, rows in ((bill, 4), (self.write("none.csv", HEADER), 0)):
            done = self.reconcile(1, name, "--format", "json")
            found = done.json()
            self.assertFalse(found["clean"])
            unbilled = [item for item in found["breaks"]
                        if item["class"] == "unbilled_usage"]
            self.assertEqual([item["metered_gpu_seconds"]
                              for item in unbilled], ["230400"])
            note = next(n for n in found["notes"] if "no row of provider" in n)
            self.assertEqual('"Amazon" (provider_alias?)' in note, rows > 0)

    def test_an_open_period_is_pending(self):
        bill = self.bill(row(0, 3, MORE), row(1, 2, RIGHT))
        done = self.expect(0, "reconcile", "--contract", "aws-2025", "--period",
                           "2026-10", "--at", "2026-10-01T02:00:00Z", bill)
        rows = list(csv.DictReader(done.out.splitlines()))
        self.assertEqual([(r["class"], r["status"]) for r in rows],
                         [("quantity_break", "pending"), ("matched", "final")])
        self.assertIn("pending, not breaks", done.err)

    def test_a_note_is_one_line_whatever_a_bill_says(self):
        tax = row(0, 2, RIGHT).replace("Usage,,", "Tax,,").replace(
            "EC2", '"EC2\nnote: forged"')
        done = self.reconcile(1, self.bill(row(0, 2, RIGHT), tax, tax))
        self.assertIn("cannot be told", done.err)
        self.assertIn("note: forged", done.err)
        for line in done.err.splitlines():
            self.assertFalse(line.startswith("note: forged"), line)

    def test_files_of_two_versions_are_said_to_count_twice(self):
        def newer(name, *hours):
            lines = [HEADER] + [row(hour, 2, RIGHT) for hour in hours]
            return self.write(name, "".join(
                line.rstrip("\n") + more for line, more in
                zip(lines, (",InvoiceId\n", ",A\n", ",A\n"))))

        first = self.bill(*[row(hour, 2, RIGHT) for hour in (0, 1)])
        # They are of different hours, so no charge is in both.
        self.assertNotIn("twice",
                         self.reconcile(0, first, newer("later.csv", 2, 3)).err)
        again = newer("again.csv", 0, 1)
        said = "counts twice and is not found to be a copy"
        self.assertIn(said, self.reconcile(1, first, again).err)
        self.assertIn(said, self.expect(0, "bill", "summary", "--format",
                                        "table", first, again).out)
        last = self.reconcile(1, first, again, "--snapshots")
        self.assertNotIn("twice", last.err)



if __name__ == "__main__":
    unittest.main()
