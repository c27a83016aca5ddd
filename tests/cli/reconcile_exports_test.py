"""`reconcile` of exports of three providers."""

import csv
import decimal
import os
import unittest

from harness import CliTest
from reconcile_case import AT


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

    def write_bill(self, rows):
        columns = list(dict.fromkeys(name for r in rows for name in r))
        with open(os.path.join(self.dir, "bill.csv"), "w") as file:
            out = csv.DictWriter(file, columns, restval="")
            out.writeheader()
            out.writerows(rows)

    def billed(self, rows):
        self.write_bill(rows)
        total = self.expect(0, "bill", "summary", "--format", "json",
                            "bill.csv").json()
        return str(sum(decimal.Decimal(line["billed_cost"])
                       for line in total["totals"]))

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
        self.write_bill(rows)
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

    def test_an_aws_report_with_net_costs_is_read_net(self):
        """Of an account with an enterprise discount: the contract's price is
        what is paid, and the discounts' own lines are in it already."""
        def line(kind, cost, net, **more):
            return {
                "identity_line_item_id": kind,
                "bill_billing_period_start_date": "2026-10-01T00:00:00Z",
                "bill_billing_period_end_date": "2026-11-01T00:00:00Z",
                "line_item_line_item_type": kind,
                "line_item_usage_start_date": "2026-10-01T00:00:00Z",
                "line_item_usage_end_date": "2026-10-02T00:00:00Z",
                "line_item_product_code": "AmazonEC2",
                "line_item_usage_amount": "24",
                "line_item_currency_code": "USD",
                "line_item_unblended_cost": cost,
                "line_item_net_unblended_cost": net,
                "pricing_unit": "Hrs",
                "product_region_code": "us-east-1",
                "product": '{"gpu":"8","instance_type":"p5en"}', **more}
        rows = [line("Usage", "736.00", "662.40"),
                line("EdpDiscount", "-73.60", "")]
        self.check("aws", "AWS", "us-east-1", "p5en", 8, "", rows, "662.4")
        # A discount that has a net cost bills it.
        self.assertEqual(self.billed([line("Usage", "736.00", "736.00"),
                                      line("EdpDiscount", "-73.60", "-73.60")]),
                         "662.4")
        # All that AWS has for it; what a subscription costs is bought.
        for kind in ("PrivateRateDiscount", "RiVolumeDiscount",
                     "BundledDiscount", "SppDiscount"):
            self.assertEqual(self.billed([line("Usage", "736.00", "662.40"),
                                          line(kind, "-73.60", "")]),
                             "662.4", kind)
        self.write_bill([line("FlatRateSubscription", "20.00", "20.00")])
        sums = self.expect(0, "bill", "summary", "--format", "json",
                           "bill.csv").json()["totals"]
        self.assertEqual([(total["charge_category"], total["billed_cost"])
                          for total in sums], [("Purchase", "20")])
        # CUR 2.0 may have the column though the account has no net costs.
        gross = line("Usage", "736.00", "")
        discount = line("EdpDiscount", "-73.60", "")
        self.assertEqual(self.billed([gross]), "736")
        for bill in ([gross, discount], [discount, gross],
                     [gross, line("EdpDiscount", "-73.60", "0.00")]):
            self.write_bill(bill)
            self.assertIn("has no net cost",
                          self.expect(3, "bill", "summary", "bill.csv").err)
        free = line("Usage", "0.0000000000", "")
        self.assertEqual(self.billed([free, rows[0], discount]), "662.4")

    def test_an_exchange_rate_of_one_may_be_written_in_any_way(self):
        for rate, price in (("1", "11"), ("1.000000", "11"), ("1.10", "")):
            self.write_bill([{
                "InvoiceId": "1", "BillingAccountId": "2",
                "BillingCurrency": "EUR",
                "BillingPeriodStartDate": "10/01/2026",
                "BillingPeriodEndDate": "10/31/2026", "Date": "10/01/2026",
                "ChargeType": "Usage", "MeterId": "m", "UnitOfMeasure": "1 Hour",
                "Quantity": "2", "CostInBillingCurrency": "10",
                "PayGPrice": "5.5", "ExchangeRatePricingToBilling": rate}])
            total = self.expect(0, "bill", "summary", "--as", "azure-actual",
                                "--format", "json", "bill.csv").json()
            self.assertEqual(total["totals"][0]["list_cost"], price or "0",
                             rate)
            self.assertEqual(total["oddities"], [], rate)

    def test_costs_that_azure_does_not_give_in_the_billing_currency(self):
        line = {"InvoiceId": "1", "BillingAccountId": "2",
                "BillingCurrency": "EUR",
                "BillingPeriodStartDate": "10/01/2026",
                "BillingPeriodEndDate": "10/31/2026", "Date": "10/01/2026",
                "ChargeType": "Usage", "MeterId": "m", "UnitOfMeasure": "1 Hour",
                "Quantity": "2", "CostInBillingCurrency": "10",
                "PayGPrice": "5.5", "UnitPrice": "5",
                "ExchangeRatePricingToBilling": "1.1",
                "PaygCostInBillingCurrency": "12.10000000000001"}
        for rate in ("ExchangeRatePricingToBilling", "ExchangeRate"):
            named = {rate if key == "ExchangeRatePricingToBilling" else key:
                     value for key, value in line.items()}
            free = named | {"PaygCostInBillingCurrency": "0"}
            same = named | {rate: "1.0"}
            self.write_bill([named, free, same])
            found = self.expect(0, "bill", "summary", "--as", "azure-actual",
                                "--format", "json", "bill.csv").json()
            self.assertEqual(
                [(odd["name"], odd["column"], odd["rows"])
                 for odd in found["oddities"]],
                [("partial_sum", "ContractedCost", 2),
                 ("partial_sum", "ListCost", 1)], rate)
            # Of the first what Azure says, of the second nothing, of the
            # third 5.5 x 2.
            self.assertEqual(found["totals"][0]["list_cost"],
                             "23.10000000000001", rate)
            self.assertEqual(found["totals"][0]["contracted_cost"], "10", rate)
        # What is compared is not left out in silence.
        self.write_bill([line | {"CostInBillingCurrency": ""}])
        found = self.expect(0, "bill", "summary", "--as", "azure-amortized",
                            "--format", "json", "bill.csv").json()
        self.assertEqual([(odd["name"], odd["column"])
                          for odd in found["oddities"]],
                         [("forbidden_null", "EffectiveCost")])

    def test_costs_that_a_mapping_leaves_out(self):
        self.write_bill([{"day": "2026-10-01", "owed": "5", "list": ""}])
        rules = """ProviderName = 'Own'
BillingCurrency = 'EUR'
ChargeCategory = 'Usage'
BillingPeriodStart = day as month-start
BillingPeriodEnd = day as month-end
ChargePeriodStart = day as time 'YYYY-MM-DD'
ChargePeriodEnd = day as time 'YYYY-MM-DD' plus 1 day
BilledCost = owed
EffectiveCost = owed
ContractedCost = owed
"""
        odd = []
        for more in ("ListCost = list\n", "focus: yes\nListCost = list\n"):
            with open(self.path("own.map"), "w") as file:
                file.write(rules + more)
            found = self.expect(0, "bill", "summary", "--mapping",
                                self.path("own.map"), "--format", "json",
                                "bill.csv").json()
            odd.append([one["name"] for one in found["oddities"]
                        if one["column"] == "ListCost"])
        # Whoever says that the columns are those of FOCUS is held to it.
        self.assertEqual(odd, [[], ["forbidden_null"]])

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

    def test_an_oracle_cycle_that_is_no_month(self):
        """A report does not say in which cycle its lines are billed: those of
        the period's time are compared, all others are another period's."""
        self.write("contract.textproto", """
id: "it" provider: "oci" provider_alias: "Oracle" currency: "USD"
term { start: "2026-09-01T00:00:00Z" end: "2027-09-01T00:00:00Z" }
pool { name: "oci/iad/gpu" sku: "B98453" region: "iad" gpus_per_unit: 8 }
rate { pool: "oci/iad/gpu" price: "3.45" from: "2026-09-01T00:00:00Z" }
""")
        hours = ["10-03", "10-15", "10-31", "11-14", "11-15", "11-30"]
        self.write("runs.csv", "run_id,tenant,pool,gpus,start,end,state\n" +
                   "".join(f"job-{hour},acme/chat,oci/iad/gpu,8,"
                           f"2026-{hour}T00:00:00Z,2026-{hour}T01:00:00Z,"
                           "COMPLETED\n" for hour in hours))
        self.write_bill([{
            "lineItem/referenceNo": hour,
            "lineItem/intervalUsageStart": f"2026-{hour}T00:00Z",
            "lineItem/intervalUsageEnd": f"2026-{hour}T01:00Z",
            "product/region": "iad", "usage/billedQuantity": "8",
            "cost/productSku": "B98453", "cost/myCost": "27.6",
            "cost/currencyCode": "USD",
            "cost/billingUnitReadable": "GPU Per Hour"} for hour in hours])
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "contract.textproto")
        self.expect(0, "import", "runs", "runs.csv")
        answer = self.expect(
            0, "reconcile", "--contract", "it", "--period",
            "2026-10-15T00:00:00Z/2026-11-15T00:00:00Z", "--at",
            "2026-12-10T00:00:00Z", "--format", "csv", "bill.csv")
        rows = list(csv.DictReader(answer.out.splitlines()))
        self.assertEqual(sorted((row["class"], row["billed_cost"])
                                for row in rows),
                         [("matched", "27.6")] * 3 + [("non_usage", "82.8")])


if __name__ == "__main__":
    unittest.main()
