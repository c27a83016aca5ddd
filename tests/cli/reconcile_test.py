"""`reconcile` from outside: its files, its claims, what it posts."""

import csv
import decimal
import os
import unittest

from harness import CliTest

AT = "2026-11-01T00:00:00Z"
HEADER = ("BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,"
          "BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,"
          "ChargeDescription,ChargeFrequency,ChargePeriodEnd,"
          "ChargePeriodStart,ContractedCost,EffectiveCost,InvoiceIssuerName,"
          "ListCost,ListUnitPrice,PricingQuantity,PricingUnit,ProviderName,"
          "PublisherName,RegionId,ResourceId,ServiceCategory,ServiceName,"
          "SkuId,SkuPriceId,SubAccountId\n")
CONTRACT = """
id: "aws-2025"
provider: "aws"
currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
claim_window: "60d"
pool { name: "aws/us-east-1/h200" sku: "p5en" region: "us-east-1"
       gpus_per_unit: 8 }
rate { pool: "aws/*/h200" price: "3.45" from: "2026-01-01T00:00:00Z" }
rounding { level: LINE scale: 6 }
"""
RUNS = """\
run_id,tenant,pool,gpus,start,end,state
job-1,acme/chat,aws/us-east-1/h200,16,2026-10-01T00:00:00Z,2026-10-01T04:00:00Z,COMPLETED
"""


def row(hour, nodes, cost, resource="i-1"):
    start = "2026-10-01T%02d:00:00Z" % hour
    end = "2026-10-01T%02d:00:00Z" % (hour + 1)
    return (f"{cost},1234,Acme,USD,2026-11-01T00:00:00Z,2026-10-01T00:00:00Z,"
            f"Usage,,p5en hour,Usage-Based,{end},{start},{cost},{cost},AWS,"
            f"{cost},27.60,{nodes},Hours,aws,AWS,us-east-1,{resource},Compute,"
            f"EC2,p5en,p5en.od,111\n")


RIGHT = "55.20"  # 2 nodes x 8 GPUs x 3.45
MORE = "82.80"   # 3 nodes


class ReconcileTest(CliTest):
    def setUp(self):
        super().setUp()
        self.write("contract.textproto", CONTRACT)
        self.write("runs.csv", RUNS)
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "contract.textproto")
        self.expect(0, "import", "runs", "runs.csv")

    def bill(self, *rows):
        return self.write("bill.csv", HEADER + "".join(rows))

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

    def reconcile(self, code, *more, **options):
        return self.expect(code, "reconcile", "--contract", "aws-2025",
                           "--period", "2026-10", "--at", AT, *more, **options)

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

    def test_only_a_credit_for_what_is_claimed_is_taken_off(self):
        rows = [row(0, 3, MORE), *[row(hour, 2, RIGHT) for hour in (1, 2, 3)]]
        for category, service, claimed in (("Credit", "EC2", False),
                                           ("credit", "EC2", False),
                                           ("Credit", "Amazon S3", True)):
            credit = row(0, "", "-27.60", resource="").replace(
                ",Usage,,", f",{category},,").replace(
                    "EC2,p5en,p5en.od", f"{service},,")
            done = self.reconcile(1, self.bill(*rows, credit), "--claims",
                                  f"claims-{category}-{service[-1]}")
            self.assertEqual("wrote 1 claim" in done.err, claimed, category)
            self.assertEqual("gives back 27.60 USD" in done.err, not claimed)

    def test_applied_amounts_that_cannot_be_read_are_said(self):
        header = HEADER.rstrip("\n") + ",ContractApplied\n"
        self.write("bill.csv", header + "".join(
            row(hour, 2, RIGHT).rstrip("\n") + ",{broken\n"
            for hour in range(4)))
        found = self.reconcile(0, "bill.csv", "--format", "json").json()
        self.assertIn("4 values of ContractApplied could not be read",
                      [check["detail"] for check in found["checks"]
                       if check["name"] == "contract_applied"][0])

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


def commitment(name, price, priority):
    return f"""
commitment {{
  id: "{name}" category: USAGE model: CONTINUOUS interval: HOURLY
  layer: 1 priority: {priority}
  applies {{ dimension: "pool" operator: IN value: "POOL" }}
  step {{ from: "2026-10-01T00:00:00Z" quantity: "8" }}
  price: "{price}" shortfall {{ policy: TAKE_OR_PAY price: "{price}" }}
}}
"""


