"""`tenant move`: usage goes where it counts, bucket by bucket."""

import unittest

from harness import AT, CliTest, RUNS


class TenantTest(CliTest):
    def setUp(self):
        super().setUp()
        self.expect(0, "init")
        self.write("runs.csv", RUNS)
        self.expect(0, "import", "runs", "runs.csv")

    def move(self, code, old, new, when, *more):
        return self.expect(code, "tenant", "move", old, new, "--from", when,
                           *more)

    def usage(self):
        return self.expect(0, "usage", "--by", "tenant", "--at", AT,
                           "--format", "csv").out

    def test_from_an_instant_on_usage_is_at_the_new_path(self):
        moved = self.move(0, "acme/research", "beta/research",
                          "2026-10-01T02:00:00Z")
        self.assertEqual(moved.out, "")
        self.assertEqual(moved.err, "acme/research is beta/research from "
                         "2026-10-01T02:00:00Z on\n")
        self.assertIn("acme/research,14400,4.000000000\n", self.usage())
        self.assertIn("beta/research,21600,6.000000000\n", self.usage())
        again = self.move(0, "acme/research", "beta/research",
                          "2026-10-01T02:00:00Z")
        self.assertEqual(again.err,
                         "nothing changed: it was moved so already\n")
        runs = self.expect(0, "runs", "--tenant", "beta", "--format", "csv")
        self.assertIn("job-2", runs.out)
        journal = self.expect(0, "journal", "--format", "csv").out
        self.assertIn("tenant_move,acme/research,"
                      "\"to beta/research, from 2026-10-01T02:00:00Z\"",
                      journal)
        self.expect(0, "verify")

    def test_what_is_said_again_by_the_new_name_is_a_repetition(self):
        def say(tenant):
            place = ["--tenant", tenant, "--pool", "aws/x", "--gpus", "2"]
            return (self.expect(0, "hold", "place", "h", *place, "--gpu-hours", "5").err +
                    self.expect(0, "run", "start", "r", *place, "--hold", "h", "--at",
                                "2026-10-01T01:00:00Z").err)
        say("acme/chat")
        self.move(0, "acme/chat", "beta/chat", "2026-10-01T02:00:00Z")
        entries = self.expect(0, "journal").out.count("\n")
        again = say("beta/chat")
        self.assertIn("hold h was already placed: nothing changed", again)
        self.assertIn("run r attempt 1 was already started: nothing changed", again)
        # A prolog says no --at, and may say the name of before the move.
        start = ["--pool", "aws/x", "--gpus", "2"]
        for tenant in ("beta/chat", "acme/chat"):
            again = self.expect(0, "run", "start", "r", "--tenant", tenant, *start, "--hold", "h")
            self.assertIn("run r attempt 1 was already started: nothing changed", again.err)
        self.assertIn("as acme/chat on aws/x", self.expect(
            3, "run", "start", "r", "--tenant", "beta", *start, "--hold", "h").err)
        self.assertEqual(self.expect(0, "journal").out.count("\n"), entries)
        self.assertIn("is in the books as acme/chat", self.expect(
            3, "hold", "place", "h", "--tenant", "beta", "--pool", "aws/x", "--gpus", "2",
            "--gpu-hours", "5").err)
        self.expect(0, "verify")

    def test_an_array_is_said_again_by_either_name(self):
        def say(code, tenant):
            return self.expect(code, "run", "start-array", "s", "--tasks", "0-1", "--tenant",
                               tenant, "--pool", "aws/x", "--gpus", "2").err
        say(0, "acme/chat")
        self.move(0, "acme", "beta", "2026-10-01T02:00:00Z")
        for tenant in ("beta/chat", "acme/chat"):
            self.assertIn("were already started: nothing changed", say(0, tenant))
        self.assertIn("as acme/chat on aws/x", say(3, "beta"))

    def test_bad_moves_are_refused_by_name(self):
        self.assertIn("inside a bucket",
                      self.move(2, "acme", "beta", "2026-10-01T02:30:00Z").err)
        self.assertIn("still to come",
                      self.move(2, "acme", "beta", "2999-10-01T02:00:00Z").err)
        self.assertIn("not in the books",
                      self.move(2, "amce", "beta", "2026-10-01T02:00:00Z").err)
        self.assertIn("below itself",
                      self.move(2, "acme", "acme/x", "2026-10-01T02:00:00Z").err)
        self.assertIn("no UTC offset",
                      self.move(2, "acme", "beta", "2026-10-01T02:00:00").err)
        self.assertIn("--from", self.expect(2, "tenant", "move", "a", "b").err)

    def test_a_zone_names_naive_times(self):
        self.move(0, "acme/chat", "beta", "2026-10-01T04:00:00", "--zone",
                  "Europe/Berlin")
        self.assertIn("acme/chat,57600,", self.usage())


if __name__ == "__main__":
    unittest.main()
