"""Bills from outside: mappings, manifests, formats and rules."""

import json
import unittest

from harness import CliTest

HEADER = (
    "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,"
    "BillingPeriodStart,ChargeCategory,ChargeClass,ChargeFrequency,"
    "ChargePeriodEnd,ChargePeriodStart,ContractedCost,EffectiveCost,ListCost,"
    "ListUnitPrice,PricingQuantity,PricingUnit,ProviderName,SkuPriceId\n"
)
ROW = (
    "16.40,1,USD,2026-11-01T00:00:00Z,2026-10-01T00:00:00Z,Usage,,"
    "Usage-Based,2026-10-03T13:00:00Z,2026-10-03T12:00:00Z,16.40,16.40,32.80,"
    "4.10,8,Hours,AWS,S.1\n"
)
MAPPING = """\
ProviderName = 'Acme'
BillingCurrency = 'USD'
ChargeCategory = 'Usage'
BillingPeriodStart = day as month-start
BillingPeriodEnd = day as month-end
ChargePeriodStart = day
ChargePeriodEnd = day plus 1 day
BilledCost = usd as number
PricingQuantity = hours
"""


class BillTest(CliTest):
    def test_a_mapped_csv_is_a_bill(self):
        self.write("acme.map", MAPPING)
        self.write("usage.csv", 'day,usd,hours\n2026-10-03,"$1,234.50 ",3\n')
        summary = self.expect(0, "bill", "summary", "--mapping", "acme.map",
                              "usage.csv", "--format", "json").json()
        self.assertEqual(summary["format"], "mapped CSV")
        self.assertEqual(summary["totals"][0]["billed_cost"], "1234.5")
        self.assertEqual(summary["last_charge"], "2026-10-04T00:00:00Z")
        self.assertTrue(summary["has_billed_cost"])

    def test_a_bad_mapping_is_refused_where_it_is_bad(self):
        self.write("usage.csv", "day,usd,hours\n")
        self.write("acme.map", MAPPING + "Cost = usd\n")
        result = self.expect(3, "bill", "summary", "--mapping", "acme.map",
                             "usage.csv")
        self.assertIn('acme.map:10:1: "Cost" is not a field', result.err)
        self.assertEqual(result.out, "")

    def test_a_manifest_is_what_it_lists(self):
        self.write("part-1.csv", HEADER + ROW)
        self.write("part-2.csv", HEADER + ROW)
        self.write("stale.csv", "not a bill")
        keys = ["s3://bucket/x/part-1.csv", "s3://bucket/x/part-2.csv"]
        self.write("x-Manifest.json", json.dumps({"dataFiles": keys}))
        summary = self.expect(0, "bill", "summary", "x-Manifest.json",
                              "--format", "json").json()
        self.assertEqual(summary["rows"], 2)
        self.assertEqual(len(summary["files"]), 2)
        twice = self.expect(2, "bill", "summary", "x-Manifest.json",
                            "part-1.csv")
        self.assertIn("names one file twice", twice.err)

    def test_check_says_which_rules_a_bill_keeps(self):
        self.write("good.csv", HEADER + ROW)
        self.write("bad.csv", HEADER + ROW.replace("32.80", "32.81"))
        bad = self.expect(1, "bill", "check", "bad.csv", "--format", "json")
        outcomes = {rule["rule"]: rule for rule in bad.json()["rules"]}
        self.assertEqual(len(outcomes), 563)
        self.assertEqual(outcomes["ListCost-C-009-C"]["outcome"], "failed")
        self.assertIn("bad.csv:2: ", outcomes["ListCost-C-009-C"]["examples"])
        self.assertEqual(outcomes["BilledCost-C-007-M"]["outcome"],
                         "not_executable")
        good = self.expect(1, "bill", "check", "good.csv", "--format", "csv")
        failed = [line.split(",")[0] for line in good.out.splitlines()
                  if line.split(",")[1] == "failed"]
        # The columns that FOCUS 1.0 demands and this file leaves out.
        self.assertTrue(all(rule.startswith("CostAndUsage-D-")
                            for rule in failed), failed)

    def test_charges_of_one_time_in_two_versions_are_noted(self):
        self.write("old.csv", HEADER + ROW)
        self.write("new.csv", HEADER.replace("\n", ",InvoiceId\n")
                   + ROW.replace("\n", ",I\n"))
        said = "a charge that is in two of them counts twice"
        for verb, code in (("summary", 0), ("check", 1)):
            for form in ("table", "csv", "json"):
                result = self.expect(code, "bill", verb, "old.csv", "new.csv",
                                     "--format", form)
                noted = result.err if form == "csv" else result.out
                self.assertEqual(noted.count(said), 1, (verb, form))
                alone = self.expect(code, "bill", verb, "old.csv",
                                    "--format", form)
                self.assertNotIn(said, alone.out + alone.err)


if __name__ == "__main__":
    unittest.main()
