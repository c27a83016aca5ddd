"""Statements for other programs: FOCUS and accounting journals."""

import csv
import io
import json
import re
import shutil
import subprocess
import unittest
from decimal import Decimal

from harness import CliTest

CONTRACT = """
id: "aws-2026" provider: "aws" provider_alias: "Amazon Web Services"
currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
pool { name: "aws/east/h" sku: "p5" region: "east" gpus_per_unit: 8 }
pool { name: "aws/west/h" sku: "p5" region: "west" gpus_per_unit: 8 }
rate { pool: "aws/*/h" price: "4.10" from: "2026-01-01T00:00:00Z" }
rounding { level: LINE scale: 2 }
commitment { id: "reserved" category: USAGE model: CONTINUOUS interval: HOURLY
  applies { dimension: "pool" operator: IN value: "aws/east/h" }
  step { from: "2026-01-01T00:00:00Z" quantity: "8" }
  price: "2.05" shortfall { policy: TAKE_OR_PAY } }
commitment { id: "block" category: USAGE model: DISCONTINUOUS interval: MONTHLY
  applies { dimension: "pool" operator: IN value: "aws/west/h" }
  step { from: "2026-01-01T00:00:00Z" quantity: "1000" }
  step { from: "2026-06-01T00:00:00Z" quantity: "2000" }
  price: "1.9" overage { factor: "1.25" }
  shortfall { policy: TAKE_OR_PAY } }
commitment { id: "spend" category: SPEND model: DISCONTINUOUS interval: MONTHLY
  layer: 2
  applies { dimension: "region" operator: IN value: "west" fraction: "0.5" }
  step { from: "2026-01-01T00:00:00Z" cost: "20000" }
  shortfall { policy: TAKE_OR_PAY } }
"""
# January: east 6 GPUs for chat and 4 and a third for research against 8; west
# 1.7 GPUs, 1264.8 h against a block of 1000. February: nothing at all.
RUNS = """\
run_id,tenant,pool,gpus,start,end
a,acme/chat,aws/east/h,6,2025-12-31T22:00:00Z,2026-01-21T00:00:00Z
b,acme/research,aws/east/h,4.333333,2026-01-05T00:00:00Z,2026-01-06T07:00:01Z
c,"acme/=odd, one",aws/west/h,1.7,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z
"""
AT = "2026-03-05T00:00:00Z"


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def total(rows, column):
    return sum(Decimal(row[column]) for row in rows)


class ExportTest(CliTest):
    def setUp(self):
        super().setUp()
        self.write("aws.txtpb", CONTRACT)
        self.write("runs.csv", RUNS)
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "aws.txtpb")
        self.expect(0, "import", "runs", "runs.csv")

    def statement(self, period, form, *more):
        return self.expect(0, "statement", "--contract", "aws-2026",
                           "--period", period, "--at", AT, "--format", form,
                           *more).out

    def owed(self, period):
        return Decimal(json.loads(self.statement(period, "json"))["total"])


