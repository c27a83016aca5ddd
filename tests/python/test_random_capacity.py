"""Random statements of capacity, against a model that looks at each stretch of time by itself.

Which rows are taken, repeated or a conflict, and what a commitment then has of its quantity:
covered, unused and undelivered.
"""
import collections
import datetime
import os
import random
from fractions import Fraction

import drawdown
import pytest
from naive_books import HOUR, SECOND, instant, micros

DAYS = 31
DAY = 24 * HOUR
SEED = int(os.environ.get("DRAWDOWN_SEED", random.randrange(1 << 32)))
START = micros(datetime.datetime(2026, 10, 1, tzinfo=datetime.timezone.utc))
END = START + DAYS * DAY
CONTRACT = """
id: "c" provider: "p" currency: "USD" term {{ start: "{start}" end: "{end}" }}
rate {{ pool: "p" price: "4" }}
commitment {{ id: "k" category: USAGE model: {model} interval: {interval} price: "2"
  applies {{ dimension: "pool" operator: IN {pools} }} {steps} {delivered} }}
"""


def text(at):
    return instant(at).isoformat().replace("+00:00", "Z")


def value_at(steps, at, before):
    for start, value in steps:
        if start <= at:
            before = Fraction(value)
    return before


class Month:
    def __init__(self, directory, seed):
        self.random = random.Random(seed)
        self.directory = directory
        self.books = drawdown.Ledger(directory / "books", create=True,
                                     drain_interval=datetime.timedelta(0),
                                     clock=lambda: instant(END + 9 * DAY))
        self.pools = ["p/x", "p/y"][:self.any_of(1, 2)]
        self.reserved = self.any_of(True, True, False)  # Else a block, spread over the month.
        self.steps = [(START, self.any_of(4, 8))]
        self.delivered = []
        self.series = collections.defaultdict(list)  # (pool, state, id) -> (start, end, GPUs)
        self.said = []
        self.runs = []

    def any_of(self, *of):
        return self.random.choice(of)

    def hour(self):
        return START + self.random.randrange(1, 700) * HOUR

    def agree(self):
        if self.reserved and self.random.random() < 0.4:
            self.steps.append((self.hour(), self.any_of(2, 16)))
        if self.reserved and self.random.random() < 0.4:
            self.delivered = [(START, self.any_of(0, 2, 8)), (self.hour(), 8)]
        hours = 1 if self.reserved else DAYS * 24

        def steps(name, of):
            return " ".join(f'{name} {{ from: "{text(at)}" quantity: "{gpus * hours}" }}'
                            for at, gpus in of)
        self.books.apply_contract_texts({"c": CONTRACT.format(
            start=text(START), end=text(END), steps=steps("step", self.steps),
            delivered=steps("delivered", self.delivered),
            model="CONTINUOUS" if self.reserved else "DISCONTINUOUS",
            interval="HOURLY" if self.reserved else "MONTHLY",
            pools=" ".join(f'value: "{pool}"' for pool in self.pools))})

    def row(self):
        if self.said and self.random.random() < 0.15:
            return self.any_of(*self.said)
        start = START + self.random.randrange(-24, 32 * 24) * HOUR + self.any_of(
            0, 0, 0, 1, 1800) * SECOND
        end = start + self.any_of(1, 600, 3600, 86400, self.random.randrange(1, 10**6)) * SECOND
        state = self.any_of("delivered", "delivered", "excluded", "replaced")
        key = (self.any_of(*self.pools), state, self.any_of("", "n1", "n2"))
        return key, (start, end, self.any_of(0, 1, 2, 4, 8, Fraction(1, 4), 20))

    def state(self):
        """Imports some rows, all of them or none."""
        rows = [self.row() for _ in range(self.random.randint(1, 5))]
        path = self.directory / "capacity.csv"
        path.write_text("pool,state,capacity_id,start,end,gpus\n" + "".join(
            f"{','.join(key)},{text(start)},{text(end)},{float(gpus)}\n"
            for key, (start, end, gpus) in rows))
        after, new, conflict = {key: list(of) for key, of in self.series.items()}, 0, False
        for key, (start, end, gpus) in rows:
            series = after.setdefault(key, [])
            if (start, end, gpus) in series:
                continue
            conflict |= any(start < other[1] and other[0] < end for other in series)
            series.append((start, end, gpus))
            new += 1
        try:
            result = self.books.import_files("capacity", [path])
        except drawdown.ConflictError:
            assert conflict
            return
        assert not conflict
        assert (result.inserted, result.unchanged) == (new, len(rows) - new)
        self.series, self.said = after, self.said + rows

    def run(self):
        for n in range(self.random.randrange(6)):
            start = START + self.random.randrange(29 * 86400) * SECOND
            end = min(END, start + self.random.randrange(1, 40 * 3600) * SECOND)
            self.runs.append((self.any_of(*self.pools), start, end, self.any_of(1, 2, 6)))
        path = self.directory / "runs.csv"
        path.write_text("run_id,tenant,pool,gpus,start,end\n" + "".join(
            f"r{n},t,{pool},{gpus},{text(start)},{text(end)}\n"
            for n, (pool, start, end, gpus) in enumerate(self.runs)))
        self.books.import_files("runs", [path])

    def stated(self, pool, at):
        """GPUs, or None where nothing says what was delivered."""
        sums, known = collections.Counter(), False
        for (of, state, _), rows in self.series.items():
            for start, end, gpus in rows:
                if of == pool and start <= at < end:
                    sums[state] += Fraction(gpus)
                    known |= state == "delivered"
        return max(0, sums["delivered"] + sums["replaced"] - sums["excluded"]) if known else None

    def expected(self):
        times = {*range(START, END + 1, HOUR), *(at for at, _ in self.steps + self.delivered)}
        for _, start, end, _ in self.runs:
            times |= {start, end}
        for rows in self.series.values():
            times |= {at for start, end, _ in rows for at in (start, end)}
        times = sorted(at for at in times if START <= at <= END)
        came, used, contracted = collections.Counter(), collections.Counter(), 0
        for start, end in zip(times, times[1:]):
            quantity = value_at(self.steps, start, 0)
            agreed = min(quantity, value_at(self.delivered, start, quantity))
            stated = [self.stated(pool, start) for pool in self.pools]
            there = [gpus for gpus in stated if gpus is not None]
            interval = (start - START) // HOUR if self.reserved else 0
            gpus = sum(there) if there else agreed
            came[interval] += (min(agreed, gpus) if self.reserved else gpus) * (end - start)
            used[interval] += sum(gpus for _, first, last, gpus in self.runs
                                  if first <= start < last) * (end - start)
            contracted += quantity * (end - start)
        if not self.reserved:
            came[0] = min(came[0], contracted)
        covered = sum(min(used[interval], came[interval]) for interval in came)
        return {"covered": covered, "undelivered": contracted - sum(came.values()),
                "unused": sum(came.values()) - covered, "on_demand": sum(used.values()) - covered}

    def check(self):
        got = collections.Counter()
        for line in self.books.statement("c", "2026-10"):
            # A block's unused hours are its shortfall.
            got[line["kind"].replace("shortfall", "unused")] += Fraction(line["gpu_seconds"])
        for kind, amount in self.expected().items():
            assert abs(got.pop(kind, 0) * SECOND - amount) <= 1, kind
        assert not any(got.values())
        assert self.books.verify() == []


@pytest.mark.parametrize("n", range(12))
def test_a_month(tmp_path, n):
    print(f"DRAWDOWN_SEED={SEED}")
    month = Month(tmp_path, SEED + n)
    with month.books:
        month.agree()
        for _ in range(month.random.randint(1, 6)):
            month.state()
        month.run()
        month.check()
