#!/usr/bin/env python3
"""Opens pages of ours in headless Chromium and looks at them as people do.

Nothing on the console, nothing fetched, no sideways scrolling on a telephone,
readable in the dark and on paper, and inert however hostile the names in it.
Needs Debian's package `chromium`, or a browser at $DRAWDOWN_CHROMIUM; skips,
saying so, without one. Speaks the DevTools protocol over pipes, so that nothing
else is needed.
"""

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
PROGRAM = os.environ["DRAWDOWN_BIN"]
BROWSER = os.environ.get("DRAWDOWN_CHROMIUM") or shutil.which("chromium")
# Where to leave pictures for a person to look at; none when empty.
PICTURES = os.environ.get("DRAWDOWN_PICTURES", "")

HOSTILE = "acme/<script>alert(1)<|script>\"'&<img src=x onerror=alert(1)>"
AT = "2026-10-20T12:00:00Z"
CONTRACT = """
id: "aws-2025"
provider: "aws"
currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2028-01-01T00:00:00Z" }
rate { pool: "aws" price: "4.10" from: "2026-01-01T00:00:00Z" }
commitment {
  id: "reserved" category: USAGE model: CONTINUOUS interval: HOURLY
  applies { dimension: "pool" operator: IN value: "aws/us-east-1/gb200" }
  step { from: "2026-01-01T00:00:00Z" quantity: "8" }
  step { from: "2026-10-12T00:00:00Z" quantity: "16" }
  price: "2" shortfall { policy: TAKE_OR_PAY }
}
commitment {
  id: "block" category: USAGE model: DISCONTINUOUS interval: QUARTERLY
  applies { dimension: "pool" operator: IN value: "aws/us-west-2/h100" }
  step { from: "2026-01-01T00:00:00Z" quantity: "30000" }
  price: "1.9" shortfall { policy: TAKE_OR_PAY }
}
commitment {
  id: "spend" category: SPEND model: DISCONTINUOUS interval: ANNUAL layer: 2
  step { from: "2026-01-01T00:00:00Z" cost: "400000.50" }
  shortfall { policy: TAKE_OR_PAY }
}
"""


def runs():
    yield "run_id,tenant,pool,gpus,start,end\n"
    for day in range(1, 21):
        for tenant, gpus in (("acme/chat", 6 + day % 5), ("acme/research", day),
                             (HOSTILE, 1)):
            yield (f'"{tenant[:9]}-{day}","{tenant.replace(chr(34), chr(34) * 2)}",'
                   f"aws/us-east-1/gb200,{gpus},2026-10-{day:02}T00:00:00Z,"
                   f"2026-10-{day:02}T12:00:00Z\n")
        yield (f"west-{day},acme/research,aws/us-west-2/h100,{10 + day % 7},"
               f"2026-10-{day:02}T06:00:00Z,2026-10-{day:02}T12:00:00Z\n")


class Browser:
    """One headless browser, one page."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory()
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()

        def descriptors():
            # The protocol's are 3 and 4.
            os.dup2(os.dup(to_browser), 3)
            os.dup2(os.dup(from_browser), 4)
            for descriptor in (3, 4):
                os.set_inheritable(descriptor, True)

        self.process = subprocess.Popen(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu",
             "--remote-debugging-pipe", "--hide-scrollbars",
             f"--user-data-dir={self.profile.name}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, close_fds=False,
            preexec_fn=descriptors)
        os.close(to_browser)
        os.close(from_browser)
        self.bytes = b""
        self.number = 0
        self.events = []
        self.session = None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(t["targetId"] for t in targets if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        os.close(self.write_end)
        os.close(self.read_end)
        self.profile.cleanup()

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def receive(self):
        while b"\0" not in self.bytes:
            part = os.read(self.read_end, 1 << 16)
            if not part:
                raise AssertionError("the browser has gone")
            self.bytes += part
        message, self.bytes = self.bytes.split(b"\0", 1)
        return json.loads(message)

    def open(self, path, width=1200, height=900, dark=False, paper=False):
        self.events = []
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  media="print" if paper else "screen",
                  features=[{"name": "prefers-color-scheme",
                             "value": "dark" if dark else "light"}])
        self.call("Page.navigate", url=pathlib.Path(path).as_uri())
        while not any(e.get("method") == "Page.loadEventFired"
                      for e in self.events):
            self.events.append(self.receive())

    def ask(self, expression):
        result = self.call("Runtime.evaluate", expression=expression,
                           returnByValue=True)
        return result["result"].get("value")

    def said(self):
        """What was logged or thrown."""
        return [e for e in self.events
                if e.get("method") in ("Runtime.consoleAPICalled",
                                       "Runtime.exceptionThrown",
                                       "Log.entryAdded",
                                       "Page.javascriptDialogOpening")]

    def fetched(self):
        return [e["params"]["request"]["url"] for e in self.events
                if e.get("method") == "Network.requestWillBeSent"]

    def picture(self, name):
        if not PICTURES:
            return
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        pathlib.Path(PICTURES, name).write_bytes(
            base64.b64decode(data["data"]))


# Contrast of every text with what is behind it, by the rules of WCAG 2.
CONTRAST = """
(() => {
  const channels = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => {
    const [r, g, b] = channels(c).map(v => v / 255)
        .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (channels(c).length < 4 || channels(c)[3] > 0) return c;
    }
    return 'rgb(255, 255, 255)';
  };
  const poor = [];
  for (const e of document.body.querySelectorAll('*')) {
    if (!e.checkVisibility() || e.closest('svg')) continue;
    const own = [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim());
    if (!own) continue;
    const a = light(getComputedStyle(e).color), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(e.tagName + '.' + e.className + ' ' + ratio);
  }
  return poor;
})()
"""


# What sticks out to the right, but for what scrolls in a box of its own.
BEYOND = """
[...document.body.querySelectorAll('*')]
    .filter(e => e.checkVisibility() && !e.closest('.scroll table') &&
            e.getBoundingClientRect().right > WIDTH + .5)
    .map(e => e.tagName + '.' + (e.className.baseVal ?? e.className) + ' ' +
              e.textContent.slice(0, 40))