class ExportsTest(CliTest):
    """Bills of three providers, right to the cent by the ledger."""

    def check(self, provider, alias, region, sku, gpus, commitments, rows,
              total, *options):
        pool = f"{provider}/{region}/gpu"
        self.write("contract.textproto", f"""
id: "it"
provider: "{provider}"
provider_alias: "{alias}"
currency: "USD"
term {{ start: "2026-10-01T00:00:00Z" end: "2026-10-02T00:00:00Z" }}
pool {{ name: "{pool}" sku: "{sku}" region: "{region}" gpus_per_unit: 8 }}
rate {{ pool: "{pool}" price: "3.45" from: "2026-10-01T00:00:00Z" }}
""" + commitments.replace("POOL", pool))
        self.write("runs.csv", "run_id,tenant,pool,gpus,start,end,state\n"
                   f"job-1,acme/chat,{pool},{gpus},2026-10-01T00:00:00Z,"
                   "2026-10-02T00:00:00Z,COMPLETED\n")
        columns = list(dict.fromkeys(name for r in rows for name in r))
        with open(os.path.join(self.dir, "bill.csv"), "w") as file:
            out = csv.DictWriter(file, columns, restval="")
            out.writeheader()
            out.writerows(rows)
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "contract.textproto")
        self.expect(0, "import", "runs", "runs.csv")
        answer = self.expect(0, "reconcile", "--contract", "it", "--period",
                             "2026-10", "--at", AT, "--format", "json",
                             "bill.csv", *options).json()
        self.assertTrue(answer["clean"])
        self.assertEqual(answer["currencies"],
                         [{"currency": "USD", "billed_cost": total,
                           "expected_cost": total, "difference": "0"}])
        statement = self.expect(0, "statement", "--contract", "it", "--period",
                                "2026-10", "--at", AT, "--format", "csv").out
        owed = sum(decimal.Decimal(line["cost"] or "0")
                   for line in csv.DictReader(statement.splitlines()))
        self.assertEqual(owed, decimal.Decimal(total))

    def test_an_aws_report_with_a_savings_plan_and_a_reservation(self):
        plan = "arn:aws:savingsplans::1:savingsplan/sp-1"
        reservation = "arn:aws:ec2:us-east-1:1:reserved-instances/ri-1"

        def line(hour, kind, cost, **more):
            day, next_hour = divmod(hour + 1, 24)
            return {
                "identity_line_item_id": f"{kind}{hour}",
                "bill_billing_period_start_date": "2026-10-01T00:00:00Z",
                "bill_billing_period_end_date": "2026-11-01T00:00:00Z",
                "line_item_line_item_type": kind,
                "line_item_usage_start_date": "2026-10-01T%02d:00:00Z" % hour,
                "line_item_usage_end_date":
                    "2026-10-%02dT%02d:00:00Z" % (1 + day, next_hour),
                "line_item_product_code": "AmazonEC2",
                "line_item_usage_account_id": "2",
                "line_item_usage_amount": "1",
                "line_item_currency_code": "USD",
                "line_item_unblended_cost": cost,
                "pricing_unit": "Hrs",
                "product_region_code": "us-east-1",
                "product": '{"gpu":"8","instance_type":"p5en"}', **more}

        rows = []
        for hour in range(24):
            sp = {"savings_plan_savings_plan_a_r_n": plan}
            ri = {"reservation_reservation_a_r_n": reservation}
            rows += [
                line(hour, "Usage", "27.60"),
                line(hour, "SavingsPlanCoveredUsage", "27.60", **sp,
                     savings_plan_savings_plan_effective_cost="16"),
                line(hour, "SavingsPlanNegation", "-27.60", **sp),
                line(hour, "SavingsPlanRecurringFee", "16", **sp),
                line(hour, "DiscountedUsage", "0", **ri,
                     reservation_effective_cost="20"),
                line(hour, "RIFee", "20", **ri)]
        self.check("aws", "AWS", "us-east-1", "p5en", 24,
                   commitment("sp-1", "2", 1) + commitment("ri-1", "2.50", 2),
                   rows, "1526.4")  # 24 x (27.60 + 16 + 20)

    def tenants_of(self, start, key, tags):
        """What a report of one hour finds by tenant, its columns named by
        `start`."""
        names = {"identity_line_item_id": "identity/LineItemId",
                 "bill_billing_period_start_date":
                     "bill/BillingPeriodStartDate",
                 "bill_billing_period_end_date": "bill/BillingPeriodEndDate",
                 "line_item_line_item_type": "lineItem/LineItemType",
                 "line_item_usage_start_date": "lineItem/UsageStartDate",
                 "line_item_usage_end_date": "lineItem/UsageEndDate",
                 "line_item_usage_amount": "lineItem/UsageAmount",
                 "line_item_currency_code": "lineItem/CurrencyCode",
                 "line_item_unblended_cost": "lineItem/UnblendedCost",
                 "pricing_unit": "pricing/unit",
                 "product_region_code": "product/regionCode",
                 "product_instance_type": "product/instanceType"}
        lines = []
        for place, tag in enumerate(tags):
            values = [f"id{place}", "2026-10-01T00:00:00Z",
                      "2026-11-01T00:00:00Z", "Usage", "2026-10-01T00:00:00Z",
                      "2026-10-01T01:00:00Z", "1", "USD", "27.60", "Hrs",
                      "us-east-1", "p5en"]
            lines.append(dict(zip(names, values)) | tag)
        columns = list(dict.fromkeys(name for line in lines for name in line))
        path = self.path("report.csv")
        with open(path, "w") as file:
            out = csv.writer(file)
            out.writerow([names.get(name, name) if start else name
                          for name in columns])
            out.writerows([line.get(name, "") for name in columns]
                          for line in lines)
        found = self.run_cli(
            "reconcile", "--contract", "it", "--period", "2026-10", "--at", AT,
            "--tenant-tag", key, "--format", "csv", path).out
        return sorted((line["class"], line["tenant"],
                       line["billed_gpu_hours"], line["metered_gpu_hours"])
                      for line in csv.DictReader(found.splitlines()))

    def test_tags_of_aws_reports_name_tenants(self):
        self.write("contract.textproto", """
id: "it" provider: "aws" currency: "USD"
provider_alias: "AWS"
term { start: "2026-10-01T00:00:00Z" end: "2027-10-01T00:00:00Z" }
pool { name: "aws/us-east-1/h200" sku: "p5en" region: "us-east-1" gpus_per_unit: 8 }
rate { pool: "aws/us-east-1/h200" price: "3.45" from: "2026-10-01T00:00:00Z" }
""")
        self.write("runs.csv", "run_id,tenant,pool,gpus,start,end,state\n" +
                   "".join(f"{tenant},{tenant},aws/us-east-1/h200,8,"
                           "2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,"
                           "COMPLETED\n" for tenant in ("chat", "search")))
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "contract.textproto")
        self.expect(0, "import", "runs", "runs.csv")
        hours = "8.000000000"
        both = [("matched", "chat", hours, hours),
                ("matched", "search", hours, hours)]
        legacy = [{"resourceTags/user:team": name} for name in
                  ("chat", "search")]
        map_of_tags = [{"resource_tags": '{"user_team":"%s"}' % name}
                       for name in ("chat", "search")]
        self.assertEqual(
            self.tenants_of("lineItem/", "user:team", legacy), both)
        self.assertEqual(
            self.tenants_of("", "user_team", map_of_tags), both)
        legacy[1] = legacy[0]
        self.assertEqual(
            [line[:2] for line in
             self.tenants_of("lineItem/", "user:team", legacy)],
            [("allocation_gap", "chat"), ("allocation_gap", "search")])

    def test_an_azure_export_of_days(self):
        row = {"ChargeType": "Usage", "MeterId": "m-1",
               "UnitOfMeasure": "1 Hour", "Quantity": "24",
               "CostInBillingCurrency": "662.40", "BillingCurrency": "USD",
               "BillingPeriodStartDate": "10/01/2026",
               "BillingPeriodEndDate": "10/31/2026", "Date": "10/01/2026",
               "ResourceLocation": "EastUS", "SubscriptionId": "s",
               "Frequency": "UsageBased", "PricingModel": "OnDemand",
               "AdditionalInfo": '{"ServiceType":"ND96"}'}
        self.check("azure", "Microsoft", "eastus", "ND96", 8, "", [row],
                   "662.4", "--as", "azure-actual")

    def test_an_oracle_report(self):
        rows = []
        for hour in range(24):
            day, next_hour = divmod(hour + 1, 24)
            rows.append({
                "lineItem/referenceNo": f"L{hour}",
                "lineItem/intervalUsageStart": "2026-10-01T%02d:00Z" % hour,
                "lineItem/intervalUsageEnd":
                    "2026-10-%02dT%02d:00Z" % (1 + day, next_hour),
                "product/service": "COMPUTE", "product/region": "iad",
                "usage/billedQuantity": "8", "cost/productSku": "B98453",
                "cost/myCost": "27.6", "cost/currencyCode": "USD",
                "cost/billingUnitReadable": "GPU Per Hour",
                "lineItem/isCorrection": "false",
                "lineItem/backreferenceNo": ""})
        self.check("oci", "Oracle", "iad", "B98453", 8, "", rows, "662.4")


if __name__ == "__main__":
    unittest.main()
