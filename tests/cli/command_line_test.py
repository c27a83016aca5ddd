"""The command line itself: options, help, suggestions. Needs no ledger."""

import os
import re
import subprocess
import unittest

from harness import CliTest, PROGRAM

VERBS = [
    ["init"],
    ["contract", "apply"],
    ["contract", "list"],
    ["contract", "show"],
    ["contract", "validate"],
    ["quota", "set"],
    ["quota", "list"],
    ["quota", "explain"],
    ["run", "start"],
    ["run", "resize"],
    ["run", "suspend"],
    ["run", "resume"],
    ["run", "stop"],
    ["hold", "place"],
    ["hold", "renew"],
    ["hold", "settle"],
    ["hold", "release"],
    ["hold", "next"],
    ["import", "runs"],
    ["import", "usage"],
    ["import", "sacct"],
    ["correct", "runs"],
    ["usage"],
    ["status"],
    ["statement"],
    ["reconcile"],
    ["bill", "summary"],
    ["bill", "check"],
    ["runs"],
    ["holds"],
    ["journal"],
    ["top"],
    ["metrics"],
    ["verify"],
    ["backup"],
    ["salvage"],
    ["example"],
    ["completion"],
]


class HelpTest(CliTest):
    def test_every_verb_teaches(self):
        for verb in VERBS:
            with self.subTest(verb=verb):
                text = self.expect(0, *verb, "--help").out
                self.assertIn("Usage: drawdown " + " ".join(verb), text)
                self.assertIn("Examples:\n  drawdown ", text)
                self.assertIn("Exit codes:\n  0  fine\n", text)
                self.assertIn("--ledger DIR", text)
                # A paragraph of its own, beside the one-line purpose.
                self.assertRegex(text, r"\A[^\n]+\n\n\w[^\n]+\n")

    def test_no_line_but_examples_is_too_long(self):
        for verb in [[]] + VERBS:
            text = self.expect(0, *verb, "--help").out
            for line in text.splitlines():
                if not line.startswith("  drawdown "):
                    self.assertLessEqual(len(line), 80, line)

    def test_help_lists_every_verb(self):
        text = self.expect(0, "--help").out
        for verb in VERBS:
            self.assertRegex(text, r"\n  %s +\w" % verb[0])

    def test_help_of_hidden_flags_is_hidden(self):
        self.assertNotIn("porcelain", self.expect(0, "verify", "--help").out)

    def test_version(self):
        self.assertRegex(
            self.expect(0, "--version").out, r"\Adrawdown \d+\.\d+\.\d+\n\Z"
        )


class UsageErrorTest(CliTest):
    def test_wrong_command_lines(self):
        cases = [
            ([], "needs a verb: init contract"),
            (["statment"], "unknown verb statment: did you mean statement?"),
            (["contract"], "needs a verb: apply list show validate"),
            (["contract", "aply", "x"], "did you mean apply?"),
            (["usage", "--tennant", "x"], "did you mean --tenant?"),
            (["usage", "--fromat=csv"], "did you mean --format?"),
            (["frobnicate"], "unknown verb frobnicate (see"),
            # As a script says it whose variable is empty.
            (["run", "start", "a", "--tenant", "--pool", "p", "--gpus", "1"],
             "--tenant needs a value, and is followed by --pool (if that is it, "
             "say --tenant=--pool)"),
            (["quota", "set", "a", "--gpus", "3", "--pool", "--soft"],
             "--pool needs a value, and is followed by --soft"),
            (["usage", "--ledger", "--at=0"],
             "--ledger needs a value, and is followed by --at=0"),
            (["run", "stop", "--", "a", "--reason", "done"],
             "unexpected argument --reason (see"),
            (["usage", "extra"], "unexpected argument extra"),
            (["usage", "--by", "week"], "'week' is not one of tenant, pool"),
            (["--format", "xml", "usage"], "'xml' is not one of table"),
            (["init", "--bucket", "2h"], "'2h' is not one of 1h, 30m, 15m"),
            (["import", "runs"], "FILE is required"),
            (["statement", "--contract", "x"], "--period is required"),
            (["runs", "--limit", "many"], "--limit: \"many\" is not a whole number"),
            (["runs", "--limit=-1"], '"-1" is not a whole number, 0 or more'),
            (["journal", "--from=-1"], '"-1" is not a whole number'),
            (["run", "stop", "a", "--attempt", "0x2"], "--attempt"),
            (["run", "stop", "a", "--attempt", "+2"], "--attempt"),
            (["run", "stop", "a", "--attempt", "1.0"], "--attempt"),
            (["run", "stop", "a", "--attempt", ""], "--attempt"),
            (["run", "stop", "a", "--attempt=-18446744073709551615"], "--attempt"),
            (["run", "stop", "a", "--attempt", "18446744073709551617"],
             '--attempt: "18446744073709551617" is too large'),
            (["run", "stop"], "RUN is required"),
            (["run", "start", "a", "--tenant", "t", "--pool", "p"],
             "give --gpus, or --device and --share"),
            (["run", "stop", "a", "--reason", "bored"],
             "'bored' is not one of done, failed"),
            (["run", "stop", "a", "--as-of", "0"], "--as-of means nothing"),
            (["run", "stop", "a", "--attempt", "-1"], "--attempt"),
            (["runs", "--at", "0"], "--at is about --suspect and --totals"),
            (["init", "--as-of", "0"], "--as-of means nothing"),
            (["verify", "--zone", "UTC"], "--zone means nothing"),
            (["correct", "runs", "f.csv"], "--reason is required"),
            (["completion", "tcsh"], "'tcsh' is not one of bash, zsh, fish"),
        ]
        for arguments, message in cases:
            with self.subTest(arguments=arguments):
                result = self.expect(2, *arguments)
                self.assertEqual(result.out, "")
                self.assertTrue(result.err.startswith("drawdown: "), result.err)
                self.assertIn(message, result.err)
                self.assertEqual(result.err.count("\n"), 1)

    def test_a_value_may_look_like_an_option(self):
        run = self.run_cli("usage", "--tenant=--pool")
        self.assertNotIn("needs a value", run.err)
        self.assertIn("no ledger", run.err)

    def test_times_and_pairs_are_checked_before_the_ledger(self):
        cases = [
            (["usage", "--at", "2026-10-01 00:00:00"], "--at: "),
            (["usage", "--from", "yesterday"], "--from: "),
            (["usage", "--as-of", "1e400"], "--as-of: "),
            (["usage", "--zone", "Mars/Olympus"], "--zone: "),
            (["run", "stop", "a", "--at", "noon"], "--at: "),
            (["run", "stop", "a", "--attempt", "0"], "--attempt: 0 is not in"),
            (["run", "stop", "a", "--attempt", "4294967296"], "--attempt: "),
            (["run", "resize", "a", "--gpus", "0.0000001"], "--gpus: "),
            (["run", "resize", "a", "--gpus", "-1"], "--gpus: "),
            (["import", "runs", "f", "--columns", "x"], "'x' is not NAME=VALUE"),
            (["import", "runs", "f", "--set", "=x"], "'=x' is not NAME=VALUE"),
            (
                ["reconcile", "--contract", "c", "--period", "2026-10", "b",
                 "--tolerance", "-1"],
                "--tolerance: '-1'",
            ),
        ]
        for arguments, message in cases:
            with self.subTest(arguments=arguments):
                self.assertIn(message, self.expect(2, *arguments).err)

    def test_talk_is_inert(self):
        result = self.expect(2, "\x1b[31m\u202e")
        self.assertIn("\\x1b[31m\\u202e", result.err)
        self.assertNotIn("\x1b", result.err)


