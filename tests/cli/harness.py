"""Runs the drawdown program in a directory of its own for each test."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["DRAWDOWN_BIN"]
# Real traces and bills that are not part of the project.
SHARED_DATA = os.environ.get("DRAWDOWN_SHARED_DATA") or str(
    pathlib.Path(__file__).resolve().parents[3] / "shared/data")

CONTRACT = """
id: "aws-2025"
provider: "aws"
provider_alias: "Amazon Web Services"
currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
pool { name: "aws/us-east-1/gb200" sku: "gb200.4" region: "us-east-1"
       gpus_per_unit: 4 }
rate { pool: "aws/*/gb200" price: "4.10" from: "2026-01-01T00:00:00Z" }
rounding { level: LINE scale: 6 }
commitment {
  id: "reserved" category: USAGE model: CONTINUOUS interval: HOURLY
  layer: 1 priority: 10
  applies { dimension: "pool" operator: IN value: "aws/us-east-1/gb200" }
  step { from: "2026-01-01T00:00:00Z" quantity: "8" }
  price: "2"
  shortfall { policy: TAKE_OR_PAY price: "2" }
}
"""

RUNS = """\
run_id,tenant,pool,gpus,start,end,state
job-1,acme/chat,aws/us-east-1/gb200,8,2026-10-01T00:00:00Z,2026-10-01T02:00:00Z,COMPLETED
job-2,acme/research,aws/us-east-1/gb200,4,2026-10-01T01:00:00Z,2026-10-01T03:30:00Z,FAILED
job-3,"acme/=cmd|x",aws/us-east-1/gb200,0.25,2026-10-02T00:00:00Z,,RUNNING
job-4,acme/chat,aws/us-east-1/gb200,8,,,CANCELLED
"""

# The moment all tests look at the books from.
AT = "2026-10-03T00:00:00Z"


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    def json(self):
        return json.loads(self.out, parse_float=_refuse_float)


def _refuse_float(text):
    raise AssertionError("a floating point number in JSON: " + text)


class CliTest(unittest.TestCase):
    """A test with a directory; `run_cli` runs the program in it."""

    maxDiff = None

    def setUp(self):
        self._directory = tempfile.TemporaryDirectory(prefix="drawdown-cli-")
        self.addCleanup(self._directory.cleanup)
        self.dir = self._directory.name

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", newline="") as file:
            file.write(text)
        return name

    def read(self, name):
        with open(self.path(name), newline="") as file:
            return file.read()

    def environment(self, **changes):
        environment = dict(os.environ, LC_ALL="C.UTF-8")
        environment.pop("DRAWDOWN_LEDGER", None)
        environment.update(changes)
        return environment

    def run_cli(self, *arguments, stdin=b"", env=None, **options):
        """`stdin` is bytes, or an open file."""
        options["input" if isinstance(stdin, bytes) else "stdin"] = stdin
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        options.setdefault("cwd", self.dir)
        done = subprocess.run(
            [PROGRAM, *arguments],
            env=env or self.environment(),
            timeout=120,
            **options,
        )
        done.stdout = done.stdout or b""
        done.stderr = done.stderr or b""
        return Result(done)

    def expect(self, code, *arguments, **options):
        """Runs, checks the exit code and returns what was printed."""
        result = self.run_cli(*arguments, **options)
        self.assertEqual(
            result.code,
            code,
            "%s\nstdout: %s\nstderr: %s"
            % (" ".join(arguments), result.out, result.err),
        )
        return result

    def make_books(self):
        """A ledger with a contract and four runs."""
        self.write("aws.textproto", CONTRACT)
        self.write("runs.csv", RUNS)
        self.expect(0, "init")
        self.expect(0, "contract", "apply", "aws.textproto")
        self.expect(0, "import", "runs", "runs.csv")


class MeterProcess:
    """A process that counts in live meters of the ledger `directory`."""

    def __init__(self, test, directory="drawdown.ledger"):
        self._child = subprocess.Popen(
            [os.environ["DRAWDOWN_METER_PROCESS"], directory], cwd=test.dir,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = self._child.pid
        self._test = test
        test.addCleanup(self._end)

    def record(self, tenant, pool, gpu_us):
        self._do("record\t%s\t%s\t%d" % (tenant, pool, gpu_us))

    def drain(self):
        self._do("drain")

    def kill(self):
        self._child.kill()
        self._child.wait()

    def _do(self, command):
        self._child.stdin.write(command + "\n")
        self._child.stdin.flush()
        self._test.assertEqual(self._child.stdout.readline(), "done\n")

    def _end(self):
        self._child.kill()
        self._child.communicate()
