"""Runs: what a billing grain makes of them, and rounding by segment."""

from fractions import Fraction

from rating_terms import half_even, split
from rating_text import one


class Run:
    def __init__(self, tenant, pool):
        self.tenant = tenant
        self.pool = pool
        self.spans = []  # [start, end, micro-GPUs]

    def end(self):
        return self.spans[-1][1]


def runs_of(case):
    """One that begins where the one before ended goes on with it."""
    runs = []
    for tenant, pool, start, end, micro in case.runs:
        if not (runs and (runs[-1].tenant, runs[-1].pool) == (tenant, pool)
                and runs[-1].end() == start):
            runs.append(Run(tenant, pool))
        runs[-1].spans.append([start, end, micro])
    return runs


def billed(run, grain):
    """The run's time as the grain has it, in microseconds."""
    time = sum(end - start for start, end, _ in run.spans)
    unit = int(one(grain, "seconds")) * 1_000_000
    whole, rest = divmod(time, unit)
    direction = one(grain, "direction", "UP")
    if direction == "UP" and rest or direction == "NEAREST" and 2 * rest >= unit:
        whole += 1
    minimum = int(one(grain, "minimum_seconds", "0")) * 1_000_000
    return max(whole * unit, minimum) - time


def changed(run, more):
    """[(from, to, micro-GPUs, sign)] that the grain adds or takes away; what
    is added has the run's last instant as its time."""
    if more >= 0:
        end = run.end()
        return [(end - 1, more, run.spans[-1][2], 1)] if more else []
    pieces = []
    left = -more
    for start, end, micro in reversed(run.spans):
        part = min(left, end - start)
        if part:
            pieces.append((end - part, part, micro, -1))
        left -= part
    return pieces


def grain_cells(runs, bucket_us, grain_at, at):
    """{(bucket, tenant, pool, run number, span): time} that is added or, below
    zero, taken away of runs that have ended."""
    cells = {}
    for number, run in enumerate(runs):
        grain = grain_at(run.end() - 1)
        if run.end() > at or grain is None:
            continue
        for start, length, micro, sign in changed(run, billed(run, grain)):
            span = next(i for i, s in enumerate(run.spans)
                        if s[0] <= start < s[1])
            if sign > 0:
                key = (start // bucket_us * bucket_us, number, span)
                cells[key] = cells.get(key, 0) + length * micro // 1_000_000
                continue
            here = start
            while here < start + length:
                edge = here // bucket_us * bucket_us + bucket_us
                part = min(edge, start + length) - here
                key = (edge - bucket_us, number, span)
                cells[key] = cells.get(key, 0) - part * micro // 1_000_000
                here += part
    return cells


class Segments:
    """Of each cell what which segment has."""

    def __init__(self, runs, bucket_us, grained):
        self.of_cell = {}  # (bucket, tenant, pool) -> {segment: time}
        for number, run in enumerate(runs):
            for span, (start, end, micro) in enumerate(run.spans):
                here = start
                while here < end:
                    edge = here // bucket_us * bucket_us + bucket_us
                    part = min(edge, end) - here
                    self._add(run, edge - bucket_us, (number, span),
                              part * micro // 1_000_000)
                    here += part
        for (bucket, number, span), time in grained.items():
            self._add(runs[number], bucket, (number, span), time)

    def _add(self, run, bucket, segment, time):
        cell = self.of_cell.setdefault((bucket, run.tenant, run.pool), {})
        cell[segment] = cell.get(segment, 0) + time

    def cost(self, charges, bucket_us, totals, scale):
        """Of a line: each segment's cost is rounded by itself. Where a bucket
        has several prices each segment has its share of each, in whole
        microseconds, the largest remainders up."""
        sums = {}
        for charge in charges:
            bucket = charge.end - bucket_us
            cell = (bucket, charge.tenant, charge.pool)
            of_usage = charge.time is not None and charge.kind != "grain"
            if cell not in totals or not of_usage:
                sums[("interval", charge)] = charge.cost()
                continue
            parts = dict(self.of_cell.get(cell, {}))
            parts[("rest", bucket)] = totals[cell] - sum(parts.values())
            times = split(charge.time, list(parts.values()))
            for segment, time in zip(parts, times):
                sums[segment] = (sums.get(segment, 0)
                                 + charge.cost() * Fraction(time, charge.time))
        unit = 10 ** scale
        return sum((Fraction(half_even(s * unit), unit)
                    for s in sums.values()), Fraction(0))
