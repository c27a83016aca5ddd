"""A pool that goes from one contract of a provider to another, by an amendment."""

import unittest

from reconcile_case import AT, CONTRACT, RIGHT, ReconcileCase, row

# From 02:00 on the contract has another pool, and the next one has the first, at 2 USD.
LATER = CONTRACT.replace(
    "rate {", 'effective: "2026-10-01T02:00:00Z"\nrate {').replace(
        "h200", "b200").replace('"p5en"', '"p6"')
NEXT = CONTRACT.replace("aws-2025", "next").replace(
    'start: "2026-01-01T00', 'start: "2026-10-01T02').replace(
        'price: "3.45" from: "2026-01-01T00:00:00Z"', 'price: "2"')


class MovedPoolTest(ReconcileCase):
    def setUp(self):
        super().setUp()
        self.write("later.textproto", LATER)
        self.write("next.textproto", NEXT)
        self.expect(0, "contract", "apply", "later.textproto", "next.textproto")

    def lines(self, contract, *more):
        statement = self.expect(0, "statement", "--contract", contract, "--period", "2026-10",
                                *more, "--format", "json").json()
        return [(line["kind"], line["gpu_hours"], line["cost"])
                for line in statement["lines"]]

    def test_each_has_its_time_of_it(self):
        self.assertEqual(self.lines("aws-2025", "--at", AT),
                         [("on_demand", "32.000000000", "110.4")])
        self.assertEqual(self.lines("next", "--at", AT),
                         [("on_demand", "32.000000000", "64")])

    def test_a_bill_of_both(self):
        bill = self.bill(row(0, 2, RIGHT), row(1, 2, RIGHT), row(2, 2, "32.00"),
                         row(3, 2, "32.00"))
        run = self.reconcile(0, bill, "--format", "json").json()
        self.assertEqual([(one["class"], one["billed_cost"]) for one in run["breaks"]],
                         [("matched", "55.2"), ("matched", "55.2"), ("non_usage", "64")])


if __name__ == "__main__":
    unittest.main()
