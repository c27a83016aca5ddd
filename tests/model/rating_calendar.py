"""Billing calendars as docs/contracts.md says, with Python's own time zones."""

import calendar
import datetime
from zoneinfo import ZoneInfo

from rating_text import EPOCH, HOUR_US, MICRO, instant, one

UTC = datetime.timezone.utc
MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "SEMI_ANNUAL": 6, "ANNUAL": 12}


def plus_months(date, months, day):
    """The day of that number, or a shorter month's last."""
    count = date.year * 12 + date.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return datetime.date(year, month, min(
        day, calendar.monthrange(year, month)[1]))


class Calendar:
    def __init__(self, fields, term_start, term_end):
        self.term = (term_start, term_end)
        self.last = {}  # kind -> the interval asked for last
        self.zone = ZoneInfo(one(fields, "time_zone", "UTC"))
        hour, minute = one(fields, "day_cut", "00:00").split(":")
        self.cut = datetime.time(int(hour), int(minute))
        self.shift = 1 if one(fields, "day_label", "START") == "END" else 0
        self.month_day = int(one(fields, "month_day", "1"))
        year = one(fields, "year_start")
        if year is None:
            start = self.day_of(term_start)
            leap = (start.month, start.day) == (2, 29)
            self.year_start = (start.month, 28 if leap else start.day)
        else:
            month, day = year.split("-")
            self.year_start = (int(month), int(day))

    def start_of(self, date):
        """When the billing day of that name starts."""
        wall = datetime.datetime.combine(
            date - datetime.timedelta(days=self.shift), self.cut, self.zone)
        first = (wall.astimezone(UTC) - EPOCH) // MICRO
        if self._wall(first) == wall.replace(tzinfo=None):
            return first
        # The clocks skip this wall time: the moment at which they do.
        low, high = first - 4 * HOUR_US, first
        offset = self._offset(low)
        while high - low > 1:
            middle = (low + high) // 2
            if self._offset(middle) == offset:
                low = middle
            else:
                high = middle
        return high

    def _local(self, at):
        return (EPOCH + at * MICRO).astimezone(self.zone)

    def _wall(self, at):
        return self._local(at).replace(tzinfo=None)

    def _offset(self, at):
        return self._local(at).utcoffset()

    def day_of(self, at):
        date = self._local(at).date() + datetime.timedelta(days=2)
        while self.start_of(date) > at:
            date -= datetime.timedelta(days=1)
        return date

    def interval(self, kind, at):
        """[start, end) of the fulfilment interval that contains the instant."""
        start, end = self.last.get(kind, (0, 0))
        if not start <= at < end:
            start, end = self.last[kind] = self._interval(kind, at)
        return start, end

    def _interval(self, kind, at):
        if kind == "FULL_PERIOD":
            return self.term
        if kind == "HOURLY":
            day_start, day_end = self.interval("DAILY", at)
            start = day_start + (at - day_start) // HOUR_US * HOUR_US
            return start, min(start + HOUR_US, day_end)
        day = self.day_of(at)
        if kind == "DAILY":
            return (self.start_of(day),
                    self.start_of(day + datetime.timedelta(days=1)))
        if kind == "WEEKLY":
            monday = day - datetime.timedelta(days=day.weekday())
            return (self.start_of(monday),
                    self.start_of(monday + datetime.timedelta(days=7)))
        if kind == "MONTHLY":
            first = day.replace(day=self.month_day)
        else:
            first = datetime.date(day.year, *self.year_start)
        step = MONTHS[kind]
        named = first.day
        while first > day:
            first = plus_months(first, -step, named)
        while plus_months(first, step, named) <= day:
            first = plus_months(first, step, named)
        return (self.start_of(first),
                self.start_of(plus_months(first, step, named)))

    def period(self, text):
        if "/" in text:
            start, end = text.split("/")
            return instant(start), instant(end)
        year, *month = text.split("-")
        if month:
            first = datetime.date(int(year), int(month[0]), self.month_day)
            return (self.start_of(first),
                    self.start_of(plus_months(first, 1, first.day)))
        first = datetime.date(int(year), *self.year_start)
        return (self.start_of(first),
                self.start_of(plus_months(first, 12, first.day)))
