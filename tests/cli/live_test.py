"""top: what is being used now, once and on a terminal."""

import csv
import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
import unittest

from harness import CliTest, MeterProcess, PROGRAM

POOL = "aws/us-east-1/gb200"
HOUR_US = 3_600_000_000


def open_run(run, tenant, gpus):
    """A run that began long ago and goes on."""
    return "%s,%s,%s,%s,2026-01-01T00:00:00Z,\n" % (run, tenant, POOL, gpus)


class LiveTest(CliTest):
    def setUp(self):
        super().setUp()
        self.expect(0, "init")

    def import_runs(self, *runs):
        self.write("open.csv",
                   "run_id,tenant,pool,gpus,start,end\n" + "".join(runs))
        self.expect(0, "import", "runs", "open.csv")


def stay_in_one_bucket():
    """Waits for the next hour when this one ends before a test could."""
    left = 3600 - time.time() % 3600
    if left < 60:
        time.sleep(left)


class OnceTest(LiveTest):
    def sample(self, *arguments):
        out = self.expect(0, "top", "--once", "--format", "csv", *arguments).out
        return list(csv.DictReader(io.StringIO(out)))

    def test_an_empty_ledger_says_what_to_do(self):
        text = self.expect(0, "top", "--once", "--format", "table").out
        self.assertIn("\nno live meter since boot\n", text)
        self.assertIn("\nnothing is used now: ", text)
        self.assertEqual(
            self.expect(0, "top").out,
            "at,tenant,pool,gpu_seconds,gpu_hours,gpus_now,gpus_1m,pids\n")
        self.assertEqual(self.expect(0, "top", "--format", "json").json()["rows"],
                         [])

    def test_runs_use_their_gpus_exactly(self):
        self.import_runs(open_run("a", "acme/chat", "12.5"),
                         open_run("b", "acme/search", "0.25"))
        rows = self.sample()
        self.assertEqual(
            [(row["tenant"], row["pool"], row["gpus_now"], row["gpus_1m"],
              row["pids"]) for row in rows],
            [("acme/chat", POOL, "12.5", "", ""),
             ("acme/search", POOL, "0.25", "", "")])
        self.assertEqual([row["tenant"] for row in
                          self.sample("--tenant", "acme/search")],
                         ["acme/search"])
        self.assertEqual(self.sample("--pool", "gcp"), [])

    def test_meters_of_another_process_are_seen_undrained(self):
        stay_in_one_bucket()
        meter = MeterProcess(self)
        # Making a meter drains those before.
        meter.record("acme/chat", POOL, 0)
        meter.record('acme/"a\\b"', POOL, 3 * HOUR_US)
        meter.record("acme/chat", POOL, HOUR_US + 1)
        shown = self.expect(0, "top", "--once", "--format", "json").json()
        self.assertEqual(shown["undrained_gpu_seconds"], "14400.000001")
        self.assertEqual(shown["pids"], [meter.pid])
        self.assertEqual(
            [(row["tenant"], row["gpu_seconds"], row["gpus_now"], row["pids"])
             for row in shown["rows"]],
            [('acme/"a\\b"', "10800", "0", [meter.pid]),
             ("acme/chat", "3600.000001", "0", [meter.pid])])
        # What was recorded is usage at once, to the microsecond.
        usage = self.expect(0, "usage", "--format", "csv")
        self.assertEqual(usage.out.splitlines()[1].split(",")[0],
                         "14400.000001")
        self.assertNotIn("prorated", usage.err)
        meter.drain()
        shown = self.expect(0, "top", "--once", "--format", "json").json()
        self.assertEqual(shown["undrained_gpu_seconds"], "0")
        self.assertRegex(shown["drain_lag_seconds"], r"\A\d+(\.\d+)?\Z")
        meter.kill()
        shown = self.expect(0, "top", "--once", "--format", "json").json()
        self.assertEqual(shown["pids"], [])
        self.assertEqual([row["pids"] for row in shown["rows"]], [[], []])

    def test_what_is_recorded_between_the_samples_is_the_rate(self):
        meter = MeterProcess(self)
        meter.record("acme/chat", POOL, 1)
        stop = threading.Event()
        total = [0]

        def count():
            while not stop.is_set():
                meter.record("acme/chat", POOL, HOUR_US)
                total[0] += 1
                time.sleep(0.01)

        counting = threading.Thread(target=count)
        counting.start()
        try:
            row = self.sample("--interval", "1")[0]
        finally:
            stop.set()
            counting.join()
        milli = round(float(row["gpus_now"]) * 1000)
        self.assertGreater(milli, 0)
        # At most everything that was recorded, within the second.
        self.assertLessEqual(milli, total[0] * 3_600_000)

    def test_count_prints_as_many_samples(self):
        self.import_runs(open_run("a", "acme/chat", "8"))
        rows = self.sample_of("--count", "3")
        self.assertEqual([row["gpus_now"] for row in rows], ["8"] * 3)
        self.assertEqual(len({row["at"] for row in rows}), 3)
        text = self.expect(0, "top", "--count", "2", "--format", "table").out
        self.assertEqual(text.count("\nTENANT "), 2)

    def sample_of(self, *arguments):
        out = self.expect(0, "top", "--format", "csv", *arguments).out
        return list(csv.DictReader(io.StringIO(out)))

    def test_arguments_that_make_no_sense(self):
        for arguments, message in [
                (["--once", "--count", "2"], "give one of them"),
                (["--interval", "0"], "--interval: 0 is not 1 to 3600"),
                (["--at", "0"], "--at means nothing")]:
            with self.subTest(arguments=arguments):
                self.assertIn(message,
                              self.expect(2, "top", *arguments).err)

    def test_a_reader_that_leaves_ends_it(self):
        self.import_runs(open_run("a", "acme/chat", "8"))
        child = subprocess.Popen(
            [PROGRAM, "top", "--count", "1000"], cwd=self.dir,
            env=self.environment(), stdout=subprocess.PIPE)
        child.stdout.readline()
        child.stdout.close()
        self.assertEqual(child.wait(timeout=60), 0)


