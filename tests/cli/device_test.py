"""Runs that have a part of a device."""

import unittest

from harness import CliTest

PLACE = ["--tenant", "acme/chat", "--pool", "aws/us-east-1/gb200"]


def at(hour):
    return ["--at", "2026-10-01T%02d:00:00Z" % hour]


class DeviceTest(CliTest):
    def setUp(self):
        super().setUp()
        self.expect(0, "init")

    def test_slices_of_a_device_are_never_more_than_it(self):
        def slice_of(code, run, share, *arguments):
            return self.expect(code, "run", "start", run, *PLACE, "--device",
                               "GPU-1", "--share", share, *arguments)
        slice_of(0, "a", "3/7", *at(0))
        slice_of(0, "b", "4/7")
        self.assertIn("was already started", slice_of(0, "b", "4/7").err)
        refused = slice_of(2, "c", "1/7")
        self.assertIn("no room for 1/7", refused.err)
        self.assertIn("3/7 of run a attempt 1, 4/7 of run b attempt 1",
                      refused.err)
        run = self.expect(0, "runs", "--run", "b", "--format",
                          "json").json()["runs"][0]
        self.assertEqual((run["device"], run["share"]), ("GPU-1", "4/7"))
        self.assertEqual(run["segments"][0]["gpus"], "0.571429")
        for arguments in ([], ["--gpus", "1", "--device", "g", "--share", "1"],
                          ["--device", "g"], ["--share", "1/7"],
                          ["--device", "g", "--share", "x"]):
            self.expect(2, "run", "start", "d", *PLACE, *arguments)
        self.expect(0, "verify")

    def test_a_part_of_a_device_that_goes_on_is_counted_anew(self):
        def start(run, hour):
            self.expect(0, "run", "start", run, *PLACE, "--device", "GPU-1",
                        "--share", "1/3", *at(hour))
        for run in "abc":
            start(run, 0)
        self.expect(0, "run", "suspend", "c", *at(1))
        start("d", 1)
        self.expect(0, "run", "stop", "a", *at(2))
        self.expect(0, "run", "resume", "c", *at(3))
        run = self.expect(0, "runs", "--run", "c", "--format",
                          "json").json()["runs"][0]
        self.assertEqual([segment["gpus"] for segment in run["segments"]],
                         ["0.333334", "0.333333"])
        self.assertRegex(self.expect(0, "journal").out,
                         r"run_resume.*c attempt 1.*0\.333333 GPUs")
        self.expect(0, "verify")


if __name__ == "__main__":
    unittest.main()
