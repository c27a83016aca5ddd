"""A ledger, and the verbs of quotas."""

from harness import CliTest

POOL = "aws/us-east-1/gb200"


def place(name, hours, tenant="acme/chat", pool=POOL, *more):
    return ["hold", "place", name, "--tenant", tenant, "--pool", pool,
            "--gpu-hours", hours, *more]


class QuotaTest(CliTest):
    def setUp(self):
        super().setUp()
        self.expect(0, "init", "--bucket", "15m")

    def set(self, code, tenant, *arguments):
        return self.expect(code, "quota", "set", tenant, *arguments)

    def quotas(self, *arguments):
        return self.expect(0, "quota", "list", *arguments, "--format",
                           "json").json()["quotas"]

    def explain(self, code, tenant, *arguments):
        return self.expect(code, "quota", "explain", tenant, *arguments)

    def entries(self):
        return self.expect(0, "journal").out.count("\n")
