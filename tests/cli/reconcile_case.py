"""A contract, runs of four hours and rows of bills for `reconcile`."""

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


class ReconcileCase(CliTest):
    def setUp(self):
        super().setUp()
        self.write("contract.textproto", CONTRACT)
        self.write("runs.csv", RUNS)
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "contract.textproto")
        self.expect(0, "import", "runs", "runs.csv")

    def bill(self, *rows):
        return self.write("bill.csv", HEADER + "".join(rows))

    def reconcile(self, code, *more, **options):
        return self.expect(code, "reconcile", "--contract", "aws-2025",
                           "--period", "2026-10", "--at", AT, *more, **options)
