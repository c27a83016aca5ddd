"""A contract, its runs and what `statement` says of them, for other programs."""

import csv
import io
import json
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
