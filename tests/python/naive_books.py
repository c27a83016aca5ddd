"""Quotas, holds and runs the naive way: lists of facts, summed anew for every question.

Written from the docs, not from the library. Amounts are GPU-microseconds, GPUs micro-GPUs, and
instants whole seconds in microseconds, so that nothing has to be rounded but what is prorated.
"""
import datetime
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Optional

SECOND = 1_000_000
HOUR = 3600 * SECOND
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def instant(us):
    return EPOCH + datetime.timedelta(microseconds=us)


def micros(when):
    return (when - EPOCH) // datetime.timedelta(microseconds=1)


def is_below(path, tenant):
    return path == tenant or path.startswith(tenant + "/")


def covers(selector, pool):
    parts = selector.split("/")
    return all(part in ("*", other) for part, other in zip(parts, pool.split("/")))


def month_of(us):
    first = instant(us).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return micros(first), micros((first + datetime.timedelta(days=32)).replace(day=1))


@dataclass
class Hold:
    tenant: str
    pool: str
    gpu_us: int
    gpus: int
    expires: int
    charged: int = 0
    renewals: int = 0
    state: str = "open"
    run: Optional["Run"] = None


@dataclass
class Run:
    tenant: str
    pool: str
    gpus: int  # that it has, or had when it was suspended
    hold: Optional[Hold] = None
    state: str = "open"
    segments: list = field(default_factory=list)  # [start, end or None, GPUs]

    def begin(self, at, gpus):
        self.segments.append([at, None, gpus])
        self.state, self.gpus = "open", gpus

    def end(self, at, state):
        if self.state == "open":
            self.segments[-1][1] = at
        self.state = state

    @property
    def last_change(self):
        start, end, _ = self.segments[-1]
        return start if end is None else end

    @property
    def gpus_now(self):
        return self.gpus if self.state == "open" else 0


class NaiveBooks:
    def __init__(self, now):
        self.now = now
        self.runs = {}
        self.holds = {}
        self.amounts = []  # (tenant, pool, bucket's start, amount)
        self.quotas = {}  # (tenant, selector, period, rolling) -> (limit, soft)
        self.moves = []  # (old, new, from), as they were said

    def path(self, tenant, at):
        for old, new, start in self.moves:
            if start <= at and is_below(tenant, old):
                tenant = new + tenant[len(old):]
        return tenant

    def is_over(self, quota, tenant, pool, at):
        return is_below(self.path(tenant, at), quota[0]) and covers(quota[1], pool)

    def pieces(self, run, at, window=(0, 1 << 62)):
        """(path, GPU-microseconds) of what the run has used in the window by `at`.

        What was said to end ahead of time is used already.
        """
        cuts = sorted({start for _, _, start in self.moves})
        for start, end, gpus in run.segments:
            end = max(start, at) if end is None else end
            edges = [start, *(cut for cut in cuts if start < cut < end), end]
            for one, other in zip(edges, edges[1:]):
                length = min(other, window[1]) - max(one, window[0])
                if length > 0:
                    yield self.path(run.tenant, one), gpus * length // SECOND

    def used_by(self, quota, run, at):
        """Of the quota, in the window that counts."""
        if quota[2] == "at_once":
            return run.gpus_now if self.is_over(quota, run.tenant, run.pool, at) else 0
        if not covers(quota[1], run.pool):
            return 0
        return sum(amount for path, amount in self.pieces(run, at, self.window(quota, at))
                   if is_below(path, quota[0]))

    @staticmethod
    def window(quota, at):
        if quota[2] == "month":
            return month_of(at)
        if quota[2] == "rolling":
            end = at // HOUR * HOUR + HOUR
            return end - quota[3], end
        return 0, 1 << 62

    def used(self, quota, at):
        used = sum(self.used_by(quota, run, at) for run in self.runs.values())
        if quota[2] != "at_once":
            start, end = self.window(quota, at)
            used += sum(amount for tenant, pool, bucket, amount in self.amounts
                        if start <= bucket < end and self.is_over(quota, tenant, pool, bucket))
        return used

    def state(self, hold, at):
        return "expired" if hold.state == "open" and at >= hold.expires else hold.state

    def left(self, hold, at):
        if self.state(hold, at) != "open":
            return 0
        drawn = sum(amount for _, amount in self.pieces(hold.run, at)) if hold.run else 0
        return max(0, hold.gpu_us - hold.charged - drawn)

    def gpus_left(self, hold, at):
        """What it keeps beside its run."""
        if self.state(hold, at) != "open" or hold.run is None:
            return hold.gpus if self.state(hold, at) == "open" else 0
        run = hold.run
        given_back = run.gpus if run.state == "suspended" else 0
        if hold.gpu_us > 0 and self.left(hold, at) == 0:
            return given_back
        kept, before = hold.gpus, 0
        for _, _, gpus in run.segments:
            kept = min(kept, gpus) if gpus < before else kept
            before = gpus
        return max(0, max(kept, given_back) - run.gpus_now)

    def held(self, quota, at):
        of = self.gpus_left if quota[2] == "at_once" else self.left
        return sum(of(hold, at) for hold in self.holds.values()
                   if self.is_over(quota, hold.tenant, hold.pool, at))

    def standing(self, at):
        """Used and held of each quota."""
        return {quota: (self.used(quota, at), self.held(quota, at)) for quota in self.quotas}

    def refusing(self, before, tenant, pool, growing=False):
        """The hard quotas that cannot have what is there now and was not before.

        Only those over the tenant as it is named now are asked. What is growing waits for room
        also where its hold has the GPUs.
        """
        after = self.standing(self.now)
        return {quota for quota, (limit, soft) in self.quotas.items()
                if not soft and sum(after[quota]) > limit
                and self.is_over(quota, tenant, pool, self.now)
                and (sum(after[quota]) > sum(before[quota])
                     or growing and quota[2] == "at_once" and after[quota][0] > before[quota][0])}

    def needs_hold(self, tenant, pool):
        return any(quota[2] != "at_once" and not soft
                   and self.is_over(quota, tenant, pool, self.now)
                   for quota, (_, soft) in self.quotas.items())

    def usage(self, start, end):
        """By (path, pool), in [start, end) that ends by now: a cut prorates amounts."""
        usage, cells = {}, {}
        for tenant, pool, bucket, amount in self.amounts:
            cell = (self.path(tenant, bucket), pool, bucket)
            cells[cell] = cells.get(cell, 0) + amount
        for (path, pool, bucket), amount in cells.items():
            # Of the bucket of now all was used by now.
            whole = min(bucket + HOUR, self.now) - bucket
            by = [round(Fraction(amount * min(max(cut - bucket, 0), whole), whole))
                  for cut in (start, end)]
            usage[path, pool] = usage.get((path, pool), 0) + by[1] - by[0]
        for run in self.runs.values():
            for path, amount in self.pieces(run, self.now, (start, end)):
                usage[path, run.pool] = usage.get((path, run.pool), 0) + amount
        return {place: amount for place, amount in usage.items() if amount}
