"""Names that are not there, selectors that name nothing, and the columns that docs name."""

import pathlib
import re
import unittest

from harness import CliTest, RUNS

FORMATS = pathlib.Path(__file__).resolve().parents[2] / "docs/formats.md"


class NamesTest(CliTest):
    def setUp(self):
        super().setUp()
        self.expect(0, "init")
        self.write("runs.csv", RUNS)
        self.expect(0, "import", "runs", "runs.csv")

    def test_what_is_asked_for_by_its_id_is_there(self):
        missing = {("runs", "--run"): "run", ("runs", "--array"): "array",
                   ("refunds", "--run"): "run"}
        for (verb, option), what in missing.items():
            self.assertEqual(self.expect(2, verb, option, "nope").err,
                             f'drawdown: {what} "nope" is not in the books\n')
        self.expect(2, "runs", "--array", "nope", "--totals")
        self.assertEqual(self.expect(2, "holds", "--hold", "nope").err,
                         "drawdown: hold nope is not in the books\n")
        # It is there, and not what is asked for.
        self.assertEqual(self.expect(0, "runs", "--run", "job-1", "--state",
                                     "voided").out.count("\n"), 1)
        self.assertEqual(self.expect(0, "refunds", "--run", "job-1").out.count("\n"), 1)

    def test_policies_are_of_what_can_be(self):
        for tenant in ("a/*", "a//b", "/", "a/./b"):
            self.assertIn(f'tenant "{tenant}" has', self.expect(
                3, "policy", "waive", "failed", "--share", "1", "--tenant", tenant).err)
        for pool in ("aws//x", "aws/", "/aws", "aw*"):
            for policy in (["waive", "failed", "--share", "1", "--pool", pool],
                           ["pool", pool, "--lease", "1h"]):
                self.assertIn("pool selector", self.expect(3, "policy", *policy).err)
        self.assertEqual(self.expect(0, "policy", "list").out.count("\n"), 1)

    def test_questions_are_of_what_can_be(self):
        for verb in (["runs"], ["holds"], ["refunds"], ["capacity"], ["usage"],
                     ["runs", "--totals"], ["runs", "--suspect"]):
            for pool in ("aw*", "aws//us-east-1", "/"):
                self.assertIn("pool selector", self.expect(3, *verb, "--pool", pool).err)
        self.assertEqual(self.expect(0, "runs", "--pool", "aws/").out,
                         self.expect(0, "runs", "--pool", "aws").out)

    def test_columns_are_those_that_the_docs_name(self):
        asked = {"hold quote": ["--tenant", "a", "--pool", "p", "--gpu-hours", "1"]}
        tables = FORMATS.read_text().split("\n## The ledger directory\n")[0]
        documented = dict(re.findall(r"^\| `([^`]+)` \| `([^`]+)`[^|]* \|", tables, re.M))
        verbs = ["status", "status --portfolio", "status --next", "runs",
                 "runs --suspect", "runs --totals", "capacity", "refunds", "policy list", "holds",
                 "hold quote", "journal", "contract list", "verify"]
        for verb in verbs:
            written = self.run_cli(*verb.split(), *asked.get(verb, []), "--format", "csv").out
            self.assertEqual(written.splitlines()[0], documented[verb], verb)


if __name__ == "__main__":
    unittest.main()
