"""metrics: Prometheus text, read by a strict parser and by Prometheus."""

import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import unittest
import urllib.parse
import urllib.request

from harness import CliTest, MeterProcess, PROGRAM

TENANT = 'acme/"quoted\\slash"'
POOL = "aws/us-east-1/gb200"


def tool(name):
    """The path of a program of Prometheus, or skips the test."""
    directory = os.environ.get("DRAWDOWN_PROMETHEUS_DIR", "")
    path = shutil.which(name, path=os.path.join(directory, "usr/bin"))
    path = path or shutil.which(name)
    if path is None:
        raise unittest.SkipTest(
            "no %s on PATH or in $DRAWDOWN_PROMETHEUS_DIR: run "
            "src/cmake/fetch_prometheus.sh DIR" % name)
    return path


LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')
SAMPLE = re.compile(
    r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\d+(?:\.\d+)?)")
SUFFIX = {"counter": "_total", "gauge": "", "info": "_info"}


def unescape(text):
    return re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), text)


def labels_of(text):
    labels = {}
    while text:
        match = LABEL.match(text)
        if match is None or match[1] in labels:
            raise AssertionError("bad labels: " + text)
        labels[match[1]] = unescape(match[2])
        text = text[match.end():]
        if text and not text.startswith(","):
            raise AssertionError("bad labels: " + text)
        text = text[1:]
    return labels


class OpenMetrics:
    """Reads OpenMetrics 1.0 and refuses everything that it does not allow."""

    def __init__(self, text):
        self.samples = {}  # (name, labels) -> value
        self.kinds = {}
        self._facts = {}  # of the family at hand
        self._family = None
        lines = text.split("\n")
        if lines[-2:] != ["# EOF", ""]:
            raise AssertionError("does not end with # EOF")
        for line in lines[:-2]:
            (self._metadata if line.startswith("#") else self._sample)(line)

    def _metadata(self, line):
        mark, kind, name, text = line.split(" ", 3)
        if mark != "#" or kind not in ("TYPE", "HELP", "UNIT"):
            raise AssertionError("bad metadata: " + line)
        if name != self._family:
            if name in self.kinds:
                raise AssertionError(name + " comes twice")
            self._family, self._facts = name, {}
        if kind in self._facts or "samples" in self._facts:
            raise AssertionError("metadata twice or after samples: " + line)
        self._facts[kind] = text
        if kind == "TYPE":
            if text not in SUFFIX or name.endswith(("_total", "_info")):
                raise AssertionError("bad type: " + line)
            self.kinds[name] = text
        if kind == "UNIT" and not name.endswith("_" + text):
            raise AssertionError("the unit is no suffix: " + line)

    def _sample(self, line):
        match = SAMPLE.fullmatch(line)
        if match is None:
            raise AssertionError("bad sample: " + line)
        if "HELP" not in self._facts:
            raise AssertionError("no help: " + line)
        if match[1] != self._family + SUFFIX[self._facts["TYPE"]]:
            raise AssertionError("not a sample of the family: " + line)
        self._facts["samples"] = True
        key = (match[1], frozenset(labels_of(match[2] or "").items()))
        if key in self.samples:
            raise AssertionError("twice: " + line)
        self.samples[key] = match[3]

    def value(self, name, **labels):
        return self.samples[(name, frozenset(labels.items()))]


class MetricsTest(CliTest):
    def setUp(self):
        super().setUp()
        self.expect(0, "init")

    def meter(self):
        meter = MeterProcess(self)
        meter.record(TENANT, POOL, 0)
        meter.record("acme/chat", POOL, 0)
        meter.record(TENANT, POOL, 12_500_000)
        meter.record("acme/chat", POOL, 1)
        return meter


