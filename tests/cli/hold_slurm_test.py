"""The prolog and epilog scripts for Slurm, without a Slurm."""

import os
import subprocess
import unittest

from harness import PROGRAM
from hold_case import HoldTest

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "../../docs/examples")
# Prints the fields that --Format asks for, each cut or filled to its width, 20
# where it has none, as squeue does.
SQUEUE = """#!/usr/bin/env python3
import sys
[format] = [one[9:] for one in sys.argv if one.startswith("--Format=")]
for job in %r:
    fields = {"JobID": job, "tres-alloc": %r, "Name": %r}
    for field in format.split(","):
        name, _, width = field.partition(":")
        width = int(width or 20)
        sys.stdout.write(fields[name][:width].ljust(width))
    print()
sys.exit(%d)
"""


class SlurmTest(HoldTest):
    """docs/examples/slurm_prolog.sh and slurm_epilog.sh, without a Slurm."""

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("bin"))
        os.symlink(PROGRAM, self.path("bin/drawdown"))
        self.job(8)

    def job(self, gpus):
        self.tres("cpu=64,mem=1T,node=1,billing=64,gres/gpu=%d,gres/gpu:gb200=%d"
                  % (gpus, gpus))

    def tres(self, text, status=0, name="train", jobs="1 17"):
        """A squeue that shows the job, and those of its array; and a scontrol."""
        self.write("bin/squeue", SQUEUE % (jobs.split(), text, name, status))
        self.write("bin/scontrol", "#!/bin/sh\necho 'JobId=17 JobName=%s AllocTRES=%s "
                   "Comment=%s'\n" % (name, text, name))
        for program in ("squeue", "scontrol"):
            os.chmod(self.path("bin/" + program), 0o755)

    def script(self, code, name, **changes):
        environment = self.environment(
            DRAWDOWN_PATH=self.path("bin") + ":/usr/bin:/bin",
            DRAWDOWN_LEDGER=self.path("drawdown.ledger"),
            DRAWDOWN_JOBS=self.path("jobs"), SLURM_CLUSTER_NAME="alps",
            SLURM_JOB_ID="17", SLURM_JOB_ACCOUNT="acme/chat",
            SLURM_JOB_START_TIME="1790812800", SLURM_JOB_END_TIME="1790820000",
            **changes)
        done = subprocess.run(
            [os.path.join(EXAMPLES, "slurm_%s.sh" % name)], env=environment,
            cwd=self.dir, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_a_job(self):
        for _ in range(2):
            self.assertEqual(self.script(0, "prolog").stdout, "")
        [hold] = self.holds()
        self.assertTrue(hold["hold_id"].startswith("alps.17."))
        self.assertEqual(hold["gpu_hours"], "16.000000000")
        self.assertEqual(hold["gpus"], "8")
        self.assertEqual(hold["run_id"], hold["hold_id"])
        for _ in range(2):
            self.script(0, "epilog", SLURM_JOB_EXIT_CODE="256")
        [run] = self.expect(0, "runs", "--format", "json").json()["runs"]
        self.assertEqual((run["state"], run["reason"]), ("ended", "failed"))
        self.assertEqual(self.holds()[0]["state"], "released")
        # Slurm requeues it, or uses its id again.
        self.script(0, "prolog")
        self.assertEqual(len(self.holds()), 2)

    def test_a_job_that_does_not_fit(self):
        self.job(64)
        refused = self.script(1, "prolog")
        self.assertIn("100 GPU-hours in total", refused.stderr)
        self.assertEqual(self.holds(), [])
        self.assertEqual(os.listdir(self.path("jobs")), [])
        self.script(0, "epilog")

    def test_gpus_of_types_are_counted(self):
        for tres, gpus in (("gres/gpu:h100=8", "8"),
                           ("gres/gpu:h100=8,gres/gpu:a100=2,node=1", "10"),
                           ("gres/gpu:h100=8,gres/gpu=8", "8")):
            self.tres("cpu=8," + tres)
            self.script(0, "prolog")
            self.assertEqual(self.holds()[-1]["gpus"], gpus)
            self.script(0, "epilog")

    def test_what_a_user_writes_hides_no_gpus(self):
        for name in ("a AllocTRES=cpu=1", "TRES=cpu=1,gres/gpu=0", "cpu=1",
                     "JobId=17 TRES=cpu=1 "):
            self.tres("cpu=8,gres/gpu=8", name=name)
            self.script(0, "prolog")
            self.assertEqual(self.holds()[-1]["gpus"], "8", name)
            self.script(0, "epilog")

    def test_a_job_that_is_not_known_does_not_start(self):
        self.tres("cpu=8,gres/gpu=8", status=1)
        self.script(1, "prolog")
        for tres, jobs in (("N/A", "17"), ("", "17"), ("cpu=8,gres/gpu=8", "1")):
            self.tres(tres, jobs=jobs)
            self.assertIn("no TRES of it", self.script(1, "prolog").stderr)
        self.assertEqual(self.holds(), [])

    def test_a_job_without_gpus(self):
        self.tres("cpu=8,node=1")
        self.script(0, "prolog")
        self.job(0)
        self.script(0, "prolog")
        self.script(0, "epilog")
        self.assertEqual(self.holds(), [])


if __name__ == "__main__":
    unittest.main()
