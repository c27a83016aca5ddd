"""Where `reconcile` writes, and where it does not."""

import os
import unittest

from reconcile_case import AT, MORE, RIGHT, ReconcileCase, row


class OutputsTest(ReconcileCase):
    def test_no_output_takes_the_place_of_an_input(self):
        bill = self.bill(row(0, 3, MORE))
        self.write("agreed.csv", "class\n")
        self.write("part.csv", self.read(bill))
        self.write("manifest.json", '{"dataFiles": ["part.csv"]}')
        os.symlink("bill.csv", self.path("link.csv"))
        os.link(self.path("bill.csv"), self.path("hard.csv"))
        os.makedirs(self.path("claims/aws"))
        os.link(self.path("bill.csv"), self.path("claims/aws/lines.csv"))
        before = {name: self.read(name) for name in os.listdir(self.dir)
                  if os.path.isfile(self.path(name))}
        for output, also in (
                (("--breaks", "bill.csv"), "read as bill.csv"),
                (("--report", "./bill.csv"), "read as bill.csv"),
                (("--breaks", "link.csv"), "read as bill.csv"),
                (("--breaks", "hard.csv"), "read as bill.csv"),
                (("--claims", "claims"), "read as bill.csv"),
                (("--breaks", "agreed.csv", "--post", "agreed.csv"),
                 "read as agreed.csv"),
                (("--breaks", "o.x", "--report", "./o.x"),
                 "written by --breaks"),
                (("--breaks", "claims/aws/claim.md", "--claims", "claims"),
                 "written by --breaks"),
                (("--breaks", "drawdown.ledger/data.mdb"), "in the ledger"),
                (("--breaks", "drawdown.ledger/live/x"), "in the ledger")):
            if "claim.md" in output[1]:
                os.unlink(self.path("claims/aws/lines.csv"))
            error = self.reconcile(2, bill, *output).err
            self.assertIn(also, error)
        for output in (("--breaks", "part.csv"), ("--breaks", "manifest.json")):
            error = self.reconcile(2, "manifest.json", *output).err
            self.assertIn("is read as", error)
        for name, text in before.items():
            self.assertEqual(self.read(name), text)
        self.assertEqual(os.listdir(self.path("claims/aws")), [])
        for verb in (("report", "--html", "drawdown.ledger/data.mdb"),
                     ("statement", "--contract", "aws-2025", "--period",
                      "2026-10", "--format", "focus-1.4", "--commitments",
                      "drawdown.ledger/data.mdb")):
            self.assertIn("in the ledger", self.expect(2, *verb).err)
        self.expect(0, "verify")

    def test_the_file_behind_stdin_is_an_input(self):
        text = self.read(self.bill(row(0, 3, MORE)))
        for name in ("-", "/dev/stdin"):
            with open(self.path("bill.csv"), "rb") as file:
                error = self.reconcile(2, name, "--breaks", "bill.csv",
                                       stdin=file).err
            self.assertIn(f"bill.csv is read as {name}", error)
        self.assertEqual(self.read("bill.csv"), text)
        with open(self.path("bill.csv"), "rb") as file:
            self.reconcile(1, "-", "--breaks", "breaks.csv", stdin=file)
        # A pipe is read once, under any name.
        for option in ("--claims", "--post"):
            error = self.reconcile(2, "/dev/stdin", option, "x",
                                   stdin=text.encode()).err
            self.assertIn("give a file, not /dev/stdin", error)

    def test_nothing_is_written_into_the_ledger(self):
        bill = self.path(self.bill(row(0, 3, MORE)))
        inside = self.path("drawdown.ledger")
        before = sorted(os.listdir(inside))
        for folder in ("drawdown.ledger", "drawdown.ledger/x",
                       "./drawdown.ledger/x/y"):
            error = self.reconcile(2, bill, "--claims", folder).err
            self.assertIn("in the ledger", error)
        ledger = ("reconcile", "--contract", "aws-2025", "--period", "2026-10",
                  "--at", AT, bill, "--ledger", ".")
        for output in (("--breaks", "x.csv"), ("--report", "./y.html"),
                       ("--claims", "z")):
            error = self.expect(2, *ledger, *output, cwd=inside).err
            self.assertIn("in the ledger .", error)
        self.assertEqual(sorted(os.listdir(inside)), before)
        self.expect(1, *ledger, "--breaks", "../x.csv", cwd=inside)

    def test_an_output_beside_the_bill_is_fine(self):
        bill = self.bill(row(0, 3, MORE))
        self.reconcile(1, bill, "--breaks", "breaks.csv", "--report",
                       "report.html", "--claims", "claims")
        # And again over what was written.
        self.reconcile(1, bill, "--breaks", "breaks.csv", "--report",
                       "report.html", "--claims", "claims")
        self.assertIn("quantity_break", self.read("breaks.csv"))

    def test_the_page_is_inert(self):
        bill = self.bill(row(0, 3, MORE, "<script>alert(1)</script>"),
                         row(1, 2, RIGHT), row(2, 2, RIGHT), row(3, 2, RIGHT))
        self.reconcile(1, bill, "--report", "out.html")
        page = self.read("out.html")
        self.assertNotIn("<script", page)
        self.assertIn("27.60", page)
        self.assertIn("quantity_break", page)


if __name__ == "__main__":
    unittest.main()
