"""Pipes, terminals, full disks, output files."""

import os
import pty
import subprocess
import unittest

from harness import AT, CliTest, PROGRAM


class PipeTest(CliTest):
    def test_a_reader_that_leaves_is_no_failure(self):
        self.expect(0, "init")
        rows = "".join(
            "j%d,acme,p,1,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z\n" % i
            for i in range(20000))
        self.write("runs.csv", "run_id,tenant,pool,gpus,start,end\n" + rows)
        self.expect(0, "import", "runs", "runs.csv")
        for form in ("csv", "json", "table"):
            with self.subTest(format=form):
                child = subprocess.Popen(
                    [PROGRAM, "runs", "--format", form], cwd=self.dir,
                    env=self.environment(), stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE)
                child.stdout.read(10)
                child.stdout.close()
                self.assertEqual(child.stderr.read(), b"")
                child.stderr.close()
                self.assertEqual(child.wait(timeout=60), 0)

    def test_a_full_disk_is_trouble(self):
        with open("/dev/full", "wb") as full:
            result = self.expect(4, "--help", stdout=full)
        self.assertIn("cannot write to stdout: No space left", result.err)

    def test_closed_descriptors_never_become_files_of_the_ledger(self):
        self.make_books()
        for closed in (">&-", "<&- >&-", "<&- >&- 2>&-"):
            with self.subTest(closed=closed):
                done = subprocess.run(
                    ["sh", "-c", '"$0" runs --format csv ' + closed, PROGRAM],
                    cwd=self.dir, env=self.environment(),
                    stderr=subprocess.PIPE)
                self.assertEqual(done.returncode, 4)
                for name in os.listdir(self.path("drawdown.ledger")):
                    file = self.path("drawdown.ledger/" + name)
                    if os.path.isfile(file):
                        with open(file, "rb") as content:
                            self.assertNotIn(b"run_id,attempt",
                                             content.read(), name)
        self.expect(0, "verify")


class TerminalTest(CliTest):
    def on_terminal(self, *arguments):
        """stdout and stderr as a terminal shows them."""
        master, slave = pty.openpty()
        child = subprocess.Popen([PROGRAM, *arguments], cwd=self.dir,
                                 env=self.environment(), stdout=slave,
                                 stderr=slave, stdin=subprocess.DEVNULL)
        os.close(slave)
        text = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            text += piece
        os.close(master)
        return child.wait(timeout=60), text.decode().replace("\r\n", "\n")

    def test_a_person_gets_a_table(self):
        self.make_books()
        code, text = self.on_terminal("usage", "--by", "tenant", "--at", AT)
        self.assertEqual(code, 0)
        self.assertRegex(text, r"\nTENANT +GPU HOURS +SHARE %\n")
        self.assertRegex(text, r"\ntotal +32\.000 +100\.0\n")

    def test_csv_on_a_terminal_is_inert(self):
        # A contract's text may hold anything.
        self.make_books()
        text = self.read("aws.textproto") + "# \x1b[31m\u202e\n"
        self.write("aws.textproto", text)
        self.expect(0, "contract", "apply", "aws.textproto")
        code, shown = self.on_terminal("contract", "show", "aws-2025")
        self.assertEqual(code, 0)
        self.assertIn("# \\x1b[31m\\u202e\n", shown)
        self.assertNotIn("\x1b", shown)
        raw = self.expect(0, "contract", "show", "aws-2025").out
        self.assertEqual(raw, text)

    def test_progress_is_erased(self):
        self.make_books()
        code, text = self.on_terminal("verify")
        self.assertEqual(code, 0)
        self.assertIn("verifying", text)
        shown = text.split("\x1b[K")[-1]
        self.assertTrue(shown.startswith("the books are sound\n"), shown)


class BreaksFileTest(CliTest):
    def reconcile(self, code, *arguments):
        return self.expect(code, "reconcile", "--contract", "aws-2025",
                           "--period", "2026-10", "--at",
                           "2026-11-01T00:00:00Z", *arguments)

    def test_a_failed_run_leaves_no_file(self):
        self.make_books()
        self.reconcile(3, "no-such-bill.csv", "--breaks", "out.csv")
        self.assertNotIn("out.csv", " ".join(os.listdir(self.dir)))

    def test_devices_are_not_replaced(self):
        self.make_books()
        result = self.reconcile(2, "bill.csv", "--breaks", "/dev/null")
        self.assertIn("not a regular file", result.err)

    def test_a_missing_directory_is_named(self):
        self.make_books()
        result = self.reconcile(4, "bill.csv", "--breaks", "no/such/out.csv")
        self.assertIn("no/such/out.csv", result.err)


if __name__ == "__main__":
    unittest.main()