"""


@unittest.skipUnless(BROWSER, "no Chromium: apt-get install chromium, or name "
                              "one in $DRAWDOWN_CHROMIUM")
class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        directory = pathlib.Path(cls.scratch.name)
        (directory / "c.textproto").write_text(CONTRACT)
        (directory / "runs.csv").write_text("".join(runs()))
        cls.page = directory / "report.html"
        for command in (["init"], ["contract", "apply", "c.textproto"],
                        ["import", "runs", "runs.csv"],
                        ["report", "--html", "report.html", "--at", AT]):
            subprocess.run([PROGRAM, "--ledger", "books", *command],
                           cwd=directory, check=True,
                           stdout=subprocess.DEVNULL)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def test_is_quiet_and_fetches_nothing(self):
        self.browser.open(self.page)
        self.assertEqual(self.browser.said(), [])
        self.assertEqual([url for url in self.browser.fetched()
                          if not url.startswith("data:")],
                         [self.page.as_uri()])
        self.browser.picture("wide.png")

    def test_hostile_names_are_text(self):
        self.browser.open(self.page)
        self.assertEqual(self.browser.ask(
            "document.querySelectorAll('script, img, iframe').length"), 0)
        self.assertTrue(self.browser.ask(
            "document.body.textContent.includes('<script>alert(1)')"))

    def test_does_not_scroll_sideways(self):
        for width in (320, 360, 768, 1200):
            self.browser.open(self.page, width=width, height=800)
            self.assertEqual(
                self.browser.ask(BEYOND.replace("WIDTH", str(width))), [])
            self.assertLessEqual(
                self.browser.ask("document.documentElement.scrollWidth"), width)
            self.browser.picture(f"{width}.png")

    def test_is_readable_light_dark_and_on_paper(self):
        grounds = set()
        for dark, paper in ((False, False), (True, False), (True, True)):
            self.browser.open(self.page, dark=dark, paper=paper)
            self.assertEqual(self.browser.ask(CONTRAST), [])
            grounds.add(self.browser.ask(
                "getComputedStyle(document.body).backgroundColor"))
            self.browser.picture(f"{'paper' if paper else 'dark' if dark else 'light'}.png")
        # Dark is dark; paper is white even then.
        self.assertEqual(grounds, {"rgb(255, 255, 255)", "rgb(20, 24, 29)"})

    def test_charts_have_text(self):
        self.browser.open(self.page)
        charts = self.browser.ask(
            "[...document.querySelectorAll('svg[role=img]')].map(s =>"
            " s.querySelector('title')?.textContent || '')")
        self.assertGreaterEqual(len(charts), 6)
        self.assertNotIn("", charts)
        figures = self.browser.ask(
            "[...document.querySelectorAll('figure')].map(f =>"
            " f.nextElementSibling?.querySelectorAll('td').length || 0)")
        self.assertNotIn(0, figures)

    def test_prints(self):
        self.browser.open(self.page)
        pdf = base64.b64decode(self.browser.call("Page.printToPDF")["data"])
        self.assertTrue(pdf.startswith(b"%PDF"))
        pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
        self.assertTrue(1 < pages < 12, pages)

    def test_labels_do_not_run_into_one_another(self):
        overlap = """
        (() => {
          const bad = [];
          for (const plot of document.querySelectorAll('.plot')) {
            const boxes = [...plot.querySelectorAll('.axis.x')]
                .filter(e => e.checkVisibility())
                .map(e => e.getBoundingClientRect());
            for (let i = 1; i < boxes.length; ++i)
              if (boxes[i].left < boxes[i - 1].right) bad.push(i);
          }
          return bad;
        })()"""
        for width in (360, 1200):
            self.browser.open(self.page, width=width)
            self.assertEqual(self.browser.ask(overlap), [])


if __name__ == "__main__":
    unittest.main()
