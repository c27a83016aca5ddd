"""Slurm's accounting becomes runs."""

import unittest

from harness import CliTest

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

    def test_elapsed_says_which_reading_of_a_time_is_meant(self):
        day = "2026-11-01T"
        rows = [  # Clocks go back from 02:00 to 01:00.
            ("01:45:00", "01:15:00", "00:30:00", "05:45", "06:15"),
            ("00:30:00", "01:30:00", "02:00:00", "04:30", "06:30"),
            ("00:30:00", "01:30:00", "01:00:00", "04:30", "05:30"),
            ("01:15:00", "02:15:00", "01:00:00", "06:15", "07:15"),
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
        self.assertIn("note: 1 run(s) do not last as long as their Elapsed says", done.err)

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


if __name__ == "__main__":
    unittest.main()