class FocusTest(ExportTest):
    def test_costs_are_what_is_owed(self):
        for period in ("2026-01", "2026-02", "2026"):
            for form in ("focus", "focus-1.4"):
                rows = rows_of(self.statement(period, form))
                for column in ("BilledCost", "EffectiveCost"):
                    self.assertEqual(total(rows, column), self.owed(period))

    def test_columns(self):
        rows = rows_of(self.statement("2026-01", "focus"))
        names = [n for n in rows[0] if not n.startswith("x_")]
        self.assertEqual(len(names), 57)
        self.assertIn("ProviderName", names)
        rows = rows_of(self.statement("2026-01", "focus-1.4"))
        names = [n for n in rows[0] if not n.startswith("x_")]
        self.assertEqual(len(names), 65)
        self.assertNotIn("ProviderName", names)

    def test_rules(self):
        """Static rules of FOCUS 1.2, by their ids."""
        rows = (rows_of(self.statement("2026-01", "focus"))
                + rows_of(self.statement("2026-02", "focus")))
        kinds = {row["x_ChargeKind"] for row in rows}
        self.assertEqual(kinds, {"covered", "on_demand", "overage", "unused",
                                 "shortfall"})
        for row in rows:
            with self.subTest(row["ChargeDescription"]):
                self.check_row(row)

    def check_row(self, row):
        usage = row["ChargeCategory"] == "Usage"
        unused = row["CommitmentDiscountStatus"] == "Unused"
        for name in ("BilledCost", "EffectiveCost", "ListCost",
                     "ContractedCost", "BillingCurrency", "ChargeFrequency",
                     "PricingCurrency", "PricingCurrencyEffectiveCost",
                     "ProviderName", "PublisherName", "InvoiceIssuerName",
                     "ServiceCategory", "ServiceName", "BillingAccountId"):
            self.assertNotEqual(row[name], "", name)
        # ListUnitPrice-C-005-C, ContractedUnitPrice-C-006-C,
        # PricingQuantity-C-005-C, SkuPriceId-C-005-C.
        for name in ("ListUnitPrice", "ContractedUnitPrice",
                     "PricingQuantity", "PricingUnit", "SkuId", "SkuPriceId"):
            self.assertNotEqual(row[name], "", name)
        # ListCost-C-009-C, ContractedCost-C-009-C.
        for price, cost in (("ListUnitPrice", "ListCost"),
                            ("ContractedUnitPrice", "ContractedCost")):
            self.assertEqual(Decimal(row[price])
                             * Decimal(row["PricingQuantity"]),
                             Decimal(row[cost]))
        # ConsumedQuantity-C-004-C and -006-C.
        self.assertEqual(row["ConsumedQuantity"] != "", usage and not unused)
        self.assertEqual(row["ConsumedUnit"] != "", usage and not unused)
        # CommitmentDiscountCategory, Status, Quantity, Unit follow the id.
        related = row["CommitmentDiscountId"] != ""
        for name in ("Category", "Quantity", "Unit", "Type"):
            self.assertEqual(row["CommitmentDiscount" + name] != "", related)
        self.assertEqual(row["CommitmentDiscountStatus"] != "",
                         related and usage)
        # ChargeFrequency-C-004-C; DiscountHandling-A-009-C and -012-C.
        if row["ChargeCategory"] == "Purchase":
            self.assertNotEqual(row["ChargeFrequency"], "Usage-Based")
        if usage and related:
            self.assertEqual(row["BilledCost"], "0")
            self.assertEqual(row["PricingCategory"], "Committed")
        if unused or not usage:
            self.assertEqual(row["ResourceId"], row["CommitmentDiscountId"])

    def test_our_own_reader_has_nothing_to_say(self):
        for period in ("2026-01", "2026-02"):
            for form in ("focus", "focus-1.4"):
                with self.subTest(period=period, form=form):
                    self.write("bill.csv", self.statement(period, form))
                    result = self.check_bill(period)
                    applied = [check for check in result["checks"]
                               if check["name"] == "contract_applied"]
                    if form == "focus-1.4":
                        self.assertIn("counted by our books",
                                      applied[-1]["detail"])
                    self.assertEqual(
                        {check["outcome"] for check in applied},
                        {"passed" if form == "focus-1.4" else
                         "not_executable"})

    def check_bill(self, period):
        summary = self.expect(0, "bill", "summary", "bill.csv", "--format",
                              "json").json()
        self.assertEqual(summary["oddities"], [])
        # No rule of FOCUS is broken; but February's true-up of hours is taken
        # for a purchase of what is to come (docs/formats.md).
        self.expect(1 if period == "2026-02" else 0, "bill", "check",
                    "bill.csv")
        result = self.expect(0, "reconcile", "--contract", "aws-2026",
                             "--period", period, "--at", AT, "bill.csv",
                             "--format", "json").json()
        self.assertTrue(result["clean"])
        classes = {one["class"] for one in result["breaks"]}
        self.assertLessEqual(classes, {"matched", "within_tolerance",
                                       "non_usage"})
        self.assertIn("matched", classes)
        return result

    def test_a_changed_bill_does_not_pass(self):
        text = self.statement("2026-01", "focus")
        price = next(r for r in rows_of(text)
                     if r["x_ChargeKind"] == "overage")["BilledCost"]
        self.write("bill.csv", text.replace(price, "9" + price))
        self.expect(1, "reconcile", "--contract", "aws-2026", "--period",
                    "2026-01", "--at", AT, "bill.csv")

    def test_what_counts_toward_which_commitment(self):
        counted = {}
        for row in rows_of(self.statement("2026-01", "focus-1.4")):
            if not row["ContractApplied"]:
                continue
            applied = json.loads(row["ContractApplied"], parse_float=Decimal,
                                 parse_int=Decimal)
            for one in applied["Elements"]:
                self.assertEqual(one["ContractId"], "aws-2026")
                cost = one.get("ContractCommitmentAppliedCost")
                unit = one.get("ContractCommitmentAppliedUnit")
                self.assertEqual(unit, None if cost is not None
                                 else "GPU-Hours")
                amount = (cost if cost is not None
                          else one["ContractCommitmentAppliedQuantity"])
                key = one["ContractCommitmentId"]
                counted[key] = counted.get(key, 0) + amount
        # 744 h x 8, the block of 1000, and half of what the west costs; a
        # shortfall has no region, so it counts whole.
        lines = rows_of(self.statement("2026-01", "csv"))
        spend = sum(Decimal(line["cost"])
                    / (2 if line["pool"] == "aws/west/h" else 1)
                    for line in lines
                    if line["commitment"] != "spend" and line["cost"])
        self.assertEqual(round(counted.pop("spend"), 6), round(spend, 6))
        self.assertEqual({k: round(v, 6) for k, v in counted.items()},
                         {"reserved": 5952, "block": 1000})

    def test_contract_commitments(self):
        self.statement("2026-07", "focus-1.4", "--commitments", "cc.csv")
        rows = {row["ContractCommitmentId"]: row
                for row in rows_of(self.read("cc.csv"))}
        block = rows["block"]
        self.assertEqual(
            [block["ContractCommitment" + name] for name in (
                "Category", "Model", "FulfillmentInterval", "Quantity", "Cost",
                "Unit", "LifecycleStatus", "DurationType")],
            ["Usage", "Discontinuous", "Monthly", "1000", "", "GPU-Hours",
             "Active", "1 Year"])
        self.assertEqual(
            json.loads(block["ContractCommitmentApplicability"]),
            {"InclusionOperator": "And", "Inclusions": [
                {"Dimension": "ResourceId", "Operator": "In",
                 "Values": ["aws/west/h"]}]})
        self.assertEqual(rows["spend"]["ContractCommitmentCost"], "20000")
        self.assertEqual(
            json.loads(rows["spend"]["ContractCommitmentApplicability"]),
            {"IsComplexScope": True})

    def test_formats_are_this_verbs(self):
        result = self.expect(2, "usage", "--format", "focus")
        self.assertIn("'focus' is not one of table, csv, json", result.err)
        result = self.expect(2, "statement", "--contract", "aws-2026",
                             "--period", "2026-01", "--commitments", "x")
        self.assertIn("--commitments goes with", result.err)