class Terminal:
    """The program on a terminal of its own."""

    def __init__(self, test, arguments, rows, columns):
        self.test = test
        self.master, self.slave = pty.openpty()
        self.resize(rows, columns)
        self.keys = termios.tcgetattr(self.slave)
        self.child = subprocess.Popen(
            [PROGRAM, *arguments], cwd=test.dir,
            env=test.environment(TERM="xterm"), stdin=self.slave,
            stdout=self.slave, stderr=self.slave, preexec_fn=self._control)
        test.addCleanup(self._end)
        self.text = ""

    def _control(self):
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

    def _end(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self.master)
        os.close(self.slave)

    def resize(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.master, keys)

    def until(self, pattern):
        """What is shown from now on, when it has come to `pattern`."""
        start = len(self.text)
        deadline = time.monotonic() + 60
        while not re.search(pattern, self.text[start:], re.S):
            self.test.assertLess(time.monotonic(), deadline, self.text[start:])
            if select.select([self.master], [], [], 1)[0]:
                self.text += os.read(self.master, 65536).decode()
        return self.text[start:]

    def restored(self):
        """Waits for its end; whether the terminal is as it was."""
        code = self.child.wait(timeout=60)
        while select.select([self.master], [], [], 0)[0]:
            self.text += os.read(self.master, 65536).decode()
        self.test.assertTrue(self.text.startswith("\x1b[?1049h\x1b[?25l"))
        self.test.assertTrue(self.text.endswith("\x1b[?25h\x1b[?1049l"),
                             self.text[-200:])
        self.test.assertEqual(termios.tcgetattr(self.slave), self.keys)
        return code


class TerminalTest(LiveTest):
    def top(self, *arguments, rows=24, columns=80):
        return Terminal(self, ["top", *arguments], rows, columns)

    def test_it_redraws_until_q(self):
        self.import_runs(open_run("a", "acme/chat", "12.5"))
        terminal = self.top()
        terminal.until(r"acme/chat +aws/us-east-1/gb200 +[\d,.]+ +- +- +-")
        terminal.until(r"\x1b\[H\x1b\[2K.*12\.500 GPUs in use")
        terminal.until(r"\x1b\[H\x1b\[2K.*acme/chat.* 12\.500 ")
        terminal.type(b"q")
        self.assertEqual(terminal.restored(), 0)

    def test_ctrl_c_and_signals_give_the_terminal_back(self):
        terminal = self.top()
        terminal.until("nothing is used now")
        terminal.type(b"\x03")
        self.assertEqual(terminal.restored(), 0)
        for ending in (signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=ending):
                terminal = self.top()
                terminal.until("nothing is used now")
                terminal.child.send_signal(ending)
                self.assertEqual(terminal.restored(), -ending)

    def test_it_can_be_suspended(self):
        terminal = self.top()
        terminal.until("nothing is used now")
        terminal.child.send_signal(signal.SIGTSTP)
        terminal.until(r"\x1b\[\?25h\x1b\[\?1049l")
        os.waitpid(terminal.child.pid, os.WUNTRACED)
        self.assertEqual(termios.tcgetattr(terminal.slave), terminal.keys)
        terminal.child.send_signal(signal.SIGCONT)
        terminal.until(r"\x1b\[\?1049h.*nothing is used now")
        terminal.type(b"q")
        self.assertEqual(terminal.restored(), 0)

    def test_it_ends_after_count(self):
        terminal = self.top("--count", "1")
        terminal.until("nothing is used now")
        self.assertEqual(terminal.restored(), 0)

    def test_it_fits_the_screen(self):
        self.import_runs(*(open_run(str(i), "acme/team-%02d" % i, "8")
                           for i in range(40)))
        terminal = self.top(rows=10, columns=30)
        terminal.until(r"\.\.\. \d+ more\x1b\[J")
        terminal.resize(12, 40)
        shown = terminal.until(r"\.\.\. \d+ more\x1b\[J")
        while "\x1b[?1049h" in shown or shown.count("\r\n") != 11:
            shown = terminal.until(r"\.\.\. \d+ more\x1b\[J")
        lines = re.sub(r"\x1b\[\d*[A-Z]|\r", "", shown).split("\n")
        self.assertEqual(len(lines), 12)
        self.assertTrue(all(len(line) <= 40 for line in lines), lines)
        self.assertEqual(max(len(line) for line in lines), 40)
        terminal.type(b"q")
        self.assertEqual(terminal.restored(), 0)

    def test_names_are_inert(self):
        self.import_runs(open_run("a", "acme/\u202eevil", "1"))
        terminal = self.top()
        shown = terminal.until(r"acme/\\u202eevil")
        self.assertNotIn("\u202e", shown)
        terminal.type(b"q")
        self.assertEqual(terminal.restored(), 0)

    def test_other_formats_and_dumb_terminals_are_not_redrawn(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        for arguments, term in ((["--format", "csv"], "xterm"),
                                (["--once"], "xterm"), ([], "dumb")):
            with self.subTest(arguments=arguments):
                done = subprocess.run(
                    [PROGRAM, "top", *arguments], cwd=self.dir, stdout=slave,
                    stdin=subprocess.DEVNULL, timeout=60,
                    env=self.environment(TERM=term))
                self.assertEqual(done.returncode, 0)
                self.assertNotIn(b"\x1b", os.read(master, 65536))
        os.close(slave)


if __name__ == "__main__":
    unittest.main()
