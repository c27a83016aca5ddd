"""Agreed lines of `reconcile` that are posted as usage."""

import os
import unittest

from reconcile_case import AT, HEADER, MORE, RIGHT, ReconcileCase, row


class PostTest(ReconcileCase):
    def test_posting_twice_changes_nothing(self):
        rows = [row(hour, 2, RIGHT) for hour in range(4)]
        rows.append(row(6, 1, "27.60"))
        bill = self.bill(*rows)
        self.reconcile(1, bill, "--breaks", "breaks.csv")
        lines = self.read("breaks.csv").splitlines(keepends=True)
        agreed = [line for line in lines[1:] if line.startswith("unmetered")]
        self.assertEqual(len(agreed), 1)
        self.write("agreed.csv", lines[0] + agreed[0])
        refused = self.reconcile(3, bill, "--post", "agreed.csv")
        self.assertIn("names no tenant", refused.err)
        post = ["--post", "agreed.csv", "--post-tenant", "acme/lost"]
        done = self.reconcile(1, bill, *post)
        self.assertIn("posted 1 agreed line, 0 were", done.err)
        usage = self.expect(0, "usage", "--by", "tenant", "--at", AT)
        self.assertIn("acme/lost,28800,8.000000000", usage.out)
        journal = self.expect(0, "journal").out
        self.assertIn("bill:aws-2025:2026-10-01T06:00:00Z:", journal)
        self.assertIn("2026-10-01T07:00:00Z), by bill.csv:6", journal)
        # The bill and the books agree now, and the same again is no change.
        again = self.reconcile(0, bill, *post)
        self.assertIn("posted 0 agreed lines, 1 were", again.err)
        # Nor where the bill lies elsewhere.
        self.write("moved.csv", self.read("bill.csv"))
        again = self.reconcile(0, "moved.csv", *post)
        self.assertIn("posted 0 agreed lines, 1 were", again.err)
        self.assertEqual(self.expect(0, "usage", "--by", "tenant", "--at",
                                     AT).out, usage.out)
        self.assertEqual(self.expect(0, "journal").out, journal)
        self.expect(0, "verify")

    def test_what_the_bill_takes_back_is_neither_claimed_nor_posted(self):
        back = row(0, -1, "-27.60").replace(",Usage,,", ",Usage,Correction,")
        self.assertIn("Correction", back)
        bill = self.bill(row(0, 3, MORE), *[row(hour, 2, RIGHT)
                                            for hour in (1, 2, 3)], back)
        done = self.reconcile(1, bill, "--breaks", "breaks.csv", "--claims",
                              "claims")
        self.assertIn("nothing to claim", done.err)
        lines = self.read("breaks.csv").splitlines(keepends=True)
        agreed = [line for line in lines if line.startswith("quantity_break")]
        self.write("agreed.csv", lines[0] + agreed[0])
        refused = self.reconcile(3, bill, "--post", "agreed.csv",
                                 "--post-tenant", "t")
        self.assertIn("corrections in the bill take it back", refused.err)

    def test_what_is_pending_is_not_posted(self):
        bill = self.bill(*[row(hour, 2, RIGHT) for hour in range(4)],
                         row(6, 1, "27.60"))
        early = ("reconcile", "--contract", "aws-2025", "--period", "2026-10",
                 "--at", "2026-10-20T00:00:00Z", bill)
        self.expect(0, *early, "--breaks", "breaks.csv")
        lines = self.read("breaks.csv").splitlines(keepends=True)
        agreed = [line for line in lines if line.startswith("unmetered")]
        self.write("agreed.csv", lines[0] + agreed[0])
        refused = self.expect(3, *early, "--post", "agreed.csv",
                              "--post-tenant", "t")
        self.assertIn("it is pending", refused.err)

    def test_what_is_posted_cites_its_rows(self):
        long = "x" * 240 + ".csv"
        for name, nodes in (("a.csv", 7), (long, 5)):
            self.write(name, HEADER + row(0, 2, RIGHT) + "".join(
                row(6, 1, "27.60", f"{name[0]}-{i}") for i in range(nodes)))
        deep = os.path.join("d" * 200, long)
        os.mkdir(self.path("d" * 200))
        os.rename(self.path(long), self.path(deep))
        bills = ("a.csv", deep)
        self.reconcile(1, *bills, "--breaks", "breaks.csv")
        lines = self.read("breaks.csv").splitlines(keepends=True)
        agreed = [line for line in lines[1:] if line.startswith("unmetered")]
        self.write("agreed.csv", lines[0] + "".join(agreed))
        self.reconcile(1, *bills, "--post", "agreed.csv", "--post-tenant", "t")
        cited = ", ".join(f"a.csv:{n}" for n in range(3, 10))
        self.assertIn(f", by {cited}, {long}:3 and 4 more",
                      self.expect(0, "journal").out)

    def test_posting_needs_a_bill_that_can_be_read_twice(self):
        self.write("agreed.csv", "class\n")
        error = self.reconcile(2, "--post", "agreed.csv", "-", stdin=b"").err
        self.assertIn("--post reads the bill twice", error)

    def test_only_lines_that_are_there_are_posted(self):
        bill = self.bill(*[row(hour, 2, RIGHT) for hour in range(4)],
                         row(6, 1, "27.60"))
        self.reconcile(1, bill, "--breaks", "breaks.csv")
        lines = self.read("breaks.csv").splitlines(keepends=True)
        agreed = next(line for line in lines if line.startswith("unmetered"))
        other = agreed.replace("28800", "57600")
        self.write("agreed.csv", lines[0] + other)
        refused = self.reconcile(3, bill, "--post", "agreed.csv",
                                 "--post-tenant", "acme/lost")
        self.assertIn("agreed.csv:2: this reconciliation has no such line",
                      refused.err)
        matched = next(line for line in lines if line.startswith("matched"))
        self.write("agreed.csv", lines[0] + matched)
        refused = self.reconcile(3, bill, "--post", "agreed.csv",
                                 "--post-tenant", "acme/lost")
        self.assertIn("no hours beyond what is metered", refused.err)

    def test_a_clean_line_has_nothing_to_agree_to(self):
        # A millionth of an hour more: the last published place.
        bill = self.bill(*[row(hour, 2, RIGHT) for hour in range(3)],
                         row(3, "2.000001", RIGHT))
        self.reconcile(0, bill, "--tolerance", "1", "--breaks", "breaks.csv")
        lines = self.read("breaks.csv").splitlines(keepends=True)
        agreed = next(line for line in lines if line.startswith("within"))
        self.write("agreed.csv", lines[0] + agreed)
        refused = self.reconcile(3, bill, "--tolerance", "1", "--post",
                                 "agreed.csv", "--post-tenant", "acme/lost")
        self.assertIn("agreed.csv:2: it is clean", refused.err)

    def test_errors_of_the_bill_are_not_posted_as_usage(self):
        elsewhere = row(5, 1, "27.60").replace(",USD,", ",EUR,")
        bill = self.bill(*[row(hour, 2, RIGHT) for hour in range(4)],
                         row(0, 2, RIGHT), elsewhere,
                         row(6, 1, "27.60"))
        self.reconcile(1, bill, "--breaks", "breaks.csv")
        lines = self.read("breaks.csv").splitlines(keepends=True)
        for name in ("duplicate_charge", "currency_break"):
            wrong = [line for line in lines if line.startswith(name)]
            right = [line for line in lines if line.startswith("unmetered")]
            self.assertEqual((len(wrong), len(right)), (1, 1))
            self.write("agreed.csv", lines[0] + right[0] + wrong[0])
            refused = self.reconcile(3, bill, "--post", "agreed.csv",
                                     "--post-tenant", "acme/lost")
            self.assertIn(f"agreed.csv:3: {name} does not say", refused.err)
        self.assertNotIn("acme/lost", self.expect(
            0, "usage", "--by", "tenant", "--at", AT).out)


if __name__ == "__main__":
    unittest.main()