# Late usage of January 2021, when February is the next month to be closed:
# east had 2 of its 8 GPUs unused for those hours; west's block was used up, so
# what the late run draws of it becomes overage of who had it; and with it half
# of that overage no longer lacks in what must be spent.
LATE = """\
run_id,tenant,pool,gpus,start,end
l,acme/chat,aws/east/h,10,2021-01-07T00:00:00Z,2021-01-07T05:00:00Z
m,acme/late,aws/west/h,10,2021-01-07T00:00:00Z,2021-01-07T05:00:00Z
"""


class CorrectionTest(CliTest):
    """A closed month's corrections, in the bill of the month after it."""

    def setUp(self):
        super().setUp()
        # Months can be closed when they are over.
        self.write("aws.txtpb", CONTRACT.replace("2027-", "2022-")
                   .replace("2026-", "2021-"))
        runs = RUNS.replace("2025-12-31", "2020-12-31").replace(
            "2026-", "2021-")
        self.write("runs.csv", runs
                   + "d,acme/chat,aws/west/h,2,2021-02-01T00:00:00Z,"
                     "2021-03-01T00:00:00Z\n")
        self.write("late.csv", LATE)
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "aws.txtpb")
        self.expect(0, "import", "runs", "runs.csv")
        self.expect(0, "close", "--contract", "aws-2026", "--period",
                    "2021-01")
        self.expect(0, "import", "runs", "late.csv")

    def february(self, form):
        return self.expect(0, "statement", "--contract", "aws-2026",
                           "--period", "2021-02", "--format", form).out

    def corrections(self, form="focus"):
        return [row for row in rows_of(self.february(form))
                if row["ChargeClass"] == "Correction"]

    def reconcile(self, code, text):
        self.write("bill.csv", text)
        return self.expect(code, "reconcile", "--contract", "aws-2026",
                           "--period", "2021-02", "bill.csv", "--format",
                           "json").json()

    def test_they_are_of_the_month_that_they_correct(self):
        rows = rows_of(self.february("focus"))
        self.assertEqual({row["BillingPeriodStart"] for row in rows},
                         {"2021-02-01T00:00:00Z"})
        for row in rows:
            corrects = row["ChargeClass"] == "Correction"
            month = ("2021-01-01T00:00:00Z", "2021-02-01T00:00:00Z")
            if not corrects:
                month = ("2021-02-01T00:00:00Z", "2021-03-01T00:00:00Z")
            self.assertEqual((row["ChargePeriodStart"],
                              row["ChargePeriodEnd"]), month)
            self.assertEqual("correction of 2021-01"
                             in row["ChargeDescription"], corrects)

    def test_journals_say_which_line_they_correct(self):
        for form in ("hledger", "beancount"):
            self.assertIn('"correction of 2021-01 on_demand"',
                          self.february(form))

    def test_they_have_the_rows_of_what_they_correct(self):
        # (kind, category, tenant, hours, billed, effective)
        odd, chat, late = "acme/=odd, one", "acme/chat", "acme/late"
        self.assertEqual(
            sorted((r["x_ChargeKind"], r["ChargeCategory"], r["SubAccountId"],
                    r["PricingQuantity"], r["BilledCost"], r["EffectiveCost"])
                   for r in self.corrections()),
            sorted([
                ("covered", "Usage", chat, "10", "0", "20.5"),
                ("covered", "Purchase", chat, "10", "20.5", "0"),
                ("unused", "Usage", "", "-10", "0", "-20.5"),
                ("unused", "Purchase", "", "-10", "-20.5", "0"),
                ("on_demand", "Usage", chat, "40", "164", "164"),
                ("covered", "Usage", odd, "-50", "0", "-95"),
                ("covered", "Purchase", odd, "-50", "-95", "0"),
                ("overage", "Usage", odd, "50", "118.75", "118.75"),
                ("covered", "Usage", late, "50", "0", "95"),
                ("covered", "Purchase", late, "50", "95", "0"),
                ("shortfall", "Usage", "", "-223.37", "0", "-223.37"),
                ("shortfall", "Purchase", "", "-223.37", "-223.37", "0")]))
        owed = Decimal(json.loads(self.february("json"))["total"])
        for column in ("BilledCost", "EffectiveCost"):
            self.assertEqual(total(rows_of(self.february("focus")), column),
                             owed)

    def test_what_they_count_toward_is_taken_back_too(self):
        counted = {}
        for row in self.corrections("focus-1.4"):
            for one in json.loads(row["ContractApplied"] or '{"Elements":[]}',
                                  parse_float=Decimal,
                                  parse_int=Decimal)["Elements"]:
                key = one["ContractCommitmentId"]
                counted[key] = counted.get(key, 0) + one.get(
                    "ContractCommitmentAppliedCost",
                    one.get("ContractCommitmentAppliedQuantity"))
        # 164 of the east, half of 118.75 of the west.
        self.assertEqual(counted, {"reserved": 0, "block": 0,
                                   "spend": Decimal("223.375")})

    def test_our_own_bill_breaks_no_rule_and_agrees(self):
        for form in ("focus", "focus-1.4"):
            with self.subTest(form):
                result = self.reconcile(0, self.february(form))
                self.assertTrue(result["clean"])
                classes = {one["class"] for one in result["breaks"]}
                self.assertEqual(classes, {"matched", "non_usage"})
                self.expect(0, "bill", "check", "bill.csv")
        # As it was closed, too.
        self.expect(0, "close", "--contract", "aws-2026", "--period",
                    "2021-02")
        self.reconcile(0, self.february("focus"))

    def test_another_correction_does_not_agree(self):
        text = self.february("focus")
        lines = text.splitlines(True)
        changed = [line.replace(",118.75,", ",119.75,") for line in lines]
        result = self.reconcile(1, "".join(changed))
        wrong = [one for one in result["breaks"]
                 if one["class"] == "correction_orphan"]
        self.assertEqual(len(wrong), 1)
        self.assertIn("our statement corrects 2021-01 by 50 GPU-hours and "
                      "118.75 USD, the bill by 50 GPU-hours and 119.75 USD",
                      wrong[0]["reason"])
        # Without January's bill there is nothing it could be of.
        kept = [line for line in lines if "correction of 2021-01" not in line]
        result = self.reconcile(0, "".join(kept))
        self.assertIn("our statement corrects 2021-01 by 59.38 USD, of which "
                      "the bill has no row for 59.38 USD",
                      " ".join(result["notes"]))


