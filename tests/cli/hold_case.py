"""A ledger with one quota, and the verbs of holds."""

from harness import CliTest

PLACE = ["--tenant", "acme/chat", "--pool", "aws/us-east-1/gb200"]


class HoldTest(CliTest):
    def setUp(self):
        super().setUp()
        self.expect(0, "init")
        self.expect(0, "quota", "set", "acme", "--gpu-hours", "100", "--per",
                    "total")

    def hold(self, code, verb, *arguments):
        return self.expect(code, "hold", verb, *arguments)

    def place(self, code, name, hours, *arguments):
        return self.hold(code, "place", name, *PLACE, "--gpu-hours", hours,
                         *arguments)

    def holds(self, *arguments):
        return self.expect(0, "holds", *arguments, "--format",
                           "json").json()["holds"]

    def quota(self):
        [quota] = self.expect(0, "quota", "list", "--format",
                              "json").json()["quotas"]
        return quota

    def entries(self):
        return self.expect(0, "journal").out.count("\n")
