"""Random quotes of holds, against what statements say once the time was used.

Contracts have commitments in layers, end and follow each other, and are amended from a later
instant on. A quote changes nothing; its copy of the books uses what was asked for.
"""
import collections
import datetime
import os
import random
from fractions import Fraction

import drawdown
import pytest
from naive_books import HOUR, SECOND, instant, micros

DAY = 24 * HOUR
NOTHING = datetime.timedelta(0)
ROUNDING = Fraction(1, 10**9)  # More than a statement rounds, and less than a cent.
SEED = int(os.environ.get("DRAWDOWN_SEED", random.randrange(1 << 32)))
OCTOBER = micros(datetime.datetime(2026, 10, 1, tzinfo=datetime.timezone.utc))
POOLS = ["p/x", "p/y"]
TENANTS = ["a/b", "a/c", "e", "n/new"]
USAGE = ("on_demand", "overage", "unpriced")


def text(at):
    return instant(at).isoformat().replace("+00:00", "Z")


def seconds(amount):
    return f"{amount // SECOND}.{amount % SECOND:06}"


class Offer:
    """Writes contracts that round at the 15th decimal."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def any_of(self, *of):
        return self.random.choice(of)

    def rates(self, pools):
        for pool in pools:
            price = self.any_of(
                'price: "4"', 'price: "2"', 'tier { up_to: "10" price: "4" } tier { price: "3" }',
                None)
            if price:
                yield f'rate {{ pool: "{pool}" {price} }}'

    def commitment(self, name, start, end):
        model, interval = self.any_of(
            ("CONTINUOUS", "HOURLY"), ("CONTINUOUS", "DAILY"), ("DISCONTINUOUS", "WEEKLY"),
            ("DISCONTINUOUS", "MONTHLY"), ("DISCONTINUOUS", "FULL_PERIOD"))
        begins = min(start + self.any_of(0, 1, 5) * DAY, end - HOUR)
        half = self.any_of("", "", 'fraction: "0.5"')
        pool = self.any_of(*POOLS)
        applies = self.any_of(
            "", f'applies {{ dimension: "pool" operator: IN value: "{pool}" {half} }}',
            'applies { dimension: "tenant" operator: STARTS_WITH value: "a" }')
        shortfall = self.any_of("", "shortfall { policy: TAKE_OR_PAY }")
        common = (f'commitment {{ id: "{name}" model: {model} interval: {interval} '
                  f'layer: {self.any_of(1, 1, 2)} priority: {self.any_of(0, 1, 2)} '
                  f'{applies} {shortfall} ')
        amount = self.any_of(1, 4, 20, 100)
        if self.random.random() < 0.15:
            yield (common + "category: SPEND "
                   f'step {{ from: "{text(begins)}" cost: "{amount}" }} }}')
            return
        overage = self.any_of("", "", 'overage { price: "5" }', 'overage { factor: "1.5" }',
                              "overage { refuse: true }")
        yield (common + f'category: USAGE price: "{self.any_of(1, 2, 3)}" {overage} '
               f'step {{ from: "{text(begins)}" quantity: "{amount}" }} }}')
        if self.random.random() < 0.2:
            yield (f'allotment {{ commitment: "{name}" tenant: "a/b" share: "0.5" '
                   f'may_borrow: {self.any_of("true", "false")} }}')

    def contract(self, name, start, end, *, effective=None, pools=POOLS):
        lines = [f'id: "{name}" provider: "p" currency: "USD"',
                 f'term {{ start: "{text(start)}" end: "{text(end)}" }}',
                 "rounding { level: LINE scale: 15 }"]
        if effective is not None:
            lines.append(f'effective: "{text(effective)}"')
        lines += self.rates(pools)
        for n in range(self.any_of(0, 1, 1, 2, 3)):
            lines += self.commitment(f"{name}{n}", start, end)
        if self.random.random() < 0.2:
            lines.append(f'credit {{ id: "{name}c" amount: "20" from: "{text(start)}" '
                         f'until: "{text(end)}" }}')
        return "\n".join(lines)


class Quoted:
    def __init__(self, directory, seed):
        self.offer = Offer(seed)
        self.random = self.offer.random
        self.directory = directory
        self.now = OCTOBER + 33 * DAY + self.random.randrange(26 * 24) * HOUR + self.offer.any_of(
            0, 1, 1800) * SECOND
        self.contracts = ["c"]

    def open(self, name, **options):
        return drawdown.Ledger(self.directory / name, drain_interval=NOTHING,
                               clock=lambda: instant(self.now), **options)

    def agree(self, books):
        end = OCTOBER + 33 * DAY + self.offer.any_of(5, 20, 27, 40, 80) * DAY
        start = min(OCTOBER + self.offer.any_of(0, 0, 45) * DAY, end - DAY)
        books.apply_contract_texts({"c": self.offer.contract("c", start, end)})
        if self.random.random() < 0.4:
            self.contracts.append("d")
            begins = end + self.offer.any_of(0, 1) * DAY
            books.apply_contract_texts({"d": self.offer.contract("d", begins, begins + 200 * DAY)})
        if self.random.random() < 0.3:
            from_now = self.now // HOUR * HOUR + self.offer.any_of(-100, 1, 5, 100) * HOUR
            effective = min(max(start, from_now), end - HOUR)
            try:
                books.apply_contract_texts({"c": self.offer.contract(
                    "c", start, end, effective=effective, pools=POOLS[self.offer.any_of(0, 1):])})
            except drawdown.BadInputError:
                pass  # Two contracts would price a pool.

    def use(self, books, rows):
        path = self.directory / "usage.csv"
        path.write_text("usage_id,tenant,pool,start,end,gpu_seconds\n" + "".join(
            f"{name},{tenant},{pool},{seconds(start)},{seconds(end)},{seconds(amount)}\n"
            for name, tenant, pool, start, end, amount in rows))
        books.import_files("usage", [path])

    def before(self, books):
        rows = []
        for n in range(self.random.randrange(4)):
            start = self.now - self.random.randrange(2, 20 * 24) * HOUR
            rows.append((f"u{n}", self.offer.any_of(*TENANTS[:3]), self.offer.any_of(*POOLS), start,
                         start + HOUR // 2, self.offer.any_of(100, 3600, 36000) * SECOND))
        self.use(books, rows)
        if self.random.random() < 0.5:
            books.start_run("run", "e", self.offer.any_of(*POOLS), 2,
                            instant(self.now - self.random.randrange(50) * HOUR))

    def lines(self, books, at):
        """What statements of the months from now to then come to."""
        sums = collections.defaultdict(lambda: [Fraction(0), Fraction(0)])
        month = instant(self.now).replace(day=1, hour=0, minute=0, second=0)
        while micros(month) < at:
            for contract in self.contracts:
                try:
                    statement = books.statement(contract, f"{month:%Y-%m}", at=instant(at))
                except drawdown.NotFoundError:
                    continue  # It has not begun, or is over.
                self.add(sums, statement, contract)
            month = (month + datetime.timedelta(days=32)).replace(day=1)
        return sums

    @staticmethod
    def add(sums, lines, contract=None):
        for line in lines:
            price = line["unit_price"] and Fraction(line["unit_price"])
            key = (contract or line["contract"], line["commitment"] or "", line["kind"], price)
            if line["kind"] == "unpriced":
                key = ("unpriced",)  # Whose it would be is of no account.
            sums[key][0] += Fraction(line["gpu_seconds"] or 0)
            sums[key][1] += Fraction(line["cost"] or 0)

    def check(self):
        with self.open("books", create=True) as books:
            self.agree(books)
            self.before(books)
            tenant, pool = self.offer.any_of(*TENANTS), self.offer.any_of(*POOLS)
            amount = self.offer.any_of(1, 2, 7, 20, 200, 10000) * HOUR // 2
            gpus = self.offer.any_of(0, 0, 1, 4, Fraction(1, 4), 100)
            ttl = self.offer.any_of(600, 3600, 7200, 5 * 86400, 40 * 86400) * SECOND
            quote = books.quote_hold(tenant, pool, Fraction(amount, HOUR), gpus=gpus,
                                     ttl=datetime.timedelta(microseconds=ttl))
            books.backup(self.directory / "used")
            takes = min(int(amount / gpus), 366 * DAY) if gpus else ttl
            end = -(-(self.now + takes) // HOUR) * HOUR
            with self.open("used") as used:
                used_at, self.now = self.now, end
                self.use(used, [("q", tenant, pool, used_at, used_at + takes, amount)])
                self.now = used_at
                with_it, without = self.lines(used, end), self.lines(books, end)
        self.compare(quote.lines.to_pylist(), with_it, without, amount)

    def compare(self, lines, with_it, without, amount):
        expected = {key: [one - other for one, other in zip(with_it[key], without[key])]
                    for key in {*with_it, *without}}
        expected = {key: sums for key, sums in expected.items()
                    if sums[0] or abs(sums[1]) > ROUNDING}
        if not lines:
            assert set(expected) <= {("unpriced",)}  # Nobody prices it.
            return
        got = collections.defaultdict(lambda: [Fraction(0), Fraction(0)])
        self.add(got, lines)
        # After a contract's term usage is in no statement, and has no price.
        got_unpriced, expected_unpriced = got.pop(("unpriced",), [0, 0]), expected.pop(
            ("unpriced",), [0, 0])
        assert got_unpriced[0] >= expected_unpriced[0]
        got = {key: sums for key, sums in got.items() if sums[0] or abs(sums[1]) > ROUNDING}
        assert set(got) == set(expected)
        for key, sums in got.items():
            assert sums[0] == expected[key][0], key
            assert abs(sums[1] - expected[key][1]) < ROUNDING, key
        usage = sum(sums[0] for key, sums in got.items()
                    if key[2] in USAGE or key[2] == "covered" and key[3] is not None)
        assert (usage + got_unpriced[0]) * SECOND == amount


@pytest.mark.parametrize("n", range(40))
def test_a_quote(tmp_path, n):
    print(f"DRAWDOWN_SEED={SEED}")
    Quoted(tmp_path, SEED + n).check()