class UnendedTest(ExportTest):
    def test_what_covers_only_a_part_says_so(self):
        said = "so far: as of " + AT
        noted = ("note: the period has not ended: this covers only what ended "
                 "by " + AT)
        for form in ("csv", "focus", "focus-1.4", "hledger", "beancount"):
            for period, unended in (("2026-03", True), ("2026-02", False)):
                done = self.expect(0, "statement", "--contract", "aws-2026",
                                   "--period", period, "--at", AT,
                                   "--format", form)
                self.assertEqual(noted in done.err, unended, done.err)
                if form in ("hledger", "beancount"):
                    first = done.out.splitlines()[0]
                    self.assertEqual(said in first, unended, first)


class JournalTest(ExportTest):
    def test_different_tenants_have_different_accounts(self):
        tenants = ["a", "A", "0a", "a-b", "a--b", "a b", "a%20b", "a-20b",
                   "a.b", "a_b", "a:b", "\u00e4", "a/b", "-", "%"]
        self.write("more.csv", "run_id,tenant,pool,gpus,start,end\n" + "".join(
            f"t{i},{t},aws/east/h,1,2026-03-01T00:00:00Z,2026-03-01T01:00:00Z\n"
            for i, t in enumerate(tenants)))
        self.expect(0, "import", "runs", "more.csv")
        for form, word in (("hledger", "expenses:gpu:tenants:"),
                           ("beancount", "Expenses:Gpu:Tenants:")):
            text = self.statement(
                "2026-03-01T00:00:00Z/2026-03-02T00:00:00Z", form)
            accounts = {re.split(":by:", line.split()[0], flags=re.I)[0]
                        for line in text.splitlines()
                        if line.strip().startswith(word)}
            self.assertEqual(len(accounts), len(tenants), accounts)


