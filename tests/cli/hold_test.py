"""`hold place` to `hold release`, as prolog and epilog scripts use them."""

import time
import unittest

from hold_case import HoldTest, PLACE


class LifeTest(HoldTest):
    def test_a_renewal_that_comes_too_late_says_that_nothing_is_held(self):
        self.place(0, "h", "1")
        # 3,600 GPUs draw a GPU-hour in a second.
        self.expect(0, "run", "start", "r", *PLACE, "--gpus", "3600", "--hold", "h", "--at",
                    f"{time.time() - 10:.6f}")
        late = self.hold(0, "renew", "h", "--extend-gpu-seconds", "1").err
        self.assertIn("renewal 1, and holds nothing: its run has drawn more than all of it", late)
        self.expect(0, "run", "stop", "r")
        # One of GPUs alone keeps what its run does not use.
        lab = ["--tenant", "lab", *PLACE[2:]]
        self.hold(0, "place", "g", *lab, "--gpus", "4")
        self.expect(0, "run", "start", "s", *lab, "--gpus", "2", "--hold", "g")
        self.assertRegex(self.hold(0, "renew", "g").err, r", renewal 1\n$")

    def test_a_quote_tells_what_has_no_price(self):
        contract = self.write("c.textproto", """
            id: "c" provider: "aws" currency: "USD"
            term { start: "2020-01-01T00:00:00Z" end: "2021-01-01T00:00:00Z" }
            rate { pool: "aws" price: "4" from: "2020-01-01T00:00:00Z" }
            """)
        self.expect(0, "contract", "apply", contract)
        asked = ["hold", "quote", "--tenant", "lab", *PLACE[2:], "--gpu-hours", "2500",
                 "--for", "3h"]
        table = self.expect(0, *asked, "--format", "table").out
        self.assertRegex(table, r"\n- +- +unpriced +2,?500\.000 +- +- +USD\n")
        self.assertIn("2,500.000 GPU-hours have no price\n", table)
        [line] = self.expect(0, *asked, "--format", "json").json()["lines"]
        self.assertEqual((line["contract"], line["cost"], line["gpu_hours"]),
                         (None, None, "2500.000000000"))

    def test_a_quote_says_what_it_would_cost_and_changes_nothing(self):
        contract = self.write("c.textproto", """
            id: "c" provider: "aws" currency: "USD"
            term { start: "2020-01-01T00:00:00Z" end: "2120-01-01T00:00:00Z" }
            rate { pool: "aws" price: "4" from: "2020-01-01T00:00:00Z" }
            """)
        self.expect(0, "contract", "apply", contract)
        self.expect(0, "quota", "set", "acme", "--gpu-hours", "10", "--per", "total")
        journal = self.expect(0, "journal").out
        asked = ["hold", "quote", "--tenant", "acme/new", "--pool", "aws/new", "--gpu-hours"]
        quote = self.expect(0, *asked, "2.5", "--gpus", "8")
        self.assertEqual(quote.out, "contract,commitment,kind,unit_price,gpu_seconds,gpu_hours,"
                         "cost,currency\nc,,on_demand,4,9000,2.500000000,10,USD\n")
        self.assertEqual(quote.err, "fits: 2.500 GPU-hours and 8 GPUs of acme/new on aws/new\n")
        table = self.expect(0, *asked, "2.5", "--format", "table").out
        self.assertIn("fits: 2.500 GPU-hours of acme/new on aws/new\n", table)
        self.assertRegex(table, r"in all +10.00  USD")
        self.assertNotIn("no price", table)
        refused = self.expect(1, *asked, "11", "--format", "json")
        self.assertIn("would be refused: acme on *: 10 GPU-hours in total", refused.err)
        self.assertFalse(refused.json()["admitted"])
        self.assertEqual(refused.json()["refusal"]["asked_gpu_hours"], "11.000000000")
        self.assertEqual(refused.json()["lines"][0]["cost"], "44")
        nobody = self.expect(0, "hold", "quote", "--tenant", "acme", "--pool", "lab/x",
                             "--gpu-hours", "1", "--format", "table").out
        self.assertIn("no contract prices lab/x", nobody)
        no_time = self.expect(0, *asked[:6], "--gpus", "4", "--format", "table").out
        self.assertEqual(no_time, "fits: 4 GPUs of acme/new on aws/new\n\n"
                         "no GPU time is asked for: say how much for a price\n")
        self.expect(2, *asked[:4], "--gpu-hours", "1")
        self.expect(2, *asked[:6])
        self.assertEqual(self.expect(0, "journal").out, journal)

    def test_a_run_needs_a_hold_and_draws_it(self):
        start = ["run", "start", "run-1", *PLACE, "--gpus", "8"]
        needs = self.expect(2, *start)
        self.assertIn("a hard quota of GPU time is over acme/chat on "
                      "aws/us-east-1/gb200: place a hold and start with it",
                      needs.err)
        placed = self.place(0, "job-1", "64", "--for", "2h")
        self.assertEqual(placed.out, "")
        self.assertRegex(placed.err, r"^hold job-1 is placed until .*Z\n$")
        self.expect(0, *start, "--hold", "job-1")
        [hold] = self.holds("--state", "open")
        self.assertEqual((hold["run_id"], hold["attempt"]), ("run-1", 1))
        self.assertEqual(self.quota()["available_gpu_seconds"], "129600")
        self.assertIn("was already started",
                      self.expect(0, *start, "--hold", "job-1").err)
        for hold, says in ((["--hold", "job-2"], "hold job-2"), ([], "without a hold")):
            self.assertEqual(self.expect(3, *start, *hold).err,
                             "drawdown: run run-1 attempt 1 was started with hold job-1; "
                             f"this says {says}\n")
        other = self.expect(3, "run", "start", "run-2", *PLACE, "--gpus", "8",
                            "--hold", "job-1")
        self.assertIn("hold job-1 is drawn by run run-1", other.err)
        settled = self.hold(2, "settle", "job-1", "--gpu-hours", "1")
        self.assertIn("is drawn by a run, which accrues by itself",
                      settled.err)
        [soonest] = self.hold(0, "next", "--limit", "1", "--format",
                              "json").json()["exhaustions"]
        self.assertEqual((soonest["kind"], soonest["hold_id"],
                          soonest["run_id"]),
                         ("hold_expires", "job-1", "run-1"))
        self.expect(0, "run", "stop", "run-1")
        [hold] = self.holds()
        self.assertEqual(hold["state"], "released")
        self.assertEqual(hold["held_gpu_seconds"], "0")
        self.assertEqual(self.quota()["used_gpu_seconds"],
                         hold["drawn_gpu_seconds"])
        self.assertEqual(self.hold(0, "next").out.count("\n"), 1)
        self.expect(0, "verify")

    def test_a_run_whose_hold_is_gone_is_told_what_to_do(self):
        self.place(0, "h", "1")
        self.expect(0, "run", "start", "r", *PLACE, "--gpus", "8", "--hold", "h")
        self.expect(0, "run", "suspend", "r")
        self.hold(0, "release", "h")
        self.assertIn("its hold h is released: stop it and start another attempt with one",
                      self.expect(2, "run", "resume", "r").err)

    def test_a_hold_without_a_run_is_charged_and_settled(self):
        self.place(0, "job-1", "10")
        renewed = self.hold(0, "renew", "job-1", "--charge-gpu-seconds",
                            "14400", "--extend-gpu-hours", "6", "--for", "90s")
        self.assertRegex(renewed.err,
                         r"^hold job-1 is renewed until .*Z, renewal 1\n$")
        [hold] = self.holds()
        self.assertEqual(hold["gpu_hours"], "16.000000000")
        self.assertEqual(hold["charged_gpu_seconds"], "14400")
        self.assertEqual(hold["held_gpu_seconds"], "43200")
        settled = self.hold(0, "settle", "job-1", "--gpu-hours", "2.5")
        self.assertEqual(settled.err, "hold job-1 is settled: charged 23400 "
                         "GPU-seconds in all\n")
        quota = self.quota()
        self.assertEqual(quota["used_gpu_hours"], "6.500000000")
        self.assertEqual(quota["held_gpu_hours"], "0.000000000")

    def test_repetitions_change_nothing_and_say_so(self):
        calls = [
            ("place", "job-1", *PLACE, "--gpu-hours", "10", "--gpus", "8"),
            ("renew", "job-1", "--renewal", "1", "--extend-gpu-seconds", "60"),
            ("settle", "job-1", "--gpu-seconds", "5"),
            ("place", "job-2", *PLACE, "--gpu-hours", "1"),
            ("release", "job-2"),
        ]
        for call in calls:
            self.assertNotIn("already", self.hold(0, *call).err)
        entries = self.entries()
        for call in calls[:1] + calls[2:]:
            with self.subTest(call=call):
                again = self.hold(0, *call).err
                self.assertIn("was already", again)
                self.assertIn("nothing changed", again)
        self.assertEqual(self.entries(), entries)
        self.assertIn("; it is settled\n", self.hold(0, *calls[0]).err)

    def test_renewals_are_numbered(self):
        self.place(0, "job-1", "1")
        more = ["renew", "job-1", "--extend-gpu-hours", "1"]
        self.assertIn("renewal 1\n", self.hold(0, *more).err)
        self.assertIn("renewal 2\n", self.hold(0, *more).err)
        again = self.hold(0, *more, "--renewal", "2")
        self.assertIn("was already renewed", again.err)
        self.assertIn("the next renewal is 3, not 4",
                      self.hold(2, *more, "--renewal", "4").err)
        self.assertIn("hold job-1 has renewal 2 charging 0 and extending by 3600 GPU-seconds "
                      "for an hour or as long as it lasted: renewal 1 is older",
                      self.hold(2, *more, "--renewal", "1").err)
        other = self.hold(3, "renew", "job-1", "--renewal", "2")
        self.assertIn("this says renewal 2 charging 0", other.err)
        self.assertEqual(self.holds()[0]["gpu_hours"], "3.000000000")

        self.assertIn("--renewal: 0 is not in 1..", self.hold(2, *more, "--renewal", "0").err)

    def test_a_renewal_does_not_shorten_a_hold_that_was_not_asked_to(self):
        self.place(0, "job-1", "1", "--for", "864000s")
        [placed] = self.holds()
        again = ["renew", "job-1", "--extend-gpu-hours", "1", "--renewal", "1"]
        for _ in range(2):
            self.hold(0, *again)
            self.assertEqual(self.holds()[0]["expires"], placed["expires"])
        self.assertIn("for an hour or as long as it lasted",
                      self.hold(3, *again, "--for", "1h").err)
        self.expect(0, "verify")
        self.hold(0, "renew", "job-1", "--for", "1h")
        self.assertLess(self.holds()[0]["expires"], placed["expires"])
        for no in ("as it lasts", ""):
            self.assertIn("is not a length", self.hold(2, "renew", "job-1", "--for", no).err)
        # It would end sooner than in an hour.
        self.place(0, "job-2", "1", "--for", "1m")
        [_, before] = self.holds()
        self.hold(0, "renew", "job-2")
        self.assertGreater(self.holds()[1]["expires"], before["expires"])

    def test_a_length_may_be_of_any_number_of_digits(self):
        self.place(0, "job-1", "1", "--for", "0031622400s")
        self.assertIn("it would last 31622401 s",
                      self.place(3, "job-2", "1", "--for", "31622401s").err)
        for no in ("s", "0s", "99999999999999s", "1e3s", "-1s", "1 s"):
            self.assertIn("is not a length", self.place(2, "job-2", "1", "--for", no).err)

    def test_holds_at_a_later_instant(self):
        self.place(0, "job-1", "80", "--for", "2h")
        def at(hours):
            return self.expect(0, "holds", "--format", "json", "--at", str(int(
                time.time()) + hours * 3600)).json()["holds"][0]["state"]
        self.assertEqual([at(1), at(3)], ["open", "expired"])

    def test_expiry(self):
        self.place(0, "job-1", "80", "--for", "1s")
        time.sleep(1.1)  # Its deadline has passed, however slow this is.
        self.place(0, "job-2", "80")
        [hold] = self.holds("--state", "expired")
        self.assertEqual(hold["held_gpu_seconds"], "0")
        late = self.expect(2, "run", "start", "run-1", *PLACE, "--gpus", "8",
                           "--hold", "job-1")
        self.assertIn("hold job-1 is expired: no run can draw it", late.err)
        # To hold it again is to ask anew; what was used is booked either way.
        self.assertIn("80 asked", self.hold(1, "renew", "job-1").err)
        self.hold(0, "settle", "job-1", "--gpu-hours", "79")
        self.assertEqual(self.quota()["available_gpu_hours"], "-59.000000000")


