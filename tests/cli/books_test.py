"""Verbs on a small ledger: what they print and how they exit."""

import os
import unittest

from harness import AT, CONTRACT, RUNS, CliTest

PERIOD = "2026-10-01T00:00:00Z/2026-10-02T00:00:00Z"


class InitTest(CliTest):
    def test_makes_a_ledger_once(self):
        result = self.expect(0, "init", "--bucket", "15m", "--format", "json")
        self.assertEqual(result.json()["bucket_seconds"], 900)
        self.assertIn("made ledger", result.err)
        again = self.expect(4, "init")
        self.assertEqual(again.out, "")
        self.assertTrue(again.err.startswith("drawdown: "), again.err)

    def test_prints_no_data_unless_asked(self):
        self.assertEqual(self.expect(0, "init").out, "")


class ImportTest(CliTest):
    def test_a_second_import_changes_nothing(self):
        self.write("runs.csv", RUNS)
        self.expect(0, "init")
        first = self.expect(0, "import", "runs", "runs.csv")
        self.assertEqual(first.out, "")
        self.assertIn("imported 4 runs: 4 new, 0 updated, 0 unchanged\n",
                      first.err)
        second = self.expect(0, "import", "runs", "runs.csv", "--format",
                             "json")
        self.assertEqual(second.json()["unchanged"], 4)
        self.assertEqual(second.json()["inserted"], 0)

    def test_reads_stdin_and_other_peoples_columns(self):
        self.expect(0, "init")
        text = (
            "job_id,user,start_time,end_time,gpus\n"
            "1,acme/chat,2026-10-01 00:00:00,2026-10-01 01:00:00,2\n"
        )
        self.expect(
            0, "import", "runs", "-", "--columns", "run_id=job_id,tenant=user",
            "--columns", "start=start_time,end=end_time", "--set",
            "pool=msr/philly/gpu", "--zone", "America/Los_Angeles",
            stdin=text.encode(),
        )
        result = self.expect(0, "runs", "--format", "csv")
        self.assertIn("2026-10-01T07:00:00Z,2026-10-01T08:00:00Z", result.out)
        self.assertIn("msr/philly/gpu", result.out)

    def test_an_end_without_a_start_is_named(self):
        self.expect(0, "init")
        self.write("odd.csv", RUNS + "job-5,acme,p,1,,2026-10-01T00:00:00Z,\n"
                   "job-6,acme,p,1,,2026-10-01T00:00:00Z,\n")
        notes = self.expect(0, "import", "runs", "odd.csv").err
        self.assertIn("note: 3 run(s) never started and bill nothing\n"
                      "note: 2 of them have an end without a start, the first at odd.csv:6\n",
                      notes)

    def test_all_bad_rows_are_named_and_none_is_posted(self):
        self.expect(0, "init")
        self.write("bad.csv", RUNS + "job-5,acme,p,x,2026-10-01T00:00:00Z,,\n"
                   "job-6,acme,p,1,nonsense,,\n")
        result = self.expect(3, "import", "runs", "bad.csv")
        self.assertEqual(result.out, "")
        lines = result.err.splitlines()
        self.assertGreaterEqual(len(lines), 2)
        for line in lines:
            self.assertTrue(line.startswith("drawdown: "), line)
        self.assertIn("bad.csv:6", result.err)
        self.assertIn("bad.csv:7", result.err)
        self.assertEqual(self.expect(0, "runs").out.count("\n"), 1)

    def test_a_conflict_is_bad_input(self):
        self.make_books()
        self.write("other.csv",
                   RUNS.replace("job-1,acme/chat", "job-1,acme/other"))
        result = self.expect(3, "import", "runs", "other.csv")
        self.assertIn("job-1", result.err)

    def test_a_missing_file_is_bad_input(self):
        self.expect(0, "init")
        self.assertIn("no-such.csv",
                      self.expect(3, "import", "runs", "no-such.csv").err)

    def test_strict_refuses_unknown_names(self):
        self.expect(0, "init")
        self.write("runs.csv", RUNS)
        self.expect(3, "import", "runs", "--strict", "runs.csv")

    def test_amounts_of_usage(self):
        self.expect(0, "init")
        self.write("usage.csv", "usage_id,tenant,pool,start,end,gpu_seconds\n"
                   "u1,acme,p,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,7.5\n")
        result = self.expect(0, "import", "usage", "usage.csv")
        self.assertIn("imported 1 usage record: 1 new", result.err)
        self.assertEqual(self.expect(0, "usage", "--at", AT).out,
                         "gpu_seconds,gpu_hours\n7.5,0.002083333\n")

    def test_a_correction_withdraws_a_run_and_is_recorded(self):
        self.make_books()
        before = self.expect(0, "usage", "--by", "tenant", "--at", AT)
        header, first = RUNS.splitlines()[:2]
        self.write("fix.csv", "%s\n%s\n" %
                   (header, first.replace("COMPLETED", "VOID")))
        result = self.expect(0, "correct", "runs", "fix.csv", "--reason",
                             "it never ran")
        self.assertIn("corrected 1 run", result.err)
        self.assertIn("\nacme/chat,57600,", before.out)
        after = self.expect(0, "usage", "--by", "tenant", "--at", AT)
        self.assertNotIn("acme/chat", after.out)
        journal = self.expect(0, "journal").out
        self.assertIn("it never ran", journal)
        state = self.expect(0, "runs", "--run", "job-1", "--format", "json")
        self.assertEqual(state.json()["runs"][0]["state"], "voided")


