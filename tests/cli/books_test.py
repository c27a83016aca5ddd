"""Verbs on a small ledger: what they print and how they exit."""

import os
import struct
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


SACCT = """\
Cluster|JobIDRaw|Submit|Start|End|State|AllocTRES|Account|User
alpha|7|2026-09-30T23:00:00|2026-10-01T00:00:00|2026-10-01T02:00:00|PREEMPTED|cpu=9,gres/gpu=8,gres/gpu:h100=8|acme|ada
alpha|7.batch|2026-10-01T00:00:00|2026-10-01T00:00:00|2026-10-01T02:00:00|CANCELLED|cpu=9,gres/gpu=8|acme|
alpha|7|2026-10-01T02:00:00|2026-10-01T04:00:00|Unknown|RUNNING|gres/gpu=4|acme|ada
alpha|8|2026-10-01T02:00:00|Unknown|Unknown|PENDING||acme|bob
"""


class SacctTest(CliTest):
    def setUp(self):
        super().setUp()
        self.expect(0, "init")
        self.write("jobs.txt", SACCT)

    def test_jobs_become_runs_once(self):
        arguments = ["import", "sacct", "jobs.txt", "--set", "pool=p", "--zone",
                     "UTC"]
        first = self.expect(0, *arguments)
        self.assertEqual(first.out, "")
        self.assertIn("imported 2 runs: 2 new, 0 updated, 0 unchanged\n",
                      first.err)
        self.assertIn("note: 1 job step(s) passed over", first.err)
        self.assertIn("note: columns not read: User", first.err)
        again = self.expect(0, *arguments, "--format", "json").json()
        self.assertEqual(again["unchanged"], 2)
        self.assertEqual(again["never_started"], 1)
        self.assertEqual(again["open"], 1)
        # 8 GPUs for two hours and 4 for one.
        self.assertEqual(
            self.expect(0, "usage", "--by", "tenant,pool", "--at",
                        "2026-10-01T05:00:00Z").out,
            "tenant,pool,gpu_seconds,gpu_hours\n"
            "acme,p,72000,20.000000000\n")
        self.expect(0, "verify")

    def test_elapsed_says_which_reading_of_an_end_is_meant(self):
        day = "2026-11-01T"
        rows = [  # Clocks go back from 02:00 to 01:00.
            ("01:45:00", "01:15:00", "00:30:00", "05:45", "06:15"),
            ("00:30:00", "01:30:00", "02:00:00", "04:30", "06:30"),
            ("00:30:00", "01:30:00", "01:00:00", "04:30", "05:30"),
            # Said of End alone: a start must be what it was while the job ran.
            ("01:15:00", "02:15:00", "01:00:00", "05:15", "07:15"),
            ("01:15:00", "02:15:00", "02:00:00", "05:15", "07:15"),
            # Either: the first.
            ("01:15:00", "01:45:00", "00:30:00", "05:15", "05:45"),
            ("01:15:00", "01:45:00", "00:31:00", "05:15", "05:45")]
        self.write("fold.txt", "Cluster|JobIDRaw|Submit|Start|End|State|AllocTRES|"
                   "Account|Elapsed\n" + "".join(
                       f"alpha|{job}|2026-10-01T00:00:00|{day}{start}|{day}{end}|"
                       f"COMPLETED|gres/gpu=1|acme|{elapsed}\n"
                       for job, (start, end, elapsed, *_) in enumerate(rows, 1)))
        done = self.expect(0, "import", "sacct", "fold.txt", "--set", "pool=p",
                           "--zone", "America/New_York")
        runs = self.expect(0, "runs", "--format", "json").json()["runs"]
        self.assertEqual(
            [(one["segments"][0]["start"], one["segments"][0]["end"]) for one in runs],
            [(f"{day}{start}:00Z", f"{day}{end}:00Z") for *_, start, end in rows])
        self.assertIn("note: 2 run(s) do not last as long as their Elapsed says", done.err)

    def test_stdin_and_paths_of_several_columns(self):
        self.expect(0, "import", "sacct", "-", "--columns",
                    "tenant=Account/User,pool=Cluster", "--zone", "UTC",
                    stdin=SACCT.encode())
        self.assertIn(",acme/ada,alpha,", self.expect(0, "runs").out)

    def test_all_bad_rows_are_named_and_none_is_posted(self):
        self.write("bad.txt", SACCT +
                   "alpha|9|soon|2026-10-01T00:00:00||X|gres/gpu=1|acme|a\n"
                   "alpha|10|2026-10-01T00:00:00|2026-10-01T01:00:00|"
                   "2026-10-01T02:00:00|FAILED|gres/gpu=2,gres/gpu:x=1|a|a\n")
        result = self.expect(3, "import", "sacct", "bad.txt", "--set",
                             "pool=p", "--zone", "UTC")
        self.assertIn("bad.txt:6: Submit: ", result.err)
        self.assertIn("bad.txt:7: AllocTRES: gres/gpu=2, but its types add up "
                      "to 1", result.err)
        self.assertIn("nothing was posted", result.err)
        self.assertEqual(self.expect(0, "runs").out.count("\n"), 1)

    def test_truncated_files_are_refused(self):
        for cut in range(len(SACCT) - 1, SACCT.index("alpha"), -23):
            self.write("cut.txt", SACCT[:cut])
            result = self.run_cli("import", "sacct", "cut.txt", "--set",
                                  "pool=p", "--zone", "UTC")
            if SACCT[:cut].endswith("\n"):
                continue
            self.assertEqual(result.code, 3, SACCT[:cut])
            self.assertIn("cut.txt:", result.err)

    def test_a_missing_pool_says_what_to_do(self):
        result = self.expect(3, "import", "sacct", "jobs.txt")
        self.assertIn("pool (say --set pool=", result.err)
        self.expect(2, "import", "sacct", "jobs.txt", "--set", "gpus=1")


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