@unittest.skipUnless(shutil.which("ledger"), "ledger is not installed")
class GrainTest(CliTest):
    def test_what_grain_adds_is_not_metered(self):
        self.write("c.txtpb", CONTRACT + "grain { seconds: 3600 }\n")
        self.write("runs.csv", RUNS)
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "c.txtpb")
        self.expect(0, "import", "runs", "runs.csv")
        ask = ("statement", "--contract", "aws-2026", "--period", "2026-01",
               "--at", AT, "--format")
        told = self.expect(0, *ask, "json").json()
        grain = sum(Decimal(line["gpu_seconds"]) for line in told["lines"]
                    if line["kind"] == "grain")
        self.assertGreater(grain, 0)
        for form in ("hledger", "beancount"):
            sums = {"metered": Decimal(0), "grain": Decimal(0)}
            for account, amount in re.findall(
                    r"(?i)equity:(metered|grain)\S*  (\S+) GPUSEC",
                    re.sub(r"(?m)^\S+ balance .*$", "",
                           self.expect(0, *ask, form).out)):
                sums[account.lower()] -= Decimal(amount)
            self.assertEqual(sums, {
                "metered": Decimal(told["metered_gpu_seconds"]),
                "grain": grain})


SUPERSEDED = """
id: "c" provider: "p" currency: "USD" effective: "%s"
term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
rate { pool: "p" price: "4" }
commitment { id: "act" category: USAGE model: DISCONTINUOUS interval: MONTHLY
  step { from: "2026-01-01T00:00:00Z" quantity: "100" } price: "2"
  shortfall { policy: TAKE_OR_PAY } }
expansion { commitment: "act" adds: "20" price: "1"
  exercisable_from: "2026-08-01T00:00:00Z" until: "2027-01-01T00:00:00Z"
  exercised_from: "2026-08-01T00:00:00Z" }
%s"""
OLD = """commitment { id: "old" category: USAGE model: DISCONTINUOUS
  interval: SEMI_ANNUAL priority: 5 price: "2"
  step { from: "2026-01-01T00:00:00Z" quantity: "100" }
  shortfall { policy: TAKE_OR_PAY } }
"""


