"""`quota explain`: why something is refused, and who has it."""

import re
import unittest
from decimal import Decimal

from quota_case import POOL, QuotaTest, place


class ExplainTest(QuotaTest):
    def setUp(self):
        super().setUp()
        self.set(0, "acme", "--pool", "aws/*", "--gpu-hours", "100", "--per",
                 "month")
        self.set(0, "acme/chat", "--pool", "aws/*", "--gpu-hours", "20",
                 "--per", "month", "--slice", "--lend", "20", "--borrow", "70")
        self.set(0, "acme/research", "--pool", "aws/*", "--gpu-hours", "40",
                 "--per", "month", "--slice", "--lend", "40")
        self.set(0, "acme", "--gpus", "16")
        self.expect(0, *place("chat-1", "70"), "--gpus", "8")
        self.expect(0, "run", "start", "run-1", "--tenant", "acme/chat",
                    "--pool", POOL, "--gpus", "8", "--hold", "chat-1")

    def test_who_has_borrowed_what_is_missing(self):
        asked = ["acme/research", "--pool", POOL, "--gpu-hours", "35"]
        told = self.explain(1, *asked, "--format", "table")
        self.assertEqual(told.err, "")
        self.assertIn("acme/research on aws/*: 40 GPU-hours a month", told.out)
        # The run draws from its hold meanwhile, however long that is.
        bar = re.search(r"\[#+=+\.+\] used (\S+), held (\S+),", told.out)
        used, left = (Decimal(amount) for amount in bar.groups())
        self.assertLessEqual(abs(used + left - 70), Decimal("0.001"))
        self.assertRegex(
            told.out,
            r"would be refused: acme on aws/\*: 100 GPU-hours a month, "
            r".* used, .* held, 35 asked; resets at ")
        self.assertRegex(
            told.out, r"chat-1  acme/chat  %s  %s  GPU-hours  .*  "
            r"run-1 attempt 1  borrows\n" % (POOL, bar.group(2)))
        answer = self.explain(1, *asked, "--format", "json")
        self.assertIn("would be refused: ", answer.err)
        data = answer.json()
        self.assertEqual(data["admitted"], False)
        self.assertEqual(data["asked_gpu_seconds"], "126000")
        self.assertEqual(data["refusal"]["tenant"], "acme")
        self.assertEqual(data["refusal"]["limit_gpu_hours"], "100.000000000")
        self.assertIsNotNone(data["refusal"]["resets"])
        self.assertIn(data["refusal"]["text"], answer.err)
        self.assertEqual([one["tenant"] for one in data["quotas"]],
                         ["acme/research", "acme", "acme"])
        [holder] = data["holders"]
        self.assertEqual((holder["hold_id"], holder["run_id"]),
                         ("chat-1", "run-1"))
        self.assertEqual(holder["borrows"], True)
        self.assertIsNone(holder["held_gpus"])
        refused = self.expect(1, *place("r-1", "35", "acme/research"))
        self.assertRegex(refused.err, r"^hold r-1 was refused: acme on aws/\*: "
                         "100 GPU-hours a month, ")
        # Those who borrowed give back; then it fits.
        self.expect(0, "run", "stop", "run-1")
        self.assertIn("fits: 35 GPU-hours on " + POOL,
                      self.explain(0, *asked, "--format", "csv").err)
        self.expect(0, *place("r-1", "35", "acme/research"))

    def test_gpus_at_once(self):
        data = self.explain(1, "acme/chat", "--pool", POOL, "--gpus", "8.5",
                            "--format", "json").json()
        self.assertEqual(data["refusal"]["period"], "at_once")
        self.assertEqual(data["refusal"]["used_gpus"], "8")
        self.assertEqual(data["refusal"]["asked_gpus"], "8.5")
        self.assertIsNone(data["refusal"]["resets"])
        self.explain(0, "acme/chat", "--pool", POOL, "--gpus", "8")
        # The pools that a quota is not over do not count.
        self.explain(0, "acme/chat", "--pool", "oci/h100", "--gpu-hours",
                     "1000000")

    def test_all_that_is_over_a_tenant(self):
        data = self.explain(0, "acme/chat/web", "--format", "json").json()
        self.assertIsNone(data["admitted"])
        self.assertEqual(len(data["quotas"]), 3)
        self.expect(0, "run", "start", "r", "--tenant", "globex", "--pool", "p", "--gpus", "1")
        self.assertEqual(
            self.explain(0, "globex", "--format", "table").out,
            "no quota is over globex\n")
        csv = self.explain(0, "acme/chat", "--format", "csv")
        self.assertEqual(csv.err, "")
        self.assertEqual(csv.out.count("\n"), 4)

    def test_another_moment_taken_as_now(self):
        later = self.explain(1, "acme/research", "--pool", POOL, "--gpu-hours",
                             "35", "--at", "2098-12-31T23:59:59Z", "--format",
                             "json").json()
        self.assertEqual(later["at"], "2098-12-31T23:59:59Z")
        acme = later["quotas"][1]
        self.assertEqual(acme["window_end"], "2099-01-01T00:00:00Z")
        # The hold has expired, and its run accrues all month long.
        self.assertEqual(acme["held_gpu_seconds"], "0")
        self.assertEqual(acme["used_gpu_seconds"],
                         str(8 * (31 * 86400 - 1)))
        self.assertEqual(acme["accruing_gpus"], "8")

    def test_bad_questions(self):
        self.assertIn("--pool is required",
                      self.explain(2, "acme", "--gpus", "1").err)
        self.assertIn("--gpu-hours: ",
                      self.explain(2, "acme", "--pool", POOL, "--gpu-hours",
                                   "many").err)
        self.explain(3, "acme", "--pool", "aws/*")
        self.explain(3, "acme//chat")
        self.assertIn("TENANT is required", self.explain(2, "--pool",
                                                         POOL).err)


if __name__ == "__main__":
    unittest.main()