class CapacityTest(CliTest):
    """What was delivered, from the file to the statement."""

    POOL = "aws/us-east-1/gb200"
    ROWS = """\
pool,start,end,gpus,state
%(pool)s,2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,8,delivered
%(pool)s,2026-10-01T12:00:00Z,2026-10-01T18:30:00Z,4,excluded
%(pool)s,2026-10-01T14:00:00Z,2026-10-01T18:30:00Z,3,replaced
""" % {"pool": POOL}

    def setUp(self):
        super().setUp()
        self.make_books()

    def import_rows(self, *arguments):
        self.write("capacity.csv", self.ROWS)
        return self.expect(0, "import", "capacity", "capacity.csv", *arguments)

    def lines(self, *arguments):
        statement = self.expect(
            0, "statement", "--contract", "aws-2025", "--period", PERIOD,
            "--at", AT, "--format", "json", *arguments).json()
        seconds = {}
        for line in statement["lines"]:
            kind = line["kind"]
            seconds[kind] = seconds.get(kind, 0) + int(line["gpu_seconds"])
        return seconds, statement["total"]

    def test_what_was_not_delivered_costs_nothing(self):
        before, total = self.lines()
        self.assertNotIn("undelivered", before)
        self.assertEqual(total, "400.4")
        first = self.import_rows()
        self.assertEqual(first.out, "")
        self.assertIn("imported 3 capacity records: 3 new, 0 updated, "
                      "0 unchanged\n", first.err)
        after, total = self.lines()
        # 4 GPUs for two hours and one for 4.5, all of them unused, at 2.
        self.assertEqual(after["undelivered"], 45000)
        self.assertEqual(before["unused"] - after["unused"], 45000)
        self.assertEqual(after["covered"], before["covered"])
        self.assertEqual(total, "375.4")
        again = self.import_rows("--format", "json").json()
        self.assertEqual((again["inserted"], again["unchanged"]), (0, 3))
        self.assertEqual(self.lines()[1], "375.4")
        self.expect(0, "verify")

    def test_status_shows_what_was_delivered(self):
        self.import_rows()
        status = self.expect(0, "status", "--at", "2026-10-01T13:15:00Z",
                             "--format", "json").json()
        self.assertEqual(status["commitments"][0]["contracted"], "8.000000000")
        self.assertEqual(status["commitments"][0]["delivered"], "4.000000000")

    def test_a_bill_for_what_was_not_delivered_is_a_break(self):
        self.write("bill.csv", """\
BilledCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,\
ChargeFrequency,ChargePeriodStart,ChargePeriodEnd,ProviderName,RegionId,\
ResourceId,PricingQuantity,PricingUnit
16,USD,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,Purchase,Recurring,\
2026-10-01T13:00:00Z,2026-10-01T14:00:00Z,aws,us-east-1,reserved,8,GPU-Hours
""")
        arguments = ["reconcile", "--contract", "aws-2025", "--period",
                     "2026-10-01T13:00:00Z/2026-10-01T14:00:00Z", "--at", AT,
                     "bill.csv", "--format", "json"]
        self.assertTrue(self.expect(0, *arguments).json()["clean"])
        self.import_rows()
        breaks = self.expect(1, *arguments).json()["breaks"]
        self.assertEqual([(row["class"], row["expected_cost"],
                           row["difference"]) for row in breaks],
                         [("quantity_break", "8", "8")])

    def test_records_are_listed(self):
        self.import_rows()
        text = self.expect(0, "capacity", "--format", "csv").out
        self.assertEqual(
            text.splitlines()[0],
            "pool,start,end,gpus,state,capacity_id,journal_sequence")
        self.assertIn(
            self.POOL + ",2026-10-01T12:00:00Z,2026-10-01T18:30:00Z,4,"
            "excluded,,", text)
        self.assertEqual(text.count("\n"), 4)
        for arguments, count in (
                (["--state", "replaced"], 1),
                (["--pool", "aws/*/gb200"], 3),
                (["--pool", "gcp"], 0),
                (["--to", "2026-10-01T12:00:00Z"], 1),
                (["--from", "2026-10-01 18:30:00", "--zone", "UTC"], 1),
                (["--limit", "2"], 2),
                (["--as-of", "2026-01-01T00:00:00Z"], 0)):
            records = self.expect(0, "capacity", "--format", "json",
                                  *arguments).json()["capacity"]
            self.assertEqual(len(records), count, arguments)
        self.assertIn("CAPACITY ID",
                      self.expect(0, "capacity", "--format", "table").out)
        self.expect(2, "capacity", "--state", "lost")
        self.expect(2, "capacity", "--from", "2026-10-01 18:30:00")
        self.assertIn(",capacity," + self.POOL + ',"delivered 8 GPUs [',
                      self.expect(0, "journal", "--format", "csv").out)

    def test_nodes_from_stdin(self):
        text = ("node,from,until\n"
                "n1,2026-10-01 00:00:00,2026-10-01 03:00:00\n"
                "n2,2026-10-01 01:00:00,2026-10-01 02:00:00\n")
        result = self.expect(
            0, "import", "capacity", "-", "--columns",
            "capacity_id=node,start=from,end=until", "--set",
            "gpus=4,state=delivered", "--set", "pool=" + self.POOL, "--zone",
            "UTC", stdin=text.encode())
        self.assertIn("imported 2 capacity records", result.err)
        # One node is 4 of 8 in the first and the third hour. 4 of the 12 GPUs
        # of the second hour are on demand as before.
        seconds, _ = self.lines()
        self.assertEqual(seconds["undelivered"], 8 * 3600)

    def test_a_contradiction_posts_nothing(self):
        self.import_rows()
        self.write("other.csv",
                   self.ROWS.replace(",8,", ",9,").replace(",3,", ",2,"))
        result = self.expect(3, "import", "capacity", "other.csv")
        self.assertEqual(
            result.err.splitlines()[0],
            "drawdown: other.csv:2: delivered capacity of pool " + self.POOL +
            " is stated as 8 GPUs [2026-10-01T00:00:00Z, 2026-10-02T00:00:00Z)"
            "; this says 9 GPUs [2026-10-01T00:00:00Z, 2026-10-02T00:00:00Z)")
        self.assertIn("other.csv:4: replaced capacity", result.err)
        self.assertEqual(self.expect(0, "capacity").out.count("\n"), 4)

    def test_strict_refuses_an_unknown_pool(self):
        self.write("c.csv", self.ROWS.replace(self.POOL, "aws/nowhere"))
        result = self.expect(3, "import", "capacity", "--strict", "c.csv")
        self.assertIn('pool "aws/nowhere" is not in the books', result.err)


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