class UsageTest(CliTest):
    def setUp(self):
        super().setUp()
        self.make_books()

    def test_groups_come_in_the_order_asked(self):
        result = self.expect(0, "usage", "--by", "day,tenant", "--at", AT)
        self.assertEqual(
            result.out,
            "day,tenant,gpu_seconds,gpu_hours\n"
            "2026-10-01,acme/chat,57600,16.000000000\n"
            "2026-10-01,acme/research,36000,10.000000000\n"
            "2026-10-02,acme/=cmd|x,21600,6.000000000\n",
        )

    def test_without_groups_there_is_one_row(self):
        self.assertEqual(
            self.expect(0, "usage", "--at", AT).out,
            "gpu_seconds,gpu_hours\n115200,32.000000000\n",
        )

    def test_global_options_go_before_and_after(self):
        before = self.expect(0, "--format", "json", "--at", AT, "usage")
        after = self.expect(0, "usage", "--at", AT, "--format", "json")
        equals = self.expect(0, "usage", "--at=" + AT, "--format=json")
        self.assertEqual(before.out, after.out)
        self.assertEqual(before.out, equals.out)
        self.assertEqual(before.json()["total_gpu_seconds"], "115200")

    def test_selectors_and_windows(self):
        result = self.expect(
            0, "usage", "--tenant", "acme/research", "--from",
            "2026-10-01T02:00:00Z", "--to", "2026-10-01T03:00:00Z", "--pool",
            "aws/*/gb200", "--at", AT)
        self.assertEqual(result.out,
                         "gpu_seconds,gpu_hours\n14400,4.000000000\n")

    def test_days_are_those_of_the_zone(self):
        result = self.expect(0, "usage", "--by", "day", "--zone",
                             "America/Los_Angeles", "--tenant", "acme/chat",
                             "--at", AT)
        self.assertIn("\n2026-09-30,57600,", result.out)

    def test_nothing_was_recorded_by_an_early_instant(self):
        result = self.expect(0, "usage", "--as-of", "2020-01-01T00:00:00Z")
        self.assertEqual(result.out, "gpu_seconds,gpu_hours\n0,0.000000000\n")


class ContractTest(CliTest):
    def test_show_gives_the_text_back(self):
        self.make_books()
        self.assertEqual(
            self.expect(0, "contract", "show", "aws-2025").out, CONTRACT)
        shown = self.expect(0, "contract", "show", "aws-2025", "--format",
                            "json").json()
        self.assertEqual(shown["text"], CONTRACT)
        self.assertEqual(shown["commitments"], ["reserved"])

    def test_list(self):
        self.make_books()
        rows = self.expect(0, "contract", "list", "--format",
                           "json").json()["contracts"]
        self.assertEqual([row["id"] for row in rows], ["aws-2025"])
        self.assertEqual(rows[0]["version"], 1)

    def test_applying_again_changes_nothing(self):
        self.make_books()
        self.expect(0, "contract", "apply", "aws.textproto")
        rows = self.expect(0, "contract", "list", "--format", "json").json()
        self.assertEqual(rows["contracts"][0]["version"], 1)

    def test_an_unknown_contract_is_a_usage_error(self):
        self.make_books()
        for arguments in (
            ["contract", "show", "nope"],
            ["statement", "--contract", "nope", "--period", "2026-10"],
        ):
            self.assertIn("nope", self.expect(2, *arguments).err)

    def test_validate_needs_no_ledger_and_names_every_file(self):
        self.write("good.textproto", CONTRACT)
        self.write("bad.textproto", "id: \"x\"\nno_such_field: 1\n")
        self.write("worse.textproto", "{")
        self.expect(0, "contract", "validate", "good.textproto")
        result = self.expect(3, "contract", "validate", "bad.textproto",
                             "good.textproto", "worse.textproto")
        self.assertIn("bad.textproto:2", result.err)
        self.assertIn("worse.textproto", result.err)
        self.assertIn("good.textproto: ok", result.err)
        self.assertFalse(os.path.exists(self.path("drawdown.ledger")))