class LifecycleTest(CliTest):
    """One commitment is gone with version 2, one is exhausted in August."""

    def setUp(self):
        super().setUp()
        self.expect(0, "init")
        for start, more in (("2026-01-01T00:00:00Z", OLD),
                            ("2026-08-01T00:00:00Z", "")):
            self.write("c.txtpb", SUPERSEDED % (start, more))
            self.expect(0, "contract", "apply", "c.txtpb")
        self.write("runs.csv", RUNS.split("\n")[0] + "\n1,t,p/h,10,"
                   "2026-08-02T00:00:00Z,2026-08-05T00:00:00Z\n")
        self.expect(0, "import", "runs", "runs.csv")

    def commitments(self, period, at):
        done = self.expect(0, "statement", "--contract", "c", "--period",
                           period, "--at", at, "--format", "focus-1.4",
                           "--commitments", "cc.csv")
        self.write("f.csv", done.out)
        return {row["ContractCommitmentId"]: row
                for row in rows_of(self.read("cc.csv"))}

    def test_superseded_and_exhausted(self):
        told = self.commitments("2026-08", "2026-08-10T00:00:00Z")
        self.assertEqual(told["act"]["ContractCommitmentLifecycleStatus"],
                         "Exhausted")
        self.assertEqual(told["act"]["ContractCommitmentQuantity"], "120")
        self.assertEqual(told["old"]["ContractCommitmentLifecycleStatus"],
                         "Superseded")
        self.assertEqual(told["old"]["ContractCommitmentPeriodEnd"],
                         "2026-08-01T00:00:00Z")
        told = self.commitments("2026-07", "2026-08-10T00:00:00Z")
        for one in ("act", "old"):
            self.assertEqual(told[one]["ContractCommitmentLifecycleStatus"],
                             "Active")
        self.assertEqual(told["act"]["ContractCommitmentQuantity"], "100")

    def test_a_proposed_one_binds_at_no_time(self):
        self.write("c.txtpb", SUPERSEDED % (
            "2026-09-01T00:00:00Z",
            OLD.replace('id: "old"', 'id: "offer" status: PROPOSED')))
        self.expect(0, "contract", "apply", "c.txtpb")
        said = self.expect(0, "contract", "show", "c").err
        self.assertIn("commitment offer: proposed\n", said)
        self.assertNotIn("1970", said)

    def test_our_own_year_breaks_no_rule_but_the_known_one(self):
        self.assertIn("old", self.commitments("2026", "2027-02-01T00:00:00Z"))
        self.assertIn("old", self.read("f.csv"))
        done = self.run_cli("bill", "check", "f.csv", "cc.csv", "--format",
                            "json")
        failed = {rule["rule"] for rule in done.json()["rules"]
                  if rule["outcome"] == "failed"}
        self.assertLessEqual(failed, {"EffectiveCost-C-005-C",
                                      "PricingCurrencyEffectiveCost-C-005-M"})