class RefusalTest(HoldTest):
    def test_a_refusal_is_exit_1_and_changes_nothing(self):
        self.place(0, "job-1", "60")
        entries = self.entries()
        refused = self.place(1, "job-2", "41", "--format", "json")
        self.assertEqual(refused.out, "")
        self.assertEqual(
            refused.err, "hold job-2 was refused: acme on *: 100 GPU-hours in "
            "total, 0 used, 60 held, 41 asked\n")
        self.assertIn("60 held, 41 asked",
                      self.hold(1, "renew", "job-1", "--extend-gpu-hours",
                                "41").err)
        self.assertEqual(self.entries(), entries)
        self.assertEqual(len(self.holds()), 1)

    def test_settling_more_than_is_held(self):
        self.place(0, "job-1", "60")
        more = ["settle", "job-1", "--gpu-hours", "101"]
        refused = self.hold(1, *more, "--refuse-overdraft")
        self.assertIn("41 asked", refused.err)
        self.hold(0, *more)
        self.assertEqual(self.quota()["available_gpu_hours"], "-1.000000000")

    def test_gpus_at_once(self):
        self.expect(0, "quota", "set", "acme", "--gpus", "16")
        self.place(0, "job-1", "1", "--gpus", "12")
        refused = self.place(1, "job-2", "1", "--gpus", "4.000001")
        self.assertIn("acme on *: 16 GPUs at once, 0 used, 12 held, 4.000001 "
                      "asked", refused.err)
        start = ["run", "start", "run-1", *PLACE, "--hold", "job-1", "--gpus"]
        self.assertIn("run run-1 attempt 1 was refused: acme on *: 16 GPUs",
                      self.expect(1, *start, "17").err)
        self.expect(0, *start, "12")
        self.assertIn("was refused",
                      self.expect(1, "run", "resize", "run-1", "--gpus",
                                  "17").err)

    def test_conflicts_name_both(self):
        self.place(0, "job-1", "1")
        other = self.place(3, "job-1", "2")
        self.assertIn("3600 GPU-seconds and 0 GPUs for 3600 s; this says "
                      "acme/chat on aws/us-east-1/gb200, 7200 GPU-seconds",
                      other.err)
        self.hold(0, "release", "job-1")
        settled = self.hold(3, "settle", "job-1", "--gpu-hours", "1")
        self.assertIn("released; this says settled with 3600", settled.err)
        self.assertIn("it cannot be renewed",
                      self.hold(2, "renew", "job-1").err)

    def test_what_is_not_there(self):
        for verb in (["renew"], ["settle", "--gpu-hours", "1"], ["release"]):
            gone = self.hold(2, verb[0], "job-9", *verb[1:])
            self.assertEqual(gone.err,
                             "drawdown: hold job-9 is not in the books\n")
        self.assertIn("acme/chat", self.place(3, "job-1", "1", "--strict").err)
        self.place(0, "job-1", "1")
        self.place(0, "job-2", "1", "--strict")

    def test_bad_input(self):
        hours = ["--gpu-hours", "1"]
        cases = [
            (2, ["place"], "HOLD, or --file with many, is required"),
            (2, ["place", "a", *hours], "--tenant is required"),
            (2, ["place", "a", "--tenant", "t", *hours], "--pool is required"),
            (2, ["place", "a", *PLACE], "--gpu-hours, --gpu-seconds or"),
            (2, ["place", "a", *PLACE, *hours, "--gpu-seconds", "1"],
             "--gpu-seconds is given too"),
            (2, ["place", "a", *PLACE, "--gpu-hours", "-1"], "is negative"),
            (2, ["place", "a", *PLACE, "--gpu-seconds", "x"], "--gpu-seconds"),
            (2, ["place", "a", *PLACE, "--gpus", "-8"], "--gpus: "),
            (2, ["place", "a", *PLACE, *hours, "--for", "5"], "--for: "),
            (2, ["place", "a", *PLACE, *hours, "--for", ""], "--for: "),
            (2, ["place", "a", *PLACE, *hours, "--for", "-1h"], "--for: "),
            (2, ["place", "a", *PLACE, *hours, "--for", "999999999d"], "--for"),
            (2, ["place", "a", *PLACE, *hours, "--for", "0s"], "--for: "),
            (3, ["place", "a", *PLACE, *hours, "--for", "400d"], "366 days"),
            (3, ["place", "a", *PLACE, "--gpus", "0"], "holds neither"),
            (3, ["place", "x" * 1000, *PLACE, *hours], "1000 bytes"),
            (3, ["place", "a", "--tenant", "t", "--pool", "p/*", *hours],
             "only selectors may have"),
            (2, ["place", "a", "--file", "f.csv"], "--file names the holds"),
            (2, ["place", "a", *PLACE, *hours, "--at", "0"], "--at means"),
            (2, ["renew", "a", "--renewal", "4294967296"], "--renewal: "),
            (2, ["renew", "a", "--for", ""], "--for: "),
            (2, ["renew", "a", "--extend-gpu-hours", "-1"], "is negative"),
            (2, ["renew", "a", "--charge-gpu-seconds", "-1"], "is negative"),
            (2, ["settle", "a"], "--gpu-hours or --gpu-seconds is required"),
            (2, ["settle"], "HOLD is required"),
        ]
        for code, arguments, message in cases:
            with self.subTest(arguments=arguments):
                result = self.hold(code, *arguments)
                self.assertEqual(result.out, "")
                self.assertIn(message, result.err)
        self.assertEqual(self.holds(), [])


