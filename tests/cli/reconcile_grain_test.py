"""`reconcile` on bills of hours, days and months, in each provider's calendar."""

import csv
import datetime
import decimal
import os
import unittest
import zoneinfo

from harness import CliTest
from reconcile_test import CONTRACT, HEADER, RUNS, row


class GrainTest(CliTest):
    """The meter brought to the bill's grain, and to the provider's days."""

    CALENDARS = {
        "UTC": ("", "UTC", 0, 0),
        "Pacific": ('calendar { time_zone: "America/Los_Angeles" }',
                    "America/Los_Angeles", 0, 0),
        # Named by the day that they end in.
        "17:00 Eastern": ('calendar { time_zone: "America/New_York" '
                          'day_cut: "17:00" day_label: END }',
                          "America/New_York", 17, -1)}
    # Two nodes that ran all the time, and one for an hour on either side of
    # where one of the calendars cuts a day, a month or the clock is put back.
    NODES = [("2025-09-29T00", "2025-12-03T00", 2)] + [
        (f"2025-{hour}", f"2025-{end}", 1) for hour, end in (
            ("09-30T20", "09-30T21"), ("10-01T07", "10-01T08"),
            ("10-10T06", "10-10T07"), ("10-10T20", "10-10T21"),
            ("10-10T23", "10-11T00"), ("10-31T20", "10-31T21"),
            ("11-01T06", "11-01T07"), ("11-01T07", "11-01T08"),
            ("11-02T06", "11-02T07"), ("11-02T09", "11-02T10"),
            ("11-02T21", "11-02T22"), ("11-03T07", "11-03T08"),
            ("11-30T21", "11-30T22"), ("12-01T07", "12-01T08"))]

    def setUp(self):
        super().setUp()
        self.write("runs.csv", RUNS.splitlines()[0] + "\n" + "".join(
            f"r-{i},acme/chat,aws/us-east-1/h200,{8 * nodes},{start}:00:00Z,"
            f"{end}:00:00Z,COMPLETED\n"
            for i, (start, end, nodes) in enumerate(self.NODES)))

    def books(self, calendar):
        self.write("contract.textproto",
                   CONTRACT.replace("2026-01-01", "2025-01-01") + calendar)
        self.ledger = ("--ledger", "ledger-%d" % len(os.listdir(self.dir)))
        self.expect(0, "init", *self.ledger)
        self.expect(0, "contract", "apply", "contract.textproto", *self.ledger)
        self.expect(0, "import", "runs", "runs.csv", *self.ledger)

    def node_hours(self, start, end):
        hour = datetime.timedelta(hours=1)
        total = 0
        for first, last, nodes in self.NODES:
            first, last = (datetime.datetime.fromisoformat(t + ":00+00:00")
                           for t in (first, last))
            total += nodes * max(min(last, end) - max(first, start),
                                 0 * hour) // hour
        return total

    @staticmethod
    def cuts(calendar, month, grain):
        """Where the month's rows begin and end."""
        _, zone, hour, shift = calendar
        zone = zoneinfo.ZoneInfo(zone)
        utc = datetime.timezone.utc
        local = datetime.datetime(2025, month, 1, hour) + datetime.timedelta(
            days=shift)
        days = 31 if month == 10 else 30
        edges = [(local + datetime.timedelta(days=day)).replace(tzinfo=zone)
                 .astimezone(utc) for day in range(days + 1)]
        if grain == "month":
            return [edges[0], edges[-1]]
        if grain == "day":
            return edges
        hours = (edges[-1] - edges[0]) // datetime.timedelta(hours=1)
        return [edges[0] + datetime.timedelta(hours=n)
                for n in range(hours + 1)]

    def bill(self, cuts, extra=None):
        """Rows between `cuts`, right but for one node-hour more in `extra`."""
        stamp = "%Y-%m-%dT%H:%M:%SZ"
        rows = []
        for i, (start, end) in enumerate(zip(cuts, cuts[1:])):
            nodes = self.node_hours(start, end) + (i == extra)
            rows.append(
                row(0, nodes, "%.2f" % (decimal.Decimal("27.60") * nodes))
                .replace("2026-10-01T01:00:00Z,2026-10-01T00:00:00Z",
                         end.strftime(stamp) + "," + start.strftime(stamp))
                .replace("2026-11-01T00:00:00Z,2026-10-01T00:00:00Z",
                         cuts[-1].strftime(stamp) + "," + cuts[0].strftime(stamp)))
        self.write("bill.csv", HEADER + "".join(rows))

    def reconcile(self, code, month):
        done = self.expect(code, "reconcile", "--contract", "aws-2025",
                           "--period", f"2025-{month}", "--at",
                           "2025-12-03T00:00:00Z", "--format", "csv",
                           "bill.csv", *self.ledger)
        return list(csv.DictReader(done.out.splitlines()))

    def check_calendar(self, name):
        calendar = self.CALENDARS[name]
        self.books(calendar[0])
        for month in (10, 11):  # the clock is put back in November
            for grain in ("hour", "day", "month"):
                with self.subTest(month=month, grain=grain):
                    cuts = self.cuts(calendar, month, grain)
                    self.bill(cuts)
                    items = self.reconcile(0, month)
                    self.assertEqual([item["class"] for item in items],
                                     ["matched"] * (len(cuts) - 1))
                    for item, start, end in zip(items, cuts, cuts[1:]):
                        self.assertEqual(int(item["metered_gpu_seconds"]),
                                         self.node_hours(start, end) * 8 * 3600)
                    # And a node-hour too much is in its row alone.
                    off = len(cuts) // 3
                    self.bill(cuts, extra=off)
                    wrong = [item for item in self.reconcile(1, month)
                             if item["class"] != "matched"]
                    self.assertEqual(
                        [(item["class"], item["period_start"],
                          item["difference"]) for item in wrong],
                        [("quantity_break",
                          cuts[off].strftime("%Y-%m-%dT%H:%M:%SZ"), "27.6")])

    def test_utc(self):
        self.check_calendar("UTC")

    def test_pacific_midnight(self):
        self.check_calendar("Pacific")

    def test_five_in_the_evening_eastern(self):
        self.check_calendar("17:00 Eastern")

    def test_rows_of_several_grains_meet_one_meter(self):
        # A day as one row, the next as hours, the rest of the month as one.
        calendar = self.CALENDARS["Pacific"]
        self.books(calendar[0])
        days = self.cuts(calendar, 10, "day")
        hours = self.cuts(calendar, 10, "hour")
        self.bill(days[:2] + hours[25:49] + days[-1:])
        items = self.reconcile(0, 10)
        self.assertEqual([item["class"] for item in items], ["matched"] * 26)

    def test_another_calendar_does_not_agree(self):
        self.books("")
        self.bill(self.cuts(self.CALENDARS["Pacific"], 10, "day"))
        classes = [item["class"] for item in self.reconcile(1, 10)]
        self.assertIn("timing", classes)


if __name__ == "__main__":
    unittest.main()
