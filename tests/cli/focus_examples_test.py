"""The commitment scenarios of the FOCUS 1.2 specification, made again from a
contract and usage. Their files are read from $DRAWDOWN_SHARED_DATA."""

import csv
import datetime
import io
import os
import unittest
from collections import Counter
from decimal import Decimal

from harness import CliTest, SHARED_DATA

FOLDER = os.path.join(SHARED_DATA, "focus/focus-spec-1.2-examples")

HEAD = """
id: "c" provider: "p" currency: "USD"
term { start: "%s" end: "%s" }
calendar { time_zone: "UTC" year_start: "%s" }
rounding { level: LINE scale: 2 }
pool { name: "p/e/large" sku: "VM_LARGE" }
pool { name: "p/e/medium" sku: "VM_MEDIUM" }
"""
HOUR_HEAD = HEAD % ("2023-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "01-01")
HOUR = "2023-01-01T00:00:00Z/2023-01-01T01:00:00Z"
RATES = """
rate { pool: "p/e/large" price: "%s" }
rate { pool: "p/e/medium" price: "%s" }
"""
RESERVED = """
commitment { id: "r" category: USAGE model: CONTINUOUS interval: HOURLY
  applies { dimension: "pool" operator: ENDS_WITH value: "%s" }
  step { from: "2023-01-01T00:00:00Z" quantity: "%s" } price: "%s"
  shortfall { policy: TAKE_OR_PAY } }
"""

# The files that are made again below, and why the others are not.
MADE_AGAIN = {
    "one_hundred_percent_utilization_without_commitment_discount_flexibility",
    "one_hundred_percent_utilization_with_commitment_discount_flexibility_"
    "with_1_resource",
    "one_hundred_percent_utilization_with_commitment_discount_flexibility_"
    "with_2_resources",
    "zero_percent_utilization_without_commitment_discount_flexibility",
    *(f"commitment_discount_usage_scenario_{n}" for n in range(1, 5)),
    "saas_spend_agreements_a1",
    "saas_spend_agreements_a2",
}
LEFT_OUT = {
    "commitment_discount_purchase_scenario_":
        "purchases by themselves, some of them paid in advance: a statement has"
        " what was used and what was not, by interval",
    "saas_spend_agreements_b": "the year's spend is paid in advance",
    "simple_saas_agreements_": "licences by the count: there are no hours",
    "virtual_currency_pricing_model_": "prices in tokens that were bought",
}


def example(name):
    with open(os.path.join(FOLDER, name + ".csv"), newline="",
              encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return [{column: "" if value == "null" else value
             for column, value in row.items()} for row in rows]


def sums(rows):
    """Money and units by kind of row."""
    found = Counter()
    for row in rows:
        key = (row["ChargeCategory"], row["CommitmentDiscountStatus"])
        for name in ("BilledCost", "EffectiveCost",
                     "CommitmentDiscountQuantity"):
            found[(*key, name)] += Decimal(row[name] or 0)
    return {key: value for key, value in found.items() if value}


@unittest.skipUnless(os.path.isdir(FOLDER),
                     f"no FOCUS examples: {FOLDER} is not there "
                     "(set DRAWDOWN_SHARED_DATA)")
class ExamplesTest(CliTest):
    def focus(self, contract, usage, period):
        self.write("c.txtpb", contract)
        self.write("usage.csv", "usage_id,tenant,pool,start,end,gpu_seconds\n"
                   + "".join(f"u{i},{row}\n" for i, row in enumerate(usage)))
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "c.txtpb")
        self.expect(0, "import", "usage", "usage.csv")
        return self.rows(period)

    def rows(self, period):
        text = self.expect(0, "statement", "--contract", "c", "--period",
                           period, "--at", "2028-01-01T00:00:00Z",
                           "--format", "focus").out
        return list(csv.DictReader(io.StringIO(text)))

    @staticmethod
    def day(text):
        date = datetime.datetime.strptime(text, "%m/%d/%y")
        return date.strftime("%Y-%m-%dT00:00:00Z")

    def hour(self, contract, *used):
        """`used`: (pool, GPUs) for the examples' one hour."""
        return self.focus(HOUR_HEAD + contract, [
            f"vm-{i},p/e/{pool},2023-01-01T00:00:00Z,2023-01-01T01:00:00Z,"
            f"{gpus * 3600}" for i, (pool, gpus) in enumerate(used)], HOUR)

    def test_every_file_is_made_again_or_left_out_with_a_reason(self):
        there = {name[:-4] for name in os.listdir(FOLDER)
                 if name.endswith(".csv")}
        left_out = {name for name in there if name.startswith(tuple(LEFT_OUT))}
        self.assertEqual(there, MADE_AGAIN | left_out)
        self.assertFalse(MADE_AGAIN & left_out)

    def test_full_utilization(self):
        rows = self.hour(RATES % ("3", "2") + RESERVED % ("large", "1", "1.5"),
                         ("large", 1))
        self.assertEqual(sums(rows), sums(example(
            "one_hundred_percent_utilization_without_commitment_discount_"
            "flexibility")))
        used = next(r for r in rows if r["CommitmentDiscountStatus"] == "Used")
        self.assertEqual((used["ListUnitPrice"], used["ListCost"]), ("3", "3"))

    def test_no_utilization(self):
        rows = self.hour(RATES % ("3", "2") + RESERVED % ("large", "1", "1.5"),
                         ("medium", 1))
        self.assertEqual(sums(rows), sums(example(
            "zero_percent_utilization_without_commitment_discount_"
            "flexibility")))

    def test_a_quarter_of_a_large_machine(self):
        """Its four normalized units are GPUs here."""
        rows = self.hour(RATES % ("0.75", "1")
                         + RESERVED % ("large", "1", "0.5"), ("large", 4))
        self.assertEqual(sums(rows), sums(example(
            "one_hundred_percent_utilization_with_commitment_discount_"
            "flexibility_with_1_resource")))

    def test_two_machines_share_a_commitment(self):
        rows = self.hour(RATES % ("1", "1")
                         + RESERVED % ("medium", "4", "0.5"),
                         ("medium", 2), ("medium", 2))
        expected = example(
            "one_hundred_percent_utilization_with_commitment_discount_"
            "flexibility_with_2_resources")
        self.assertEqual(sums(rows), sums(expected))
        self.assertEqual([r["EffectiveCost"] for r in rows
                          if r["CommitmentDiscountStatus"] == "Used"],
                         ["1", "1"])

    def test_an_hourly_plan_of_money(self):
        """Scenarios 1 to 4: one dollar an hour, all, none, part and more of
        it used. Ours is billed as used, so only what it comes to compares."""
        contract = RATES % ("1", "1") + """
commitment { id: "s" category: SPEND model: CONTINUOUS interval: HOURLY
  layer: 2 step { from: "2023-01-01T00:00:00Z" cost: "1" }
  shortfall { policy: TAKE_OR_PAY } }
"""
        gpu_seconds = {1: "3600", 2: "0", 3: "2700", 4: "5400"}
        for scenario, amount in gpu_seconds.items():
            with self.subTest(scenario):
                self.setUp()
                rows = self.focus(HOUR_HEAD + contract, [
                    "vm,p/e/large,2023-01-01T00:00:00Z,2023-01-01T01:00:00Z,"
                    + amount], HOUR)
                expected = example(
                    f"commitment_discount_usage_scenario_{scenario}")
                self.assertEqual(
                    sum(Decimal(r["EffectiveCost"]) for r in rows),
                    sum(Decimal(r["EffectiveCost"]) for r in expected))
                unused = sum(Decimal(r["EffectiveCost"]) for r in expected
                             if r["CommitmentDiscountStatus"] == "Unused")
                short = sum(Decimal(r["BilledCost"]) for r in rows
                            if r["x_ChargeKind"] == "shortfall")
                self.assertEqual(short, unused)

    def test_a_year_of_spend(self):
        """SaaS agreement A1: 1200 in twelve months, 972 unused at their end."""
        expected = example("saas_spend_agreements_a1")
        used, fee = [], []
        for row in expected:
            (used if row["ConsumedQuantity"] else fee).append(row)

        contract = HEAD % ("2025-04-01T00:00:00Z", "2026-04-01T00:00:00Z",
                           "04-01") + 'rate { pool: "p" price: "12" }' + """
commitment { id: "s" category: SPEND model: DISCONTINUOUS interval: ANNUAL
  layer: 2 step { from: "2025-04-01T00:00:00Z" cost: "1200" }
  shortfall { policy: TAKE_OR_PAY } }
"""
        self.focus(contract, [
            f"t,p/e/large,{self.day(row['ChargePeriodStart'])},"
            f"{self.day(row['ChargePeriodEnd'])},"
            f"{int(row['ConsumedQuantity']) * 3600}" for row in used], "2025")
        for row in used:
            month = self.day(row["BillingPeriodStart"])[:7]
            ours = self.rows(month)
            self.assertEqual([(r["BilledCost"], r["ConsumedQuantity"])
                              for r in ours],
                             [(row["BilledCost"], row["ConsumedQuantity"])])
        ours = self.rows(self.day(fee[0]["BillingPeriodStart"])[:7])
        # Ours says what was not used in a row of its own, which costs nothing.
        self.assertEqual([r["BilledCost"] for r in ours
                          if r["ChargeCategory"] == "Purchase"],
                         [fee[0]["BilledCost"]])

    def test_a_monthly_minimum_inside_a_year(self):
        """SaaS agreement A2: 60 a month at least, which counts toward 1200."""
        contract = HEAD % ("2025-04-01T00:00:00Z", "2026-04-01T00:00:00Z",
                           "04-01") + 'rate { pool: "p" price: "12" }' + """
commitment { id: "month" category: SPEND model: DISCONTINUOUS layer: 2
  interval: MONTHLY step { from: "2025-04-01T00:00:00Z" cost: "60" }
  shortfall { policy: TAKE_OR_PAY } }
commitment { id: "year" category: SPEND model: DISCONTINUOUS layer: 3
  interval: ANNUAL step { from: "2025-04-01T00:00:00Z" cost: "1200" }
  shortfall { policy: TAKE_OR_PAY } }
"""
        expected = example("saas_spend_agreements_a2")
        self.focus(contract, [
            f"t,p/e/large,{self.day(row['ChargePeriodStart'])},"
            f"{self.day(row['ChargePeriodEnd'])},"
            f"{int(row['ConsumedQuantity']) * 3600}"
            for row in expected if row["ConsumedQuantity"]], "2025")
        by_month = Counter()
        for row in expected:
            by_month[self.day(row["BillingPeriodStart"])[:7]] += Decimal(
                row["BilledCost"])
        for month, billed in by_month.items():
            # The file has no minimum for the last month, only what is missing
            # of the year: ours has both, and as much in total.
            self.assertEqual(sum(Decimal(row["BilledCost"])
                                 for row in self.rows(month)), billed, month)


if __name__ == "__main__":
    unittest.main()