class ListTest(HoldTest):
    def setUp(self):
        super().setUp()
        for name, tenant, pool in (("a", "acme/chat", "aws/x/h100"),
                                   ("b", "acme/chat", "oci/x/h100"),
                                   ("c", "acme/other", "aws/y/h100")):
            self.hold(0, "place", name, "--tenant", tenant, "--pool", pool,
                      "--gpu-hours", "1")
        self.hold(0, "release", "c")

    def ids(self, *arguments):
        return [one["hold_id"] for one in self.holds(*arguments)]

    def test_what_is_asked_for(self):
        self.assertEqual(self.ids(), ["a", "b", "c"])
        self.assertEqual(self.ids("--tenant", "acme/chat"), ["a", "b"])
        self.assertEqual(self.ids("--pool", "aws/*/h100"), ["a", "c"])
        self.assertEqual(self.ids("--state", "open"), ["a", "b"])
        self.assertEqual(self.ids("--state", "released"), ["c"])
        self.assertEqual(self.ids("--hold", "b"), ["b"])
        self.assertEqual(self.ids("--limit", "2"), ["a", "b"])
        self.assertIn("is not one of open, expired, settled, released",
                      self.expect(2, "holds", "--state", "lost").err)

    def test_the_hold_is_data_when_asked_for(self):
        result = self.hold(0, "release", "a", "--format", "json")
        hold = result.json()
        self.assertEqual((hold["hold_id"], hold["state"], hold["changed"]),
                         ("a", "released", True))
        csv = self.hold(0, "release", "a", "--format", "csv").out
        self.assertTrue(csv.splitlines()[1].endswith(",false"))

    def test_what_runs_out(self):
        self.expect(0, "quota", "set", "soft", "--gpu-hours", "2", "--per",
                    "total", "--soft")
        self.expect(0, "run", "start", "r", "--tenant", "soft", "--pool", "p",
                    "--gpus", "1")
        kinds = [one["kind"] for one in
                 self.hold(0, "next", "--format", "json").json()["exhaustions"]]
        self.assertEqual(kinds, ["hold_expires", "hold_expires",
                                 "quota_exhausted"])
        table = self.hold(0, "next", "--format", "table").out
        self.assertIn("hold a expires", table)
        self.assertIn("quota exhausted: soft on *, total; by run r (1 GPUs)",
                      table)
        told = self.expect(0, "quota", "explain", "soft", "--format",
                           "table").out
        self.assertRegex(told, r"\nr attempt 1 +soft +p +1 +[0-9.]+ +GPU-hours "
                         r"+soft on \*, total\n")


if __name__ == "__main__":
    unittest.main()