class LedgerTest(ExportTest):
    """A program that has never heard of us adds it up."""

    def balance(self, journal, account):
        done = subprocess.run(
            ["ledger", "-f", "-", "--balance-format", "%(amount)\n",
             "--no-total", "--depth", "4", "balance", account],
            input=journal, capture_output=True, text=True, check=True)
        return done.stdout.split()

    def test_ledger_confirms_the_balances(self):
        journal = self.statement("2026-01", "hledger")
        metered = json.loads(self.statement("2026-01", "json"))
        done = subprocess.run(
            ["ledger", "-f", "-", "--flat", "--no-total", "balance",
             "^liabilities", "^equity"],
            input=journal, capture_output=True, text=True, check=True)
        amounts = dict(reversed(line.split()[:2])
                       for line in done.stdout.strip().splitlines())
        self.assertEqual(Decimal(amounts["USD"]), -self.owed("2026-01"))
        self.assertEqual(Decimal(amounts["GPUSEC"]),
                         -Decimal(metered["metered_gpu_seconds"]))

    def test_ledger_finds_a_changed_amount(self):
        journal = self.statement("2026-01", "hledger")
        for amount in [line.split()[1] for line in journal.splitlines()
                       if line.startswith("    ")]:
            changed = journal.replace(f" {amount} ", " 1 ", 1)
            done = subprocess.run(["ledger", "-f", "-", "balance"],
                                  input=changed, capture_output=True,
                                  text=True, check=False)
            self.assertNotEqual(done.returncode, 0, amount)


@unittest.skipUnless(shutil.which("hledger"), "hledger is not installed")
class HledgerTest(ExportTest):
    def test_hledger_checks_two_months_in_one_file(self):
        journal = (self.statement("2026-01", "hledger")
                   + self.statement("2026-02", "hledger"))
        for mode in ([], ["--strict"]):
            subprocess.run(["hledger", "-f", "-", "check", *mode],
                           input=journal, text=True, check=True)


@unittest.skipUnless(shutil.which("bean-check"), "beancount is not installed")
class BeancountTest(ExportTest):
    def test_beancount_accepts_it_and_finds_a_change(self):
        journal = self.statement("2026-01", "beancount")
        self.write("good.beancount", journal)
        subprocess.run(["bean-check", "--no-cache",
                        self.path("good.beancount")], check=True)
        balance = next(line.split()[3] for line in journal.splitlines()
                       if " balance " in line)
        self.write("bad.beancount", journal.replace(
            f"  {balance} USD", "  -1 USD"))
        done = subprocess.run(["bean-check", "--no-cache",
                               self.path("bad.beancount")],
                              capture_output=True, check=False)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