class TextTest(MetricsTest):
    def open_metrics(self):
        return OpenMetrics(self.expect(0, "metrics", "--openmetrics").out)

    def test_open_metrics_of_an_empty_ledger(self):
        text = self.open_metrics()
        self.assertEqual(text.value("drawdown_metering_processes"), "0")
        self.assertEqual(text.value("drawdown_open_ledgers"), "1")

    def test_open_metrics_say_what_is_live(self):
        meter = self.meter()
        text = self.open_metrics()
        self.assertEqual(
            text.value("drawdown_usage_gpu_seconds_total", tenant=TENANT,
                       pool=POOL), "12.5")
        self.assertEqual(text.value("drawdown_undrained_gpu_seconds"),
                         "12.500001")
        self.assertEqual(text.value("drawdown_metering_processes"), "1")
        self.assertEqual(text.value("drawdown_lanes_files"), "1")
        meter.record("acme/chat", POOL, -5)
        meter.drain()
        meter.record("acme/chat", POOL, 7)
        text = self.open_metrics()
        self.assertEqual(text.value("drawdown_undrained_gpu_seconds"),
                         "0.000007")
        self.assertEqual(text.value("drawdown_rejected_records_total"), "1")
        self.assertEqual(
            text.value("drawdown_usage_gpu_seconds_total", tenant="acme/chat",
                       pool=POOL), "0.000008")
        self.assertRegex(text.value("drawdown_drain_lag_seconds"), r"^\d")
        meter.kill()
        self.assertEqual(self.open_metrics().value(
            "drawdown_metering_processes"), "0")

    def test_both_formats_have_the_same_samples(self):
        self.make_runs()

        def samples(*arguments):
            out = self.expect(0, "metrics", *arguments).out
            return [line for line in out.split("\n") if line[:1] != "#"]

        self.assertEqual(samples(), samples("--openmetrics"))

    def make_runs(self):
        self.write("runs.csv", "run_id,tenant,pool,gpus,start,end\n"
                   "j,acme,p,2,2026-01-01T00:00:00Z,2026-01-01T01:00:00.5Z\n")
        self.expect(0, "import", "runs", "runs.csv")

    def test_promtool_finds_nothing(self):
        promtool = tool("promtool")
        self.meter().drain()
        text = self.expect(0, "metrics").out
        done = subprocess.run([promtool, "check", "metrics"],
                              input=text.encode(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        self.assertEqual((done.returncode, done.stdout.decode()), (0, ""))

    def test_no_ledger(self):
        self.assertIn("there is no ledger", self.expect(
            2, "--ledger", "absent", "metrics").err)


class Exporter(http.server.BaseHTTPRequestHandler):
    """Answers a scrape with what the program prints."""

    directory = ""

    def do_GET(self):
        openmetrics = self.path == "/openmetrics"
        text = subprocess.run(
            [PROGRAM, "metrics"] + ["--openmetrics"] * openmetrics, check=True,
            cwd=self.directory, stdout=subprocess.PIPE).stdout
        self.send_response(200)
        self.send_header(
            "Content-Type",
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
            if openmetrics else "text/plain; version=0.0.4; charset=utf-8")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


CONFIGURATION = """
global: {scrape_interval: 2s, scrape_timeout: 2s}
scrape_configs:
- {job_name: classic, metrics_path: /metrics, static_configs: [{targets: ["%s"]}]}
- {job_name: openmetrics, metrics_path: /openmetrics, static_configs: [{targets: ["%s"]}]}
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class ScrapeTest(MetricsTest):
    def serve(self):
        handler = type("Handler", (Exporter,), {"directory": self.dir})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        return "127.0.0.1:%d" % server.server_port

    def start_prometheus(self, target):
        self.write("prometheus.yml", CONFIGURATION % (target, target))
        address = "127.0.0.1:%d" % free_port()
        with open(self.path("prometheus.log"), "wb") as log:
            child = subprocess.Popen(
                [tool("prometheus"), "--config.file=prometheus.yml",
                 "--storage.tsdb.path=tsdb", "--web.listen-address=" + address],
                cwd=self.dir, stdout=log, stderr=log)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.child = child
        return address

    def query(self, address, query):
        """The answer, once there are samples of both jobs."""
        url = "http://%s/api/v1/query?%s" % (
            address, urllib.parse.urlencode({"query": query}))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.assertIsNone(self.child.poll(), self.read("prometheus.log"))
            try:
                with urllib.request.urlopen(url, timeout=10) as answer:
                    result = json.load(answer)["data"]["result"]
            except OSError:  # it is still starting
                result = []
            if len(result) == 2:
                return {one["metric"]["job"]: one for one in result}
            time.sleep(0.2)
        self.fail("no samples: " + self.read("prometheus.log"))

    def test_prometheus_scrapes_both_formats(self):
        tool("prometheus")
        self.meter()
        address = self.start_prometheus(self.serve())
        result = self.query(
            address,
            'drawdown_usage_gpu_seconds_total{tenant="acme/\\"quoted\\\\slash\\""}')
        for job in ("classic", "openmetrics"):
            self.assertEqual(result[job]["metric"]["tenant"], TENANT)
            self.assertEqual(result[job]["metric"]["pool"], POOL)
            self.assertEqual(result[job]["value"][1], "12.5")
        result = self.query(address, "drawdown_info")
        self.assertEqual(result["classic"]["metric"]["format"], "5")


if __name__ == "__main__":
    unittest.main()
