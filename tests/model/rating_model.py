"""Statements again, the slow and obvious way: every bucket of the term up to the
period's end, every piece of every commitment, with exact fractions. Written
from docs/contracts.md and docs/formats.md, not from src/rating.

Money is a Fraction, GPU time an integer of GPU-microseconds."""

from fractions import Fraction

from rating_terms import Terms, applies, half_even, share, split
from rating_text import HOUR_US, contract

KINDS = ["covered", "on_demand", "overage", "unpriced", "grain", "unused",
         "undelivered", "shortfall", "rollover_in", "rollover_out", "credit",
         "correction", "rounding"]


def atto(money):
    """What is kept of an amount that is not written: 1e-18."""
    return Fraction(half_even(money * 10 ** 18), 10 ** 18)


class Charge:
    """tenant, pool, commitment: "" for none. price None: no cost of its own."""

    def __init__(self, end, tenant, pool, commitment, kind, time, price=None,
                 money=None):
        self.end = end
        self.tenant = tenant
        self.pool = pool
        self.commitment = commitment
        self.kind = kind
        self.time = time
        self.price = price
        self.money = money

    def cost(self):
        if self.money is not None:
            return self.money
        return Fraction(self.time or 0) * (self.price or 0) / HOUR_US


class Usage:
    """One cell of one bucket while it is priced."""

    def __init__(self, tenant, pool, time):
        self.tenant = tenant
        self.pool = pool
        self.time = time
        self.unpriced = time  # by no layer so far
        self.unmet = time  # in the layer at hand
        self.drawn_in = {}  # layer -> time, of what is priced


