"""Statements as FOCUS."""

import json
import unittest
from decimal import Decimal

from export_case import AT, RUNS, ExportTest, rows_of, total
from harness import CliTest


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


if __name__ == "__main__":
    unittest.main()
