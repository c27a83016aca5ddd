"""Corrections of a closed month, in the FOCUS bill of the month after it."""

import json
import unittest
from decimal import Decimal

from export_case import CONTRACT, RUNS, rows_of, total
from harness import CliTest

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


if __name__ == "__main__":
    unittest.main()
