"""`quota set` and `list`: limits."""

import datetime
import unittest
from decimal import Decimal

from harness import CONTRACT
from quota_case import POOL, QuotaTest, place

DAILY = CONTRACT.replace("interval: HOURLY", "interval: DAILY")
# Days are cut at 17:00 UTC, and months begin on the fifth.
EVENING = DAILY.replace("T00:00:00Z", "T17:00:00Z") + """
calendar { time_zone: "UTC" day_cut: "17:00" day_label: START month_day: 5
           year_start: "01-01" }
"""


class SetTest(QuotaTest):
    def test_a_past_instant_is_noted(self):
        self.expect(0, "quota", "set", "acme", "--gpu-hours", "5", "--per", "total")
        note = "note: --at lies in the past"
        for verb in (["list"], ["explain", "acme"]):
            self.assertIn(note, self.expect(0, "quota", *verb, "--at", "2020-01-01T00:00:00Z").err)
            self.assertNotIn(note, self.expect(0, "quota", *verb, "--at",
                                               "2199-01-01T00:00:00Z").err)
            self.assertNotIn(note, self.expect(0, "quota", *verb).err)

    def test_a_tenant_that_is_not_there_is_named(self):
        self.set(0, "acme/chat", "--gpus", "8")
        missing = 'tenant "acme/chta" is not in the books'
        for verb in (["quota", "list", "acme/chta"], ["holds", "--tenant", "acme/chta"],
                     ["runs", "--tenant", "acme/chta"],
                     ["runs", "--totals", "--tenant", "acme/chta"],
                     ["runs", "--suspect", "--tenant", "acme/chta"],
                     ["refunds", "--tenant", "acme/chta"], ["usage", "--tenant", "acme/chta"],
                     ["top", "--once", "--tenant", "acme/chta"],
                     ["quota", "explain", "acme/chta"]):
            with self.subTest(verb):
                self.assertIn(missing, self.expect(2, *verb).err)
        # Those above one that is there are, and one below it may ask what it will get.
        self.expect(0, "usage", "--tenant", "acme")
        self.expect(0, "quota", "explain", "acme/chat/new")
        self.assertIn('"acme/ch" is not', self.expect(2, "usage", "--tenant", "acme/ch").err)

    def test_gpu_time_in_seconds(self):
        self.set(0, "acme", "--gpu-seconds", "3600.5", "--per", "total")
        self.assertEqual(self.quotas()[0]["limit_gpu_seconds"], "3600.5")
        explain = ["--pool", POOL, "--gpu-seconds"]
        self.explain(0, "acme", *explain, "3600.5")
        self.explain(1, "acme", *explain, "3600.500001")
        self.assertIn("--gpu-seconds is given too",
                      self.set(2, "acme", "--gpu-seconds", "1", "--gpu-hours", "1",
                               "--per", "total").err)
        self.assertIn("--per month|total", self.set(2, "acme", "--gpu-seconds", "1").err)

    def test_the_biggest_holds_are_listed(self):
        self.set(0, "acme", "--gpu-hours", "1000", "--per", "total")
        rows = "".join(f"h{i},acme,p,{i}\n" for i in range(1, 14))
        self.expect(0, "hold", "place", "--file",
                    self.write("holds.csv", "hold_id,tenant,pool,gpu_hours\n" + rows))
        table = self.explain(0, "acme", "--format", "table").out
        self.assertEqual([line.split()[0] for line in table.splitlines()
                          if line.startswith("h")], [f"h{i}" for i in range(13, 3, -1)])
        self.assertIn("\nand 3 more\n", table)
        self.assertEqual(len(self.explain(0, "acme", "--format", "json").json()["holders"]), 13)

    def test_a_limit_is_set_changed_and_taken_away(self):
        month = ["--pool", "aws/*", "--per", "month"]
        first = self.set(0, "acme/chat", "--gpu-hours", "5000", *month)
        self.assertEqual(first.out, "")
        self.assertEqual(
            first.err, "set: acme/chat on aws/*: 5,000 GPU-hours a month\n")
        entries = self.entries()
        again = self.set(0, "acme/chat", "--gpu-hours", "5000.0", *month)
        self.assertEqual(
            again.err, "was already so: acme/chat on aws/*: 5,000 GPU-hours "
            "a month: nothing changed\n")
        self.assertEqual(self.entries(), entries)
        self.set(0, "acme/chat", "--gpu-hours", "6000", "--soft", *month)
        [quota] = self.quotas()
        self.assertEqual(quota["limit_gpu_seconds"], "21600000")
        self.assertEqual(quota["limit_gpu_hours"], "6000.000000000")
        self.assertIsNone(quota["limit_gpus"])
        self.assertTrue(quota["soft"])
        gone = self.set(0, "acme/chat", "--no-limit", *month)
        self.assertIn("no limit on GPU-hours a month", gone.err)
        [quota] = self.quotas()
        self.assertFalse(quota["limited"])
        self.assertIsNone(quota["limit_gpu_seconds"])

    def test_each_period_is_a_quota_of_its_own(self):
        self.write("aws.textproto", DAILY)
        self.expect(0, "contract", "apply", "aws.textproto")
        hours = ["--gpu-hours", "10"]
        self.set(0, "acme", *hours, "--per", "total")
        self.set(0, "acme", *hours, "--per", "month")
        self.set(0, "acme", *hours, "--per", "month", "--calendar", "aws-2025")
        self.set(0, "acme", *hours, "--per", "rolling:90m")
        self.set(0, "acme", "--gpus", "0.5")
        self.set(0, "acme", *hours, "--per", "interval", "--commitment",
                 "reserved")
        again = self.set(0, "acme", *hours, "--per", "interval",
                         "--commitment", "reserved", "--contract", "aws-2025")
        self.assertIn("was already so", again.err)
        found = {(one["period"], one["contract"]): one for one in self.quotas()}
        self.assertEqual(sorted(found, key=str), [
            ("at_once", None), ("interval", "aws-2025"), ("month", "aws-2025"),
            ("month", None), ("rolling", None), ("total", None)])
        self.assertEqual(found["rolling", None]["rolling_seconds"], 5400)
        self.assertEqual(found["at_once", None]["limit_gpus"], "0.5")
        self.assertEqual(found["interval", "aws-2025"]["commitment"],
                         "reserved")
        self.assertIsNone(found["total", None]["window_end"])
        self.assertRegex(found["month", None]["window_end"],
                         r"-01T00:00:00Z$")
        table = self.expect(0, "quota", "list", "--format", "table").out
        self.assertIn("GPU-hours\n", table)
        self.assertIn("\nGPUs at once\n", table)

    def test_windows_of_a_contract_count_what_is_in_them(self):
        self.write("aws.textproto", EVENING)
        self.expect(0, "contract", "apply", "aws.textproto")
        hours = ["--gpu-hours", "5000"]
        self.set(0, "acme", *hours, "--per", "month", "--calendar", "aws-2025")
        self.set(0, "acme", *hours, "--per", "interval", "--commitment",
                 "reserved")
        self.write("runs.csv", "run_id,tenant,pool,gpus,start,end\n"
                   f"r1,acme/chat,{POOL},8,2026-10-04T16:00:00Z,"
                   "2026-10-06T18:00:00Z\n"
                   f"r2,acme/chat,{POOL},4,2026-10-05T16:00:00Z,\n")
        self.expect(0, "import", "runs", "runs.csv")

        def counted(at):
            found = {one["period"]: one for one in self.quotas("--at", at)}
            return [(found[period]["window_start"], found[period]["window_end"],
                     Decimal(found[period]["used_gpu_hours"]))
                    for period in ["month", "interval"]]

        september = ("2026-09-05T17:00:00Z", "2026-10-05T17:00:00Z")
        october = ("2026-10-05T17:00:00Z", "2026-11-05T17:00:00Z")
        self.assertEqual(counted("2026-10-04T16:30:00Z")[1],
                         ("2026-10-03T17:00:00Z", "2026-10-04T17:00:00Z", 8))
        # r2 has run for half an hour, then until the cut, then half an hour.
        self.assertEqual(counted("2026-10-05T16:30:00Z"), [
            (*september, 200 + 2),
            ("2026-10-04T17:00:00Z", "2026-10-05T17:00:00Z", 192 + 2)])
        self.assertEqual(counted("2026-10-05T17:30:00Z"), [
            (*october, 200 + 2),
            ("2026-10-05T17:00:00Z", "2026-10-06T17:00:00Z", 192 + 2)])
        self.expect(0, "run", "stop", "r2", "--at", "2026-10-06T18:00:00Z")
        self.assertEqual(counted("2026-10-05T16:30:00Z")[0],
                         (*september, 200 + 4))
        self.assertEqual(counted("2026-10-06T17:00:00Z")[1],
                         ("2026-10-06T17:00:00Z", "2026-10-07T17:00:00Z",
                          8 + 4))
        # Held counts in full in the window of now, whatever window it is.
        self.expect(0, *place("h", "5", "acme/chat", POOL, "--for", "3d"))
        now = datetime.datetime.now(datetime.timezone.utc)
        for days, held in [(0, "5.000000000"), (2, "5.000000000"),
                           (4, "0.000000000")]:
            at = (now + datetime.timedelta(days=days)).isoformat()
            for quota in self.quotas("--at", at):
                self.assertEqual(quota["held_gpu_hours"], held, (days, quota))

    def test_an_interval_is_cut_as_the_commitment_is(self):
        self.write("k.textproto", """
            id: "k" provider: "aws" currency: "USD"
            term { start: "2026-10-10T00:00:00Z" end: "2027-10-10T00:00:00Z" }
            calendar { time_zone: "UTC" day_cut: "00:00" day_label: START
                       month_day: 1 year_start: "10-10" }
            pool { name: "%s" sku: "s" region: "us-east-1" gpus_per_unit: 1 }
            rate { pool: "aws/*/gb200" price: "4" from: "2026-10-10T00:00:00Z" }
            commitment {
              id: "blk" category: USAGE model: DISCONTINUOUS interval: MONTHLY
              layer: 1 priority: 1
              applies { dimension: "pool" operator: IN value: "%s" }
              step { from: "2026-11-15T00:00:00Z" quantity: "100" } price: "2" }
            """ % (POOL, POOL))
        self.expect(0, "contract", "apply", "k.textproto")
        self.set(0, "acme", "--gpu-hours", "30", "--per", "interval",
                 "--commitment", "blk")
        self.write("runs.csv", "run_id,tenant,pool,gpus,start,end\n"
                   f"r1,acme/chat,{POOL},1,2026-11-01T00:00:00Z,"
                   "2026-11-16T00:00:00Z\n")
        self.expect(0, "import", "runs", "runs.csv")
        for at, start, end, used in (
                ("2026-11-10", None, "2026-11-15", 336),
                ("2026-11-20", "2026-11-15", "2026-12-01", 24),
                ("2026-12-01", "2026-12-01", "2027-01-01", 0),
                ("2027-10-05", "2027-10-01", "2027-10-10", 0),
                ("2027-10-11", "2027-10-10", None, 0)):
            [quota] = self.quotas("--at", at + "T00:00:00Z")
            self.assertEqual(
                [quota["window_start"], quota["window_end"],
                 Decimal(quota["used_gpu_hours"])],
                [day and day + "T00:00:00Z" for day in (start, end)] + [used])
            if end and start:
                [status] = self.expect(
                    0, "status", "--at", at + "T00:00:00Z",
                    "--format", "json").json()["commitments"]
                self.assertEqual((status["interval_start"], status["interval_end"]),
                                 (quota["window_start"], quota["window_end"]))

    def test_an_interval_goes_on_through_an_amendment(self):
        contract = """
            id: "k" provider: "aws" currency: "USD" %s
            term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
            pool { name: "POOL" sku: "s" region: "us-east-1" gpus_per_unit: 1 }
            rate { pool: "aws/*/gb200" price: "4" from: "2026-01-01T00:00:00Z" }
            commitment {
              id: "blk" category: USAGE model: DISCONTINUOUS interval: MONTHLY
              layer: 1 priority: 1
              applies { dimension: "pool" operator: IN value: "POOL" }
              step { from: "%s" quantity: "100" } price: "2" }
            """.replace("POOL", POOL)
        amended = "2026-11-15T00:00:00Z"
        self.write("runs.csv", "run_id,tenant,pool,gpus,start,end\n"
                   f"r1,acme/chat,{POOL},1,2026-11-02T00:00:00Z,"
                   "2026-11-12T00:00:00Z\n")
        self.expect(0, "import", "runs", "runs.csv")
        for text in (contract % ("", "2026-01-01T00:00:00Z"),
                     contract % (f'effective: "{amended}"', amended)):
            self.write("k.textproto", text)
            self.expect(0, "contract", "apply", "k.textproto")
            self.set(0, "acme", "--gpu-hours", "300", "--per", "interval",
                     "--commitment", "blk")
            [quota] = self.quotas("--at", "2026-11-20T00:00:00Z")
            self.assertEqual(
                (quota["window_start"], quota["window_end"],
                 Decimal(quota["used_gpu_hours"])),
                ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", 240))

    def test_slices_lend_and_borrow(self):
        self.set(0, "acme", "--gpu-hours", "100", "--per", "month")
        sliced = self.set(0, "acme/chat", "--gpu-hours", "60", "--per",
                          "month", "--slice", "--lend", "20", "--borrow", "30",
                          "--format", "json")
        self.assertIn("(slice, lends 20 GPU-hours, may borrow 30 GPU-hours)",
                      sliced.err)
        quota = sliced.json()
        self.assertEqual(quota["lending_gpu_hours"], "20.000000000")
        self.assertEqual(quota["borrowing_gpu_hours"], "30.000000000")
        self.assertTrue(quota["slice"])
        self.assertTrue(quota["changed"])
        acme = [one for one in self.quotas() if one["tenant"] == "acme"]
        self.assertEqual(acme[0]["reserved_gpu_hours"], "40.000000000")
        # Siblings get what is not set aside, and no more.
        self.expect(1, *place("r-1", "60.1", "acme/research"))
        self.expect(0, *place("r-1", "60", "acme/research"))
        self.expect(1, *place("c-1", "40.1"))
        self.expect(0, *place("c-1", "40"))
        over = self.set(2, "acme/new", "--gpu-hours", "61", "--per", "month",
                        "--slice")
        self.assertIn("slices below it would set aside 101 GPU-hours, "
                      "more than its 100 GPU-hours", over.err)

    def test_a_slice_below_nothing_is_noted(self):
        alone = "note: no quota of this kind is above it: it lends to nobody"
        hours = ["--gpu-hours", "3", "--per", "month"]
        self.assertIn(alone + ", and what it borrows is nobody's\n",
                      self.set(0, "a/b", *hours, "--borrow", "5").err)
        self.assertIn(alone + "\n", self.set(0, "a/b", *hours, "--slice").err)
        self.assertNotIn(alone, self.set(0, "a/b", *hours).err)
        # Another kind, other pools, and nobody above.
        self.set(0, "a", "--gpu-hours", "9", "--per", "total")
        self.set(0, "a", *hours, "--pool", "aws/*")
        self.set(0, "ab", *hours)
        self.assertIn(alone, self.set(0, "a/b", *hours, "--slice").err)
        self.set(0, "a", *hours)
        self.assertNotIn(alone, self.set(0, "a/b", *hours, "--slice").err)

    def test_a_ceiling_that_is_passed_borrows_nothing(self):
        for tenant in ("a", "a/b"):
            self.set(0, tenant, "--gpus", "8")
        self.expect(0, "hold", "place", "h", "--tenant", "a/b", "--pool", POOL,
                    "--gpus", "6")
        for words, borrows in (([], False), (["--borrow", "4"], True)):
            self.set(0, "a/b", "--gpus", "4", *words)
            [holder] = self.explain(0, "a", "--pool", POOL, "--gpus", "1",
                                    "--format", "json").json()["holders"]
            self.assertEqual(holder["borrows"], borrows)

    def test_a_limit_from_then_on(self):
        later = self.set(0, "acme", "--gpus", "8", "--from",
                         "2099-01-01T00:00:00Z", "--format", "json")
        self.assertIn(", from 2099-01-01T00:00:00Z", later.err)
        self.assertEqual(later.json()["limit_gpus"], "8")
        self.assertFalse(self.quotas()[0]["limited"])
        [then] = self.quotas("--at", "2099-01-02T00:00:00Z")
        self.assertTrue(then["limited"])
        self.assertEqual(then["later"], [])
        [limit] = self.quotas()[0]["later"]
        self.assertEqual((limit["from"], limit["limit_gpus"]),
                         ("2099-01-01T00:00:00Z", "8"))
        self.assertIn("from 2099-01-01T00:00:00Z on 8 GPUs",
                      self.expect(0, "quota", "list", "--format", "table").out)

    def test_the_order_in_which_limits_are_said_does_not_matter(self):
        said = [["--gpus", "7", "--from", "2099-01-01T00:00:00Z"],
                ["--gpus", "7", "--from", "2099-01-15T00:00:00Z"],
                ["--gpus", "8", "--from", "2099-01-10T00:00:00Z"]]
        for tenant, order in (("a", said), ("b", said[::-1])):
            for limit in order:
                self.assertIn("set: ", self.set(0, tenant, *limit).err)
            for limit in order:
                self.assertIn("was already so", self.set(0, tenant, *limit).err)
        for day, limit in (("02", "7"), ("11", "8"), ("16", "7")):
            then = self.quotas("--at", "2099-01-%sT00:00:00Z" % day)
            self.assertEqual([one["limit_gpus"] for one in then], [limit] * 2)
        # Of now there is nothing to add.
        self.set(0, "c", "--gpus", "7")
        self.assertIn("was already so", self.set(0, "c", "--gpus", "7").err)
        self.expect(0, "verify")

    def test_a_limit_from_before_is_said_as_it_was_set(self):
        self.set(0, "acme", "--gpus", "16", "--from", "2021-01-01T00:00:00Z")
        early = self.set(0, "acme", "--gpus", "8", "--from",
                         "2020-01-01T00:00:00Z", "--format", "json")
        self.assertIn("set: acme on *: 8 GPUs at once, from "
                      "2020-01-01T00:00:00Z\n", early.err)
        self.assertIn("note: since 2021-01-01T00:00:00Z another limit holds: "
                      "acme on *: 16 GPUs at once\n", early.err)
        self.assertEqual(early.json()["limit_gpus"], "8")
        self.assertEqual(self.quotas()[0]["limit_gpus"], "16")

    def test_a_star_stands_for_a_whole_part(self):
        for selector in ["aws/us-*", "aws/**", "a*/x"]:
            bad = self.set(3, "acme", "--pool", selector, "--gpus", "8")
            self.assertIn("a '*' stands for one whole part", bad.err)
        self.assertEqual(self.quotas(), [])
        for verb in ["usage", "runs", "holds", "capacity"]:
            bad = self.expect(3, verb, "--pool", "aws/us-*")
            self.assertIn('"us-*"', bad.err)
        self.expect(3, "policy", "pool", "aws/us-*", "--lease", "1h")

    def test_a_limit_below_what_is_used_says_so(self):
        self.expect(0, *place("job-1", "5"))
        self.expect(0, "hold", "settle", "job-1", "--gpu-hours", "5")
        low = self.set(0, "acme", "--gpu-hours", "2", "--per", "total")
        self.assertIn("note: it is over by 3.000 GPU-hours: new work is "
                      "refused, nothing is stopped\n", low.err)
        [quota] = self.quotas("acme")
        self.assertEqual(quota["available_gpu_seconds"], "-10800")

    def test_wrong_command_lines(self):
        cases = [
            ([], "one of --gpu-hours, --gpu-seconds, --gpus and --no-limit is required"),
            (["--gpu-hours", "1", "--gpus", "1"], "one of --gpu-hours"),
            (["--gpu-hours", "1"], "--per month|total|interval|rolling:24h"),
            (["--no-limit"], "it says which limit to take away"),
            (["--gpu-hours", "1", "--per", "week"], '"week" is not one of'),
            (["--gpu-hours", "1", "--per", "rolling:"], "is not a length"),
            (["--gpu-hours", "1", "--per", "rolling:1y"], "is not a length"),
            (["--gpu-hours", "1", "--per", "rolling:20m"],
             "1200 s is not whole buckets of 900 s"),
            (["--gpu-hours", "1", "--per", "at_once"], "is for --gpus"),
            (["--gpus", "1", "--per", "month"], "it has no --per"),
            (["--gpu-hours", "-1", "--per", "total"], '"-1" is negative'),
            (["--gpu-hours", "1e-9", "--per", "total"], "--gpu-hours: "),
            (["--gpus", "0.0000001"], "--gpus: "),
            (["--gpus", "8", "--lend", "x"], "--lend: "),
            (["--gpus", "8", "--borrow", "-1"], "--borrow: "),
            (["--gpus", "8", "--lend", "1"], "a lending limit is for a slice"),
            (["--gpu-hours", "1", "--per", "total", "--calendar", "c"],
             "--calendar is for --per month"),
            (["--gpu-hours", "1", "--per", "interval"],
             "--per interval needs --commitment"),
            (["--gpu-hours", "1", "--per", "month", "--commitment", "c"],
             "are for --per interval"),
            (["--no-limit", "--per", "month", "--soft"],
             "--no-limit takes it away"),
            (["--gpus", "1", "--from", "soon"], "--from: "),
            (["--gpus", "1", "--pool", ""], "--pool is empty"),
        ]
        for arguments, message in cases:
            with self.subTest(arguments=arguments):
                self.assertIn(message, self.set(2, "acme", *arguments).err)
        self.assertEqual(self.quotas(), [])

    def test_what_is_not_there(self):
        hours = ["--gpu-hours", "1", "--per"]
        gone = self.set(2, "acme", "--pool", "aws", "--no-limit", "--per",
                        "month")
        self.assertIn("acme has no quota on aws for month", gone.err)
        self.assertIn('no contract "nope"',
                      self.set(2, "acme", *hours, "month", "--calendar",
                               "nope").err)
        self.assertIn('no contract has a commitment "nope"',
                      self.set(2, "acme", *hours, "interval", "--commitment",
                               "nope").err)
        self.set(3, "acme//chat", *hours, "month")
        self.set(3, "acme", "--pool", "/aws", *hours, "month")
        self.assertEqual(self.quotas(), [])
        self.assertIn("no quota is set",
                      self.expect(0, "quota", "list", "--format",
                                  "table").out)


if __name__ == "__main__":
    unittest.main()