def claim_values_beyond_the_file(name):
    """Makes every value of an LMDB file 2 GB long: a read of it is SIGBUS."""
    page = 4096
    with open(name, "rb") as file:
        data = bytearray(file.read())
    for start in range(2 * page, len(data), page):
        flags, lower = struct.unpack_from("<HH", data, start + 10)
        if flags & 0xff != 2:  # a leaf
            continue
        for i in range((lower - 16) // 2):
            node = start + struct.unpack_from("<H", data, start + 16 + 2 * i)[0]
            if struct.unpack_from("<H", data, node + 4)[0] == 0:
                struct.pack_into("<HH", data, node, 0xffff, 0x7fff)
    with open(name, "wb") as file:
        file.write(data)


class CareTest(CliTest):
    def setUp(self):
        super().setUp()
        self.make_books()

    def test_verify_of_sound_books(self):
        report = self.expect(0, "verify", "--format", "json").json()
        self.assertTrue(report["ok"])
        self.assertEqual(report["runs"], 4)
        self.assertEqual(report["findings"], [])
        lines = self.expect(0, "verify", "--porcelain").out.splitlines()
        self.assertIn("ok=1", lines)
        self.assertEqual(lines[-1], "end=1")

    def test_verify_of_damaged_books_is_a_finding(self):
        name = self.path("drawdown.ledger/data.mdb")
        size = os.path.getsize(name)
        page = 4096
        with open(name, "r+b") as file:
            for start in range(2 * page, size, page):
                file.seek(start)
                file.write(b"\xa5" * page)
        result = self.expect(1, "verify", "--format", "json")
        report = result.json()
        self.assertFalse(report["ok"])
        self.assertNotEqual(report["findings"], [])
        self.assertEqual(self.expect(1, "verify", "--porcelain").out
                         .splitlines()[-1], "end=1")

    def test_a_check_that_is_killed_is_a_finding(self):
        claim_values_beyond_the_file(self.path("drawdown.ledger/data.mdb"))
        report = self.expect(1, "verify", "--format", "json").json()
        self.assertEqual(report["findings"], [
            "the store is damaged: the check was stopped by SIGBUS"])
        porcelain = self.expect(1, "verify", "--porcelain").out
        self.assertTrue(porcelain.endswith("\nend=1\n"), porcelain)

    def test_backup_is_a_ledger(self):
        self.expect(0, "backup", "copy")
        self.expect(0, "--ledger", "copy", "verify")
        self.assertEqual(self.expect(0, "--ledger", "copy", "runs").out,
                         self.expect(0, "runs").out)
        self.assertNotEqual(self.run_cli("backup", "copy").code, 0)

    def test_salvage_rebuilds(self):
        report = self.expect(0, "salvage", "rebuilt", "--format", "json").json()
        self.assertEqual(report["runs"], 4)
        self.assertEqual(report["losses"], [])
        self.assertEqual(
            self.expect(0, "--ledger", "rebuilt", "usage", "--at", AT).out,
            self.expect(0, "usage", "--at", AT).out)


if __name__ == "__main__":
    unittest.main()