class StatementTest(CliTest):
    def setUp(self):
        super().setUp()
        self.make_books()

    def test_lines_sum_to_what_is_owed(self):
        arguments = ["statement", "--contract", "aws-2025", "--period", PERIOD,
                     "--at", AT]
        statement = self.expect(0, *arguments, "--format", "json").json()
        # 24 h x 8 GPUs reserved at 2; one hour needs 12, two need 4 or less.
        self.assertEqual(statement["total"], "400.4")
        self.assertTrue(statement["complete"])
        csv = self.expect(0, *arguments).out
        self.assertEqual(
            csv.splitlines()[0],
            "period_start,period_end,contract,tenant,pool,commitment,kind,"
            "gpu_seconds,gpu_hours,unit_price,cost,currency,"
            "corrects_period,corrects_kind",
        )
        self.assertEqual(len(csv.splitlines()), 1 + len(statement["lines"]))

    def test_a_bad_period_is_a_usage_error(self):
        for period in ("2026-13", "october", "2026-10/2026-11"):
            self.expect(2, "statement", "--contract", "aws-2025", "--period",
                        period)

    def test_unpriced_usage_is_a_finding(self):
        self.write("more.csv", "run_id,tenant,pool,gpus,start,end\n"
                   "x1,acme/chat,aws/us-east-1/unknown,1,"
                   "2026-10-01T00:00:00Z,2026-10-01T01:00:00Z\n")
        self.expect(0, "import", "runs", "more.csv")
        result = self.expect(1, "statement", "--contract", "aws-2025",
                             "--period", PERIOD, "--at", AT)
        self.assertIn("finding: no rate covers 1.000000000 GPU-hours",
                      result.err)
        self.assertIn(",unpriced,3600,1.000000000,,,USD,,\n", result.out)

    def test_status(self):
        result = self.expect(0, "status", "--at", "2026-10-01T01:30:00Z")
        header, row = result.out.splitlines()
        fields = dict(zip(header.split(","), row.split(",")))
        self.assertEqual(fields["commitment"], "reserved")
        self.assertEqual(fields["contracted"], "8.000000000")
        self.assertEqual(fields["unit"], "gpu_hours")


class LookInsideTest(CliTest):
    def setUp(self):
        super().setUp()
        self.make_books()

    def test_runs(self):
        runs = self.expect(0, "runs", "--format", "json").json()["runs"]
        self.assertEqual([run["run_id"] for run in runs],
                         ["job-1", "job-2", "job-3", "job-4"])
        self.assertEqual(runs[0]["segments"], [
            {"gpus": "8", "start": "2026-10-01T00:00:00Z",
             "end": "2026-10-01T02:00:00Z", "suspended": False}])
        only = self.expect(0, "runs", "--state", "open").out
        self.assertEqual(only.count("\n"), 2)
        self.assertIn("job-3", only)
        self.assertEqual(self.expect(0, "runs", "--limit", "1").out.count("\n"),
                         2)

    def test_journal(self):
        entries = self.expect(0, "journal", "--format",
                              "json").json()["entries"]
        self.assertGreaterEqual(len(entries), 5)
        sequences = [entry["sequence"] for entry in entries]
        self.assertEqual(sequences, sorted(sequences))
        few = self.expect(0, "journal", "--limit", "2", "--from",
                          str(sequences[1]), "--format", "json").json()
        self.assertEqual([entry["sequence"] for entry in few["entries"]],
                         sequences[1:3])
        self.assertEqual(
            self.expect(0, "journal", "--as-of", "0").out.count("\n"), 1)

    def test_csv_of_names_is_inert(self):
        # Within a path a formula cannot start a cell; elsewhere it is quoted.
        self.write("h.csv", "run_id,tenant,pool,gpus,start,end\n"
                   "=1+1,@x,p,1,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z\n")
        self.expect(0, "import", "runs", "h.csv")
        result = self.expect(0, "runs", "--run", "=1+1")
        self.assertIn("\n'=1+1,1,'@x,p,", result.out)


if __name__ == "__main__":
    unittest.main()
