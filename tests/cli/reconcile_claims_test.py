"""Claims of `reconcile`: what is written, and what is not claimed."""

import csv
import os
import unittest

from reconcile_case import CONTRACT, HEADER, MORE, RIGHT, ReconcileCase, row


class ClaimsTest(ReconcileCase):
    def test_a_claim_has_the_lines_and_the_evidence(self):
        bill = self.bill(row(0, 3, MORE, "=cmd|x"), row(1, 2, RIGHT),
                         row(2, 2, RIGHT), row(3, 2, RIGHT))
        done = self.reconcile(1, bill, "--claims", "claims")
        self.assertIn("wrote 1 claim to claims/aws", done.err)
        folder = "claims/aws/"
        self.assertEqual(sorted(os.listdir(self.path("claims/aws"))),
                         ["claim.md", "lines.csv", "runs.csv", "usage.csv"])
        letter = self.read(folder + "claim.md")
        self.assertIn("**27.60 USD**", letter)
        self.assertIn("until **2026-12-31T00:00:00Z**", letter)
        hash_ = self.expect(0, "verify", "--format", "json").json()
        self.assertIn(hash_["chain_hash"], letter)
        lines = list(csv.DictReader(self.read(folder + "lines.csv").splitlines()))
        self.assertEqual([(line["claim"], line["file"], line["row"])
                          for line in lines],
                         [("", "bill.csv", ""), ("1", "bill.csv", "2")])
        self.assertEqual(lines[0]["fields"] + "\n", HEADER)
        fields = next(csv.reader([lines[1]["fields"]]))
        self.assertIn("'=cmd|x", fields)
        usage = list(csv.DictReader(self.read(folder + "usage.csv").splitlines()))
        self.assertEqual([(u["tenant"], u["gpu_seconds"]) for u in usage],
                         [("acme/chat", "57600")])
        runs = list(csv.DictReader(self.read(folder + "runs.csv").splitlines()))
        self.assertEqual(runs[0]["run_id"], "job-1")
        self.assertGreater(int(runs[0]["journal_sequence"]), 0)
        commits = {entry["subject"]: int(entry["sequence"]) for entry in
                   csv.DictReader(self.expect(0, "journal", "--format", "csv")
                                  .out.splitlines())
                   if entry["kind"] == "commit"}
        self.assertGreater(commits[runs[0]["journal_hash"]],
                           int(runs[0]["journal_sequence"]))

    def test_the_evidence_adds_up_to_what_a_claim_is_about(self):
        self.write("c.txtpb", CONTRACT + """
commitment { id: "reserved" category: USAGE model: CONTINUOUS interval: HOURLY
  step { from: "2026-01-01T00:00:00Z" quantity: "8" }
  price: "2.00" shortfall { policy: TAKE_OR_PAY } }
""")
        self.expect(0, "contract", "apply", "c.txtpb")
        # Of 16 GPUs 8 are covered; two nodes on demand are one too many. A fee
        # says that the bill tells covered usage from other.
        fee = row(0, 1, "16.00", "reserved").replace(
            "Usage,,p5en hour,Usage-Based", "Purchase,,fee,Recurring")
        self.reconcile(1, self.bill(row(0, 2, RIGHT), row(1, 2, RIGHT), fee),
                       "--claims", "claims")
        usage = list(csv.DictReader(
            self.read("claims/aws/usage.csv").splitlines()))
        self.assertEqual(sum(float(u["gpu_hours"]) for u in usage), 32)
        letter = self.read("claims/aws/claim.md")
        self.assertIn("Claim 1: 32.000 GPU-hours, of which the bill's rows are "
                      "compared with 16.000; the other 16.000 are usage of "
                      "the pool of another kind", letter)
        # Without a commitment they are the same, and nothing is said.
        self.write("c.txtpb", CONTRACT)
        self.expect(0, "contract", "apply", "c.txtpb")
        self.reconcile(1, self.bill(row(0, 3, MORE)), "--claims", "claims")
        self.assertNotIn("of which the bill's rows",
                         self.read("claims/aws/claim.md"))

    def test_foreign_text_is_inert_in_every_csv(self):
        evil = {"esc": "\x1b[31mred", "c1": "\x9b31m", "bidi": "\u202eabc",
                "small": "\ufe661+1", "wide": "\uff1d1", "plain": "=1+1"}
        bill = self.bill(*[row(0, 3, MORE, text) for text in evil.values()],
                         row(1, 2, RIGHT))
        out = self.reconcile(1, bill, "--format", "csv", "--breaks",
                             "breaks.csv", "--claims", "claims").out
        for text in (out, self.read("breaks.csv"),
                     self.read("claims/aws/lines.csv")):
            for character in "\x1b\x9b\u202e":
                self.assertNotIn(character, text)
        lines = list(csv.DictReader(
            self.read("claims/aws/lines.csv").splitlines()))
        resources = {next(csv.reader([line["fields"]]))[22]
                     for line in lines[1:]}
        self.assertEqual(resources, {
            r"\x1b[31mred", r"\x9b31m", r"\u202eabc", "'\ufe661+1",
            "'\uff1d1", "'=1+1"})
        for line in lines:
            self.assertNotIn(line["fields"][:1], "=+-@")

    def test_nothing_is_written_where_nothing_is_claimed(self):
        bill = self.bill(*[row(hour, 2, RIGHT) for hour in range(4)])
        done = self.reconcile(0, bill, "--claims", "claims")
        self.assertIn("nothing to claim", done.err)
        self.assertFalse(os.path.exists(self.path("claims")))
        os.makedirs(self.path("claims/aws"))
        done = self.reconcile(0, bill, "--claims", "claims")
        self.assertIn("claims/aws is of another run", done.err)
        with open(self.path(bill), "rb") as file:
            self.assertEqual(
                self.run_cli("reconcile", "--contract", "aws-2025", "--period",
                             "2026-10", "--claims", "claims", "-",
                             stdin=file.read()).code, 2)

    def test_a_claim_stays_in_its_directory(self):
        bill = self.bill(row(0, 3, MORE))
        os.makedirs(self.path("claims"))
        os.symlink(self.path("elsewhere"), self.path("claims/aws"))
        os.makedirs(self.path("elsewhere"))
        error = self.reconcile(4, bill, "--claims", "claims").err
        self.assertIn("claims/aws: is a link", error)
        self.assertEqual(os.listdir(self.path("elsewhere")), [])

    def test_a_bill_of_effective_cost_is_read_twice_alike(self):
        # Capacity that nobody ran on is told apart by its cost.
        rows = [row(hour, 2, RIGHT) for hour in range(4)] + [row(5, 1, "90.00")]
        text = (HEADER + "".join(rows)).replace("BilledCost,", "", 1)
        lines = [text.splitlines()[0] + ",CapacityReservationId,"
                 "CapacityReservationStatus"]
        for line in text.splitlines()[1:]:
            unused = ",cr,Unused" if "T05:00" in line else ",,"
            lines.append(line.split(",", 1)[1] + unused)
        done = self.reconcile(
            1, self.write("bill.csv", "\n".join(lines) + "\n"), "--claims",
            "claims")
        self.assertIn("wrote 1 claim", done.err)
        self.assertIn("62.40 USD", self.read("claims/aws/claim.md"))
        self.assertIn("1,bill.csv,6,", self.read("claims/aws/lines.csv"))

    def test_what_is_billed_twice_is_claimed_though_it_is_no_usage_of_ours(self):
        def storage(bucket, cost="5.00"):
            return row(0, 5, cost, resource=bucket).replace(
                "EC2,p5en,p5en.od", "Amazon S3,s3,s3.std").replace(
                    "Hours", "Requests")
        text = HEADER + "".join([
            *[row(hour, 2, RIGHT) for hour in range(4)], storage("a"),
            storage("b"), storage("a"), storage("c", "7.00")])
        for name, bill in (("billed", text),
                           ("effective",
                            "".join(line.split(",", 1)[1] for line in
                                    text.splitlines(keepends=True)))):
            done = self.reconcile(1, self.write(name + ".csv", bill),
                                  "--claims", name)
            self.assertIn("wrote 1 claim", done.err)
            self.assertIn("5.00 USD", self.read(name + "/aws/claim.md"))
            self.assertEqual(
                [line.split(",")[2] for line in
                 self.read(name + "/aws/lines.csv").splitlines()
                 if line.startswith("1,")], ["6", "8"], name)

    def test_only_a_credit_for_what_is_claimed_is_taken_off(self):
        # What nothing is used of is a name for an account as a whole.
        rows = [row(0, 3, MORE), *[row(hour, 2, RIGHT) for hour in (1, 2, 3)],
                row(0, 5, "1.00", resource="bucket").replace(
                    "EC2,p5en,p5en.od", "Amazon S3,s3,s3.std").replace(
                        "Hours", "Requests")]
        for category, service, claimed in (("Credit", "EC2", False),
                                           ("credit", "EC2", False),
                                           ("Credit", "AWS Account", False),
                                           ("Credit", "Amazon S3", True)):
            credit = row(0, "", "-27.60", resource="").replace(
                ",Usage,,", f",{category},,").replace(
                    "EC2,p5en,p5en.od", f"{service},,")
            done = self.reconcile(1, self.bill(*rows, credit), "--claims",
                                  f"claims-{category}-{service[-1]}")
            self.assertEqual("wrote 1 claim" in done.err, claimed, category)
            self.assertEqual("gives back 27.60 USD" in done.err, not claimed)


if __name__ == "__main__":
    unittest.main()