class NoLedgerTest(CliTest):
    def test_says_how_to_make_one(self):
        for verb in (["usage"], ["status"], ["runs"], ["journal"], ["verify"],
                     ["run", "stop", "job-1"],
                     ["contract", "list"]):
            with self.subTest(verb=verb):
                result = self.expect(2, *verb)
                self.assertIn("there is no ledger at ./drawdown.ledger",
                              result.err)
                self.assertIn("drawdown --ledger ./drawdown.ledger init",
                              result.err)
                self.assertEqual(result.out, "")

    def test_the_directory_is_found_in_order(self):
        env = self.environment(DRAWDOWN_LEDGER="from-environment")
        self.assertIn("at from-environment:",
                      self.expect(2, "usage", env=env).err)
        self.assertIn("at from-option:",
                      self.expect(2, "--ledger", "from-option", "usage",
                                  env=env).err)
        self.assertIn("at ./drawdown.ledger:",
                      self.expect(2, "usage",
                                  env=self.environment(DRAWDOWN_LEDGER="")).err)

    def test_a_directory_of_something_else_is_no_ledger(self):
        self.write("file", "x")
        self.assertIn("drawdown: ",
                      self.expect(2, "--ledger", ".", "usage").err)
        self.assertEqual(os.listdir(self.dir), ["file"])


class CompletionTest(CliTest):
    def script(self, shell):
        return self.expect(0, "completion", shell).out

    def complete(self, line):
        """What bash offers at the end of `line`."""
        words = line.split(" ")
        program = (
            self.script("bash")
            + "compopt() { :; }\n"
            + "COMP_WORDS=(%s)\n" % " ".join("'%s'" % word for word in words)
            + "COMP_CWORD=%d\n" % (len(words) - 1)
            + "_drawdown\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n"
        )
        done = subprocess.run(["bash"], input=program.encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.stderr.decode(), "")
        return done.stdout.decode().split()

    def test_bash_accepts_the_script(self):
        done = subprocess.run(["bash", "-n"],
                              input=self.script("bash").encode())
        self.assertEqual(done.returncode, 0)

    def test_bash_offers_what_fits(self):
        cases = [
            ("drawdown st", ["status", "statement"]),
            ("drawdown contract ", ["apply", "list", "show", "validate"]),
            ("drawdown usage --by ", ["tenant", "pool", "hour", "day", "month"]),
            ("drawdown usage --by tenant,d", ["tenant,day"]),
            ("drawdown --format ", ["table", "csv", "json"]),
            ("drawdown import runs --format c", ["csv"]),
            ("drawdown --format = j", ["json"]),
            ("drawdown init --bucket 1", ["1h", "15m"]),
            ("drawdown runs --state en", ["ended"]),
            ("drawdown completion z", ["zsh"]),
            ("drawdown run st", ["start", "start-array", "stop"]),
            ("drawdown run stop --reason n", ["node_failure"]),
            ("drawdown reconcile --br", ["--breaks"]),
            ("drawdown usage --as", ["--as-of"]),
            ("drawdown runs --totals --lim", ["--limit"]),
            ("drawdown contract apply ", []),
            ("drawdown reconcile --contract ", []),
        ]
        for line, words in cases:
            with self.subTest(line=line):
                self.assertEqual(self.complete(line), words)

    def test_every_shell_knows_every_option(self):
        options = set()
        for verb in VERBS:
            text = self.expect(0, *verb, "--help").out
            options |= set(re.findall(r"\n  (?:-h,)?--([a-z-]+)", text))
        self.assertIn("tolerance", options)
        for shell in ("bash", "zsh", "fish"):
            script = self.script(shell)
            for option in options:
                found = ("-l %s " if shell == "fish" else "--%s") % option
                self.assertIn(found, script, shell)


if __name__ == "__main__":
    unittest.main()
