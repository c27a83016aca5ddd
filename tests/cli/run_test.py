"""`run start` to `run stop`, as prolog and epilog scripts use them."""

import datetime
import subprocess
import unittest

from harness import PROGRAM, CliTest

PLACE = ["--tenant", "acme/chat", "--pool", "aws/us-east-1/gb200"]


def at(hour, minute=0):
    return ["--at", "2026-10-01T%02d:%02d:00Z" % (hour, minute)]


class RunTest(CliTest):
    def setUp(self):
        super().setUp()
        self.expect(0, "init")

    def change(self, code, verb, *arguments):
        return self.expect(code, "run", verb, "job-1", *arguments)

    def start(self, code, gpus, *arguments):
        return self.change(code, "start", *PLACE, "--gpus", gpus, *arguments)

    def gpu_seconds(self, when="2026-10-02T00:00:00Z"):
        out = self.expect(0, "usage", "--at", when).out
        return out.splitlines()[1].split(",")[0]

    def entries(self):
        return self.expect(0, "journal").out.count("\n")

    def test_a_life(self):
        started = self.start(0, "8", *at(0))
        self.assertEqual(started.out, "")
        self.assertEqual(started.err, "run job-1 attempt 1 is started\n")
        self.change(0, "resize", "--gpus", "16", *at(1))
        self.change(0, "suspend", *at(2))
        self.change(0, "resume", *at(3))
        self.change(0, "resize", "--gpus", "0.000001", *at(4))
        self.change(0, "stop", "--reason", "preempted", *at(5))
        # 8 x 1 h + 16 x 1 h + 16 x 1 h + a millionth of a GPU for 1 h.
        self.assertEqual(self.gpu_seconds(), "144000.0036")
        runs = self.expect(0, "runs", "--format", "json").json()["runs"]
        self.assertEqual(runs[0]["state"], "ended")
        self.assertEqual(runs[0]["reason"], "preempted")
        self.assertEqual([one["gpus"] for one in runs[0]["segments"]],
                         ["8", "16", "16", "0.000001"])

    def test_a_clock_that_is_behind_what_the_books_have(self):
        # The prolog's node is five minutes ahead of the epilog's.
        now = datetime.datetime.now(datetime.timezone.utc)
        ahead = (now + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.start(0, "8", "--at", ahead)
        early = self.change(3, "stop", "--at", now.isoformat())
        self.assertIn("would rewrite it", early.err)
        said = self.change(0, "resize", "--gpus", "4")
        self.assertRegex(said.err, r"note: this clock is (299|30\d)(\.\d+)? s behind")
        self.change(0, "suspend")
        self.change(0, "resume")
        self.change(0, "stop", "--reason", "failed")
        self.assertIn("already", self.change(0, "stop", "--reason", "failed").err)
        # Requeued on a third node, whose clock is right.
        self.start(0, "2", "--attempt", "2")
        runs = self.expect(0, "runs", "--format", "json").json()["runs"]
        self.assertEqual([run["state"] for run in runs], ["ended", "open"])
        ends = [one["end"] for one in runs[0]["segments"]]
        change = ahead.replace("Z", ".000001Z")
        self.assertEqual(ends, [change] * 3)
        self.assertEqual(runs[1]["segments"][0]["start"], change)
        self.expect(0, "verify")

    def test_repeated_calls_change_nothing_and_say_so(self):
        calls = [
            ("start", *PLACE, "--gpus", "8", *at(0)),
            ("resize", "--gpus", "16", *at(1)),
            ("suspend", *at(2)),
            ("resume", *at(3)),
            ("suspend", *at(4)),
            ("stop", "--reason", "failed", *at(5)),
        ]
        for call in calls:
            self.assertNotIn("already", self.change(0, *call).err)
        entries = self.entries()
        for call in calls:
            with self.subTest(call=call):
                again = self.change(0, *call)
                self.assertIn("was already", again.err)
                self.assertIn("nothing changed", again.err)
        self.assertEqual(self.entries(), entries)

    def test_a_script_without_times_may_run_twice(self):
        calls = [
            ("start", *PLACE, "--gpus", "8"),
            ("resize", "--gpus", "16"),
            ("suspend",),
            ("resume",),
            ("stop", "--reason", "cancelled"),
        ]
        for call in calls:
            with self.subTest(call=call):
                self.assertNotIn("already", self.change(0, *call).err)
                entries = self.entries()
                self.assertIn("was already", self.change(0, *call).err)
                self.assertEqual(self.entries(), entries)

    def test_an_attempt_is_decimal(self):
        self.expect(0, "run", "start", "r", *PLACE, "--gpus", "8", "--attempt", "010")
        [run] = self.expect(0, "runs", "--format", "json").json()["runs"]
        self.assertEqual(run["attempt"], 10)

    def test_an_ended_run_is_not_started_again(self):
        self.start(0, "8")
        self.change(0, "stop")
        result = self.start(3, "8")
        self.assertIn("job-1 attempt 1 is in the books", result.err)
        self.start(0, "8", "--attempt", "2")

    def test_conflicts_name_both_payloads(self):
        self.start(0, "8", *at(0))
        for arguments in (["4", *at(0)], ["4"], ["8", *at(1)]):
            result = self.start(3, *arguments)
            self.assertIn("8 GPUs [2026-10-01T00:00:00Z, open); this says "
                          "acme/chat on aws/us-east-1/gb200, %s GPUs [" %
                          arguments[0], result.err)
        other = self.change(3, "start", "--tenant", "acme/other", "--pool",
                            PLACE[3], "--gpus", "8", *at(0))
        self.assertIn("this says acme/other", other.err)
        self.change(0, "stop", *at(2))
        result = self.change(3, "stop", "--reason", "failed", *at(2))
        self.assertIn("[2026-10-01T00:00:00Z, 2026-10-01T02:00:00Z), done; "
                      "this says stopped at 2026-10-01T02:00:00Z, failed",
                      result.err)
        self.assertEqual(self.gpu_seconds(), "57600")

    def test_what_does_not_fit_the_state_is_a_usage_error(self):
        self.start(0, "8", *at(1))
        self.assertIn("is open", self.change(2, "resume", *at(2)).err)
        self.assertIn("is open", self.change(2, "resume").err)
        self.change(0, "suspend", *at(2))
        since = "is suspended since 2026-10-01T02:00:00Z: it cannot be "
        self.assertIn(since + "resized",
                      self.change(2, "resize", "--gpus", "2", *at(3)).err)
        self.assertIn(since + "suspended at 2026-10-01T03:00:00Z",
                      self.change(2, "suspend", *at(3)).err)
        self.change(0, "stop", *at(3))
        for verb in (["suspend"], ["resume"], ["resize", "--gpus", "2"]):
            self.assertIn("is ended", self.change(2, *verb, *at(4)).err)

    def test_an_unknown_run_is_a_usage_error(self):
        for verb in (["resize", "--gpus", "2"], ["suspend"], ["resume"],
                     ["stop"]):
            self.assertIn("run job-1 attempt 1 is not in the books",
                          self.change(2, *verb).err)
        self.start(0, "8")
        self.assertIn("attempt 7", self.change(2, "stop", "--attempt",
                                               "7").err)

    def test_the_past_is_not_rewritten(self):
        self.start(0, "8", *at(5))
        self.assertIn("use `correct runs`",
                      self.change(3, "stop", *at(4)).err)

    def test_what_is_far_ahead_of_the_clock_has_not_happened(self):
        late = "at 2199-01-01T00:00:00Z is more than 10 minutes ahead of the ledger's clock, 20"
        ahead = ["--at", "2199-01-01T00:00:00Z"]
        empty = self.entries()
        self.assertIn("start of run job-1 attempt 1 " + late, self.start(3, "8", *ahead).err)
        self.assertIn(late, self.expect(3, "run", "start-array", "sweep", "--tasks", "0-1", *PLACE,
                                        "--gpus", "1", *ahead).err)
        self.assertEqual(self.entries(), empty)
        self.start(0, "8", *at(0))
        entries = self.entries()
        for call in [("resize", "--gpus", "16"), ("suspend",), ("stop", "--reason", "done"),
                     ("heartbeat",), ("close-ghost",)]:
            self.assertIn(late, self.change(3, *call, *ahead).err)
        rows = self.write("runs.csv", "run_id,tenant,pool,gpus,start,end\n"
                          "a,acme,p,1,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z\n"
                          "b,acme,p,1,2026-10-01T00:00:00Z,2199-01-01T00:00:00Z\n")
        refused = self.expect(3, "import", "runs", rows).err
        self.assertIn("runs.csv:3: end of run b attempt 1 " + late, refused)
        self.assertIn("nothing was posted", refused)
        self.assertEqual(self.entries(), entries)

    def test_a_refused_start_that_is_said_late_can_be_imported(self):
        fact = "`drawdown import runs` books it whatever the quotas say"
        self.expect(0, "quota", "set", "acme", "--gpus", "4")
        self.assertNotIn(fact, self.start(1, "8").err)
        refused = self.start(1, "8", *at(0)).err
        self.assertIn("run job-1 attempt 1 was refused: acme on *: 4 GPUs at once", refused)
        self.assertIn(fact, refused)
        self.assertIn(fact, self.expect(1, "run", "start-array", "sweep", "--tasks", "0-4", *PLACE,
                                        "--gpus", "1", *at(0)).err)

    def test_strict_refuses_unknown_names(self):
        self.assertIn("acme/chat", self.start(3, "8", "--strict").err)
        self.start(0, "8")
        self.change(0, "stop")
        self.start(0, "8", "--strict", "--attempt", "2")

    def test_ids_that_cannot_stand_in_the_books(self):
        for run_id in ("", "x" * 201, "a\nb"):
            self.expect(3, "run", "start", run_id, *PLACE, "--gpus", "1")

    def test_the_run_is_data_when_asked_for(self):
        result = self.start(0, "8", "--format", "json", *at(0))
        self.assertEqual(result.json(), {
            "run_id": "job-1", "attempt": 1, "tenant": "acme/chat",
            "pool": "aws/us-east-1/gb200", "state": "open",
            "reason": "unknown", "gpus": "8", "start": "2026-10-01T00:00:00Z",
            "end": None, "changed": True})
        again = self.start(0, "8", "--format", "json", *at(0)).json()
        self.assertEqual(again["changed"], False)
        self.change(0, "suspend", *at(1))
        stopped = self.change(0, "stop", "--format", "csv", *at(2))
        self.assertEqual(
            stopped.out,
            "run_id,attempt,tenant,pool,state,reason,gpus,start,end,changed\n"
            "job-1,1,acme/chat,aws/us-east-1/gb200,ended,done,8,"
            "2026-10-01T00:00:00Z,2026-10-01T02:00:00Z,true\n")

    def test_a_ghost_is_listed_and_closed_at_its_last_heartbeat(self):
        self.start(0, "8", *at(0))
        self.change(0, "heartbeat", *at(1))
        self.change(0, "heartbeat", *at(0, 30))
        self.assertEqual(
            self.expect(1, "runs", "--suspect", "--lease", "30m",
                        *at(3)).out,
            "run_id,attempt,tenant,pool,state,gpus,start,last_sign,sign,"
            "lease_seconds,gpu_seconds_since\n"
            "job-1,1,acme/chat,aws/us-east-1/gb200,open,8,"
            "2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,heartbeat,1800,57600\n")
        self.expect(0, "runs", "--suspect", "--lease", "2h", *at(3))
        self.assertIn("within its lease of 7200 s", self.change(
            2, "close-ghost", "--lease", "2h", *at(3)).err)
        self.assertEqual(self.gpu_seconds("2026-10-01T03:00:00Z"), "86400")
        self.change(0, "close-ghost", *at(3))
        self.assertEqual(self.gpu_seconds(), "28800")
        runs = self.expect(0, "runs", "--format", "json").json()["runs"]
        self.assertEqual(runs[0]["reason"], "lost")
        self.assertIn("was already closed", self.change(0, "close-ghost").err)
        self.expect(0, "verify")

    def test_heartbeats_of_many_runs(self):
        self.start(0, "8", *at(0))
        result = self.expect(2, "run", "heartbeat", "nobody", "job-1", *at(2))
        self.assertIn("run nobody attempt 1 is not in the books", result.err)
        suspects = self.expect(1, "runs", "--suspect", *at(3), "--format",
                               "json").json()["suspects"]
        self.assertEqual(suspects[0]["last_sign"], "2026-10-01T02:00:00Z")

    def test_a_pools_policy_says_whether_suspended_runs_accrue(self):
        policy = ["policy", "pool", "aws/*", "--suspended", "accrues"]
        self.expect(0, *policy, "--from", "2026-10-01T00:00:00Z", "--lease",
                    "90m")
        entries = self.entries()
        self.expect(0, *policy, "--from", "2026-10-01T00:00:00Z")
        self.assertEqual(self.entries(), entries)
        self.assertEqual(
            self.expect(0, "policy", "list").out,
            "tenant,pool,setting,value,from\n"
            ",aws/*,suspended,accrues,2026-10-01T00:00:00Z\n"
            ",aws/*,lease,5400 s,2026-10-01T00:00:00Z\n")
        self.start(0, "8", *at(0))
        self.change(0, "suspend", *at(1))
        self.assertIn("was already", self.change(0, "suspend").err)
        self.assertEqual(self.gpu_seconds("2026-10-01T02:00:00Z"), "57600")
        self.expect(1, "runs", "--suspect", *at(4))
        self.change(0, "resume", *at(2))
        self.assertIn("was already", self.change(0, "resume").err)
        runs = self.expect(0, "runs", "--format", "json").json()["runs"]
        self.assertEqual([one["suspended"] for one in runs[0]["segments"]],
                         [False, True, False])
        self.assertIn("accrues", self.expect(0, "journal").out)
        self.expect(2, "policy", "pool", "aws/*")
        self.expect(2, "policy", "pool", "aws/*", "--suspended", "maybe")
        self.expect(0, "verify")

    def test_the_order_in_which_policies_are_said_does_not_matter(self):
        def say(words, order):
            for value, day in order:
                self.expect(0, "policy", *words, value, "--from",
                            "2026-10-%02dT00:00:00Z" % day)

        pool = [("accrues", 1), ("accrues", 20), ("free", 10)]
        share = [("1", 1), ("1", 20), ("0", 10)]
        for _ in range(2):  # Once more changes nothing.
            say(["pool", "aws/*", "--suspended"], pool)
            say(["waive", "failed", "--share"], share)
            listed = self.expect(0, "policy", "list").out
            self.assertEqual(listed.count("\n"), 7, listed)
        self.start(0, "8", "--at", "2026-10-21T00:00:00Z")
        self.change(0, "suspend", "--at", "2026-10-21T01:00:00Z")
        self.change(0, "stop", "--reason", "failed", "--at", "2026-10-21T02:00:00Z")
        [run] = self.expect(0, "refunds", "--format", "json").json()["runs"]
        self.assertEqual((run["metered_gpu_seconds"], run["net_gpu_seconds"]),
                         ("57600", "0"))
        # Of now there is nothing to add.
        self.expect(0, "policy", "pool", "aws/*", "--suspended", "accrues")
        self.expect(0, "policy", "waive", "failed", "--share", "1")
        self.assertEqual(self.expect(0, "policy", "list").out, listed)
        self.expect(0, "verify")

    def test_refunds_and_waivers_are_shown_and_statements_know_nothing(self):
        self.start(0, "8", *at(0))
        self.change(0, "stop", "--reason", "node_failure", *at(2))
        self.expect(0, "policy", "waive", "node_failure", "--share", "1/4",
                    "--from", "2026-10-01T00:00:00Z")
        refund = ["run", "refund", "job-1", "--id", "t-1", "--share", "0.5",
                  "--reason", "bad NIC"]
        self.expect(0, *refund)
        entries = self.entries()
        self.expect(0, *refund)
        self.assertEqual(self.entries(), entries)
        self.assertIn("refund t-1 is in the books as 1/2 of run job-1",
                      self.expect(3, *refund[:-1], "other").err)
        self.assertIn("used 57600, of which 28800 are refunded", self.expect(
            3, "run", "refund", "job-1", "--id", "t-2", "--gpu-seconds",
            "28800.000001", "--reason", "x").err)
        for amount, text in (("0", "a refund is more than 0"), ("-1", '"-1" is negative')):
            self.assertIn("--gpu-seconds: " + text, self.expect(
                2, "run", "refund", "job-1", "--id", "t-2", "--gpu-seconds", amount,
                "--reason", "x").err)
        self.assertIn("a share is more than 0 and at most 1", self.expect(
            3, "run", "refund", "job-1", "--id", "t-2", "--share", "0", "--reason", "x").err)
        now = ["--at", "2026-10-02T00:00:00Z"]
        self.assertEqual(
            self.expect(0, "usage", "--net", "--by", "tenant", *now).out,
            "tenant,gpu_seconds,gpu_hours,waived_gpu_seconds,"
            "net_gpu_seconds,net_gpu_hours\n"
            "acme/chat,57600,16.000000000,43200,14400,4.000000000\n")
        net = self.expect(0, "usage", "--net", "--format", "json", *now).json()
        self.assertEqual(net["total_waived_gpu_seconds"], "43200")
        self.assertEqual(net["total_net_gpu_seconds"], "14400")
        self.assertEqual(
            self.expect(0, "refunds").out,
            "run_id,attempt,tenant,pool,reason,stop,metered_gpu_seconds,"
            "policy_gpu_seconds,refunded_gpu_seconds,net_gpu_seconds,refunds\n"
            "job-1,1,acme/chat,aws/us-east-1/gb200,node_failure,"
            "2026-10-01T02:00:00Z,57600,14400,28800,14400,t-1\n")
        runs = self.expect(0, "refunds", "--format", "json").json()["runs"]
        self.assertEqual(runs[0]["refunds"][0]["share"], "1/2")
        self.assertEqual(self.gpu_seconds(), "57600")
        self.assertIn("waive node_failure,1/4,2026-10-01T00:00:00Z",
                      self.expect(0, "policy", "list").out)
        self.expect(2, "policy", "waive", "failed")
        self.expect(2, "policy", "waive", "failed", "--share", "1", "--last",
                    "10m")
        self.expect(2, "policy", "waive", "failed", "--share", "7/1")
        self.expect(2, "run", "refund", "job-1", "--id", "t-3", "--reason",
                    "x")
        self.expect(0, "verify")

    def test_array_jobs_start_whole_and_add_up(self):
        def tasks(code, text, *arguments):
            return self.expect(code, "run", "start-array", "train",
                               "--tasks", text, *PLACE, "--gpus", "2",
                               *arguments)
        self.expect(0, "run", "start", "train[3]", *PLACE, "--gpus", "1",
                    *at(0))
        refused = tasks(3, "0-3", *at(0))
        self.assertIn("train[3] attempt 1 is in the books", refused.err)
        self.expect(0, "run", "stop", "train[3]", *at(1))
        self.expect(0, "run", "start", "trainer[0]", *PLACE, "--gpus", "1")
        self.expect(0, "run", "start", "train[x]", *PLACE, "--gpus", "1")
        self.assertIn("are started", tasks(0, "0-2,10", *at(0)).err)
        entries = self.entries()
        for again in (tasks(0, "0-2,10", *at(0)), tasks(0, "10,0-2")):
            self.assertIn("were already started: nothing changed", again.err)
        self.assertEqual(self.entries(), entries)
        listed = self.expect(0, "runs", "--array", "train", "--format",
                             "json").json()["runs"]
        self.assertEqual([run["run_id"] for run in listed],
                         ["train[0]", "train[10]", "train[1]", "train[2]",
                          "train[3]"])
        self.assertEqual(
            self.expect(0, "runs", "--array", "train", "--totals",
                        *at(2)).out,
            "runs,never_started,open,suspended,ended,voided,gpu_seconds,"
            "gpu_hours\n5,0,4,0,1,0,61200,17.000000000\n")
        # As Slurm writes them: steps, and how many may run at once.
        tasks(0, "20-28:4,30%4", *at(0))
        self.assertEqual(
            [run["run_id"] for run in self.expect(
                0, "runs", "--array", "train", "--format", "json").json()["runs"]][3:7],
            ["train[20]", "train[24]", "train[28]", "train[2]"])
        self.assertIn("'40-43%3' are 4 tasks, of which fewer may run at once",
                      tasks(2, "40-43%3", *at(0)).err)
        for text in ("", "3-1", "a", "1-", "-1", "0-10000", "1,,2", " 1", "0-4:0", "3:2",
                     "0-4:", "0-4%", "0-4%x", "%4", "0-40000:4"):
            self.assertIn("--tasks", tasks(2, text).err)

    def test_an_array_without_an_id_is_refused(self):
        # As where the scheduler's variable is not set.
        self.assertIn("the id of the array is empty",
                      self.expect(3, "run", "start-array", "", "--tasks", "0-2", *PLACE,
                                  "--gpus", "1").err)
        self.assertNotIn("[", self.expect(0, "runs").out)

    def test_tasks_of_an_array_draw_their_holds(self):
        self.expect(0, "quota", "set", "acme", "--gpu-hours", "10", "--per",
                    "total")
        array = ["run", "start-array", "sweep", "--tasks", "0-2", *PLACE,
                 "--gpus", "1"]
        self.assertIn("place a hold and start with it",
                      self.expect(2, *array).err)
        rows = [f"sweep[{task}],{PLACE[1]},{PLACE[3]},1,1,2h"
                for task in range(3)]
        self.write("holds.csv", "hold_id,tenant,pool,gpu_hours,gpus,for\n" +
                   "\n".join(rows) + "\n")
        self.expect(0, "hold", "place", "--file", "holds.csv")
        self.expect(0, *array, "--hold", "sweep")
        self.assertIn("already",
                      self.expect(0, *array, "--hold", "sweep").err)
        holds = self.expect(0, "holds", "--format", "json").json()["holds"]
        self.assertEqual([hold["run_id"] for hold in holds],
                         ["sweep[0]", "sweep[1]", "sweep[2]"])

    def test_options_about_suspects(self):
        for arguments in (["--lease", "30m"], at(1),
                          ["--suspect", "--state", "open"],
                          ["--suspect", "--lease", "30"],
                          ["--suspect", "--lease", "0m"],
                          ["--suspect", "--lease", "1 s"],
                          ["--suspect", "--lease", " 1s"],
                          ["--suspect", "--lease", "-1h"],
                          ["--suspect", "--lease", "9999999d"]):
            self.expect(2, "runs", *arguments)

    def test_local_times_need_a_zone(self):
        local = ["--at", "2026-10-01 00:00:00"]
        self.start(2, "8", *local)
        self.start(0, "8", *local, "--zone", "America/Los_Angeles")
        self.assertIn("2026-10-01T07:00:00Z", self.expect(0, "runs").out)

    def test_many_nodes_start_one_run(self):
        arguments = [PROGRAM, "run", "start", "job-1", *PLACE, "--gpus", "8"]
        children = [
            subprocess.Popen(arguments, cwd=self.dir, stderr=subprocess.PIPE,
                             env=self.environment()) for _ in range(8)]
        for child in children:
            _, error = child.communicate(timeout=120)
            self.assertEqual(child.returncode, 0, error)
        runs = self.expect(0, "runs", "--format", "json").json()["runs"]
        self.assertEqual(len(runs), 1)
        self.assertEqual(len(runs[0]["segments"]), 1)


if __name__ == "__main__":
    unittest.main()