class Rating:
    def __init__(self, case, period, at):
        self.terms = Terms(contract(case.text))
        self.bucket_us = case.bucket_us
        self.period = period
        self.at = at
        self.cells = self._cells(case)
        self.charges = []
        self.metered = 0
        self.drawn = {}  # (piece, interval) -> time
        self.rolled = {}  # piece -> [(age, time)] into the next interval
        self.rolled_in = {}  # (piece, interval) -> [[age, time]]
        self.tiers = {}  # (rate, interval) -> time

    def _cells(self, case):
        cells = {}
        for tenant, pool, start, end, micro in case.uses:
            bucket = start // self.bucket_us * self.bucket_us
            while bucket < end:
                length = (min(end, bucket + self.bucket_us)
                          - max(start, bucket))
                key = (bucket, tenant, pool)
                cells[key] = cells.get(key, 0) + micro * length // 1_000_000
                bucket += self.bucket_us
        by_bucket = {}
        for (bucket, tenant, pool), time in sorted(cells.items()):
            if time and pool.split("/")[0] == self.terms.provider:
                by_bucket.setdefault(bucket, []).append((tenant, pool, time))
        return by_bucket

    def run(self):
        terms = self.terms
        until = min(self.period[1], terms.end)
        bucket = terms.start
        while bucket + self.bucket_us <= min(until, self.at):
            self._bucket(bucket)
            bucket += self.bucket_us
            for piece in terms.pieces:
                self._end_of_interval(piece, bucket)
        for piece in terms.spends:
            self._spend(piece, min(until, self.at))
        start, end = self.period
        return [c for c in self.charges if start < c.end <= end]

    # A bucket ------------------------------------------------------------

    def _bucket(self, bucket):
        usages = [Usage(*cell) for cell in self.cells.get(bucket, [])]
        if not usages:
            return
        end = bucket + self.bucket_us
        if self.period[0] < end:
            self.metered += sum(u.time for u in usages)
        alive = [p for p in self.terms.pieces if p.alive(bucket)]
        alive.sort(key=lambda p: (p.layer, p.burn_key(bucket)))
        layer = None
        for piece in alive:
            if piece.layer != layer:
                layer = piece.layer
                for usage in usages:
                    usage.unmet = usage.time
            self._cover(piece, bucket, usages)
        self._beyond(alive, bucket, usages)

    def _cover(self, piece, bucket, usages):
        key = (piece, piece.cut(bucket))
        rolled = self._rolled_in(piece, key)
        left = (piece.entitled(bucket) + sum(t for _, t in rolled)
                - self.drawn.get(key, 0))
        eligible = [u for u in usages if u.unmet > 0 and applies(
            piece.rules, self.terms.subject(u.pool, u.tenant))]
        wanted = sum(u.unmet for u in eligible)
        if not wanted or not left:
            return
        parts = split(min(left, wanted), [u.unmet for u in eligible])
        for usage, part in zip(eligible, parts):
            self._draw(piece, bucket, usage, part)
        self.drawn[key] = self.drawn.get(key, 0) + sum(parts)

    def _draw(self, piece, bucket, usage, part):
        priced = min(part, usage.unpriced)
        usage.unmet -= part
        usage.unpriced -= priced
        for time, price in ((priced, piece.price), (part - priced, None)):
            if time:
                self._charge(bucket, usage, piece.id, "covered", time, price,
                             piece.layer)

    def _charge(self, bucket, usage, commitment, kind, time, price, layer=None):
        charge = Charge(bucket + self.bucket_us, usage.tenant, usage.pool,
                        commitment, kind, time, price)
        charge.layer = layer
        self.charges.append(charge)

    def _beyond(self, alive, bucket, usages):
        """What no commitment covers."""
        on_demand = {}
        for usage in usages:
            if not usage.unpriced:
                continue
            subject = self.terms.subject(usage.pool, usage.tenant)
            over = next((p for p in alive if p.overage is not None
                         and p.expansion is None
                         and applies(p.rules, subject)), None)
            rate = self.terms.rate(usage.pool, bucket)
            if over is not None:
                self._over(over, bucket, usage)
            elif rate is None:
                self._charge(bucket, usage, "", "unpriced", usage.unpriced,
                             None)
            else:
                on_demand.setdefault(rate["rank"], (rate, []))[1].append(usage)
        for rate, priced in on_demand.values():
            self._on_demand(rate, bucket, priced)

    def _over(self, piece, bucket, usage):
        clause = piece.overage
        if clause.get("refuse") == ["true"]:
            self._charge(bucket, usage, piece.id, "unpriced", usage.unpriced,
                         None)
            return
        if "price" in clause:
            price = Fraction(clause["price"][0])
        else:
            price = piece.price * Fraction(clause["factor"][0])
        self._charge(bucket, usage, piece.id, "overage", usage.unpriced, price)

    def _on_demand(self, rate, bucket, usages):
        key = (rate["rank"],
               self.terms.calendar.interval(rate["interval"], bucket))
        left = [u.unpriced for u in usages]
        for up_to, price in rate["tiers"]:
            total = sum(left)
            counted = self.tiers.get(key, 0)
            room = total if up_to is None else max(0, up_to - counted)
            taken = min(total, room)
            if not taken:
                continue
            parts = split(taken, left)
            for i, usage in enumerate(usages):
                left[i] -= parts[i]
                if parts[i]:
                    self._charge(bucket, usage, "", "on_demand", parts[i],
                                 price)
            self.tiers[key] = counted + taken

    # An interval's end -----------------------------------------------------

    def _rolled_in(self, piece, key):
        if key not in self.rolled_in:
            self.rolled_in[key] = self.rolled.pop(piece, [])
        return self.rolled_in[key]

    def _end_of_interval(self, piece, end):
        last = end - self.bucket_us
        if not piece.alive(last) or piece.cut(last)[1] != end:
            return
        key = (piece, piece.cut(last))
        contracted = piece.contracted(last)
        entitled = piece.entitled(last)
        rolled = self._rolled_in(piece, key)
        drawn = self.drawn.get(key, 0)

        def book(kind, time, price=None):
            if time:
                charge = Charge(end, "", "", piece.id, kind, time, price)
                charge.layer = piece.layer
                self.charges.append(charge)

        price = piece.shortfall_price if piece.pays else None
        book("undelivered", contracted - entitled)
        if piece.continuous:
            book("unused", entitled - drawn, price)
            return
        book("rollover_in", sum(t for _, t in rolled))
        # Rolled-in hours are drawn first, the oldest before the others.
        ages = []
        for age, time in rolled:
            used = min(time, drawn)
            drawn -= used
            ages.append((age, time - used))
        ages.append((0, entitled - drawn))
        # The cap is for what an interval adds, not for what was carried before.
        room = half_even(piece.cap * contracted)
        lapsed = 0
        out = []
        for age, time in ages:
            stays = time if age < piece.rolls and end < piece.life[1] else 0
            if age == 0:
                stays = min(stays, room)
            room = max(0, room - stays)
            lapsed += time - stays
            if stays:
                out.append((age + 1, stays))
        book("rollover_out", sum(t for _, t in out))
        self.rolled[piece] = out
        book("shortfall", lapsed, price)

    # Spend -------------------------------------------------------------------

    def _spend(self, piece, until):
        at = piece.life[0]
        while at < piece.life[1]:
            start, end = piece.cut(at)
            if end > until:
                break
            counted = Fraction(0)
            for charge in self.charges:
                if start < charge.end <= end:
                    counted += self._counts(piece, charge)
            missing = atto(piece.committed(at)) - atto(counted)
            if missing > 0 and piece.pays:
                self.charges.append(Charge(end, "", "", piece.id, "shortfall",
                                           None, None, missing))
            at = end

    def _counts(self, piece, charge):
        if charge.kind not in ("covered", "on_demand", "overage", "unused",
                               "shortfall") or charge.time is None:
            return 0
        # Commitments of one layer share usage exclusively.
        if charge.layer == piece.layer:
            return 0
        subject = self.terms.subject(charge.pool, charge.tenant, charge.kind)
        if not applies(piece.rules, subject):
            return 0
        return charge.cost() * share(piece.rules, subject)


# Lines ---------------------------------------------------------------------

def decimal(value, scale):
    """A Fraction, rounded half-even, without trailing zeros."""
    count = half_even(value * 10 ** scale)
    digits = f"{abs(count):0{scale + 1}d}"
    text = digits[:len(digits) - scale] or "0"
    part = digits[len(digits) - scale:].rstrip("0") if scale else ""
    return ("-" if count < 0 else "") + text + ("." + part if part else "")


def nine(value):
    count = half_even(value * 10 ** 9)
    sign, count = ("-", -count) if count < 0 else ("", count)
    return f"{sign}{count // 10 ** 9}.{count % 10 ** 9:09d}"


def seconds(time):
    return decimal(Fraction(time, 1_000_000), 6)


def statement(case, period, at=None):
    """(lines, "total metered") as the golden tables write them."""
    rating = Rating(case, period, at if at is not None else 1 << 62)
    scale = 18 if rating.terms.level == "STATEMENT" else rating.terms.scale
    lines = {}
    for charge in rating.run():
        key = (charge.tenant, charge.pool, charge.commitment,
               KINDS.index(charge.kind),
               -1 if charge.price is None else charge.price)
        line = lines.setdefault(key, [None, Fraction(0)])
        if charge.time is not None:
            line[0] = (line[0] or 0) + charge.time
        line[1] += charge.cost()
    total = Fraction(0)
    texts = []
    for key in sorted(lines):
        tenant, pool, commitment, kind, price = key
        time, exact = lines[key]
        cost = decimal(exact, scale)
        if KINDS[kind] == "unpriced":
            cost = ""
        total += Fraction(cost or 0)
        texts.append([key[:4], tenant, pool, commitment, KINDS[kind],
                      "" if time is None else seconds(time),
                      "" if time is None else nine(Fraction(time, HOUR_US)),
                      "" if price == -1 else decimal(price, 18), cost])
    owed = Fraction(decimal(total, rating.terms.scale))
    if owed != total:
        texts.append([("", "", "", 12), "", "", "", "rounding", "", "", "",
                      decimal(owed - total, 18)])
    texts.sort(key=lambda line: line[0])
    return ([",".join(line[1:]) for line in texts],
            f"{decimal(owed, 18)} {seconds(rating.metered)}")
