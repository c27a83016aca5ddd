"""Statements again, the slow and obvious way: every bucket of the term up to the
period's end, every piece of every commitment, with exact fractions. Written
from docs/contracts.md and docs/formats.md, not from src/rating.

Money is a Fraction, GPU time an integer of GPU-microseconds."""

from fractions import Fraction

from rating_charge import Charge
from rating_runs import grain_cells, runs_of
from rating_spend import Spends
from rating_supply import Supply
from rating_terms import Terms, applies, half_even, share, split, strands
from rating_text import HOUR_US, contract, instant, one

class Usage:
    """One cell of one bucket while it is priced."""

    def __init__(self, tenant, pool, time):
        self.tenant = tenant
        self.pool = pool
        self.time = time
        self.unpriced = time  # by no layer so far
        self.unmet = time  # in the layer at hand
        self.counted = {}  # commitment -> time it may still count of this


def spans_of(case):
    """[(start, end, terms)]: at each instant the newest version that is
    effective by then; the first also before."""
    versions = [Terms(contract(text))
                for text in [case.text, *case.versions]]
    since = [max(v.start, instant(one(v.fields, "effective")))
             if "effective" in v.fields else v.start for v in versions]
    edges = sorted({*since, *(v.end for v in versions)})
    spans = []
    for start, end in zip(edges, edges[1:]):
        holding = [v for v, s in zip(versions, since) if s <= start]
        if holding and start < holding[-1].end:
            spans.append((start, end, holding[-1]))
    return spans, versions[-1]


class Rating:
    def __init__(self, case, period, at):
        self.spans, self.newest = spans_of(case)
        self.strands = strands(self.spans, lambda terms: terms.pieces)
        self.spends = strands(self.spans, lambda terms: terms.spends)
        supply = Supply(case, self.newest.provider, self.strands)
        for strand in self.strands:
            strand.supply = supply
        self.bucket_us = case.bucket_us
        self.period = period
        self.at = at
        self.charges = []
        self.totals = {}  # (bucket, tenant, pool) -> rated time
        self.runs = runs_of(case)
        self.grained = grain_cells(self.runs, self.bucket_us, self._grain_at,
                                   at)
        self.cells = self._cells(case)
        self.metered = 0
        self.drawn = {}  # (strand, interval) -> time
        self.drawn_of_part = {}  # (strand, interval, tenant) -> time
        self.rolled = {}  # (id, number) -> [(age, time)] into the next interval
        self.rolled_in = {}  # (strand, interval) -> [[age, time]]
        self.tiers = {}  # (selector, interval) -> time

    def terms_at(self, at):
        return next(t for start, end, t in self.spans if start <= at < end)

    def _grain_at(self, at):
        fields = [t.fields for start, end, t in self.spans if start <= at < end]
        return one(fields[0], "grain") if fields else None

    def _cells(self, case):
        """Metered time, with what the grain adds; a `grain` charge each for
        that."""
        cells = {}
        for tenant, pool, start, end, micro in case.uses:
            bucket = start // self.bucket_us * self.bucket_us
            while bucket < end:
                length = (min(end, bucket + self.bucket_us)
                          - max(start, bucket))
                key = (bucket, tenant, pool)
                cells[key] = cells.get(key, 0) + micro * length // 1_000_000
                bucket += self.bucket_us
        self.metered_in = {}  # bucket -> time
        for (bucket, _, pool), time in cells.items():
            if pool.split("/")[0] == self.newest.provider:
                self.metered_in[bucket] = self.metered_in.get(
                    bucket, 0) + time
        for (bucket, number, _), time in self.grained.items():
            run = self.runs[number]
            key = (bucket, run.tenant, run.pool)
            cells[key] = cells.get(key, 0) + time
            ended = bucket + self.bucket_us <= self.at
            inside = ended and (
                self.spans[0][0] <= bucket < self.spans[-1][1])
            if run.pool.split("/")[0] == self.newest.provider and inside:
                charge = Charge(bucket + self.bucket_us, run.tenant, run.pool,
                                "", "grain", time)
                charge.layer = None
                self.charges.append(charge)
        self.totals = cells
        by_bucket = {}
        for (bucket, tenant, pool), time in sorted(cells.items()):
            if time and pool.split("/")[0] == self.newest.provider:
                by_bucket.setdefault(bucket, []).append((tenant, pool, time))
        return by_bucket

    def run(self):
        """Every charge up to the period's end."""
        until = min(self.period[1], self.spans[-1][1])
        bucket = self.spans[0][0]
        while bucket + self.bucket_us <= min(until, self.at):
            self._bucket(bucket)
            bucket += self.bucket_us
            for strand in self.strands:
                self._end_of_interval(strand, bucket)
        Spends(self).run(min(until, self.at))
        return self.charges

    # A bucket ------------------------------------------------------------

    def _bucket(self, bucket):
        if self.period[0] < bucket + self.bucket_us:
            self.metered += self.metered_in.get(bucket, 0)
        usages = [Usage(*cell) for cell in self.cells.get(bucket, [])]
        if not usages:
            return
        self.terms = self.terms_at(bucket)
        alive = [s for s in self.strands if s.alive(bucket)]
        alive.sort(key=lambda s: s.burn_key(bucket))
        layer = None
        for strand in alive:
            if strand.piece(bucket).layer != layer:
                layer = strand.piece(bucket).layer
                for usage in usages:
                    usage.unmet = usage.time
            self._cover(strand, bucket, usages)
        self._beyond([s.piece(bucket) for s in alive], bucket, usages)

    def _countable(self, piece, usage):
        """What of a cell the commitment may still draw or price as overage:
        of its whole time the share that counts, less what it drew."""
        subject = self.terms.subject(usage.pool, usage.tenant)
        if not applies(piece.rules, subject):
            return 0
        if piece.id not in usage.counted:
            usage.counted[piece.id] = half_even(
                usage.time * share(piece.rules, subject))
        return usage.counted[piece.id]

    def _cover(self, strand, bucket, usages):
        piece = strand.piece(bucket)
        key = (strand, strand.cut(bucket))
        rolled = self._rolled_in(strand, piece, key)
        wants = {u: min(u.unmet, self._countable(piece, u)) for u in usages}
        eligible = [u for u in usages if wants[u] > 0]

        def left():
            return (strand.entitled(bucket) + sum(t for _, t in rolled)
                    - self.drawn.get(key, 0))

        drawn = {}  # usage -> time: one charge each

        def take(amount, cells):
            amount = min(amount, sum(wants[u] for u in cells))
            if amount <= 0:
                return
            for usage, part in zip(cells, split(
                    amount, [wants[u] for u in cells])):
                drawn[usage] = drawn.get(usage, 0) + part
                wants[usage] -= part
            self.drawn[key] = self.drawn.get(key, 0) + amount

        def owner(usage, tenants):
            return next((t for t in tenants if usage.tenant == t
                         or usage.tenant.startswith(t + "/")), None)

        # Each part first, for its tenant.
        parts = strand.parts_of(bucket)
        wanted = {}
        for tenant, part in parts.items():
            cells = [u for u in eligible if owner(u, parts) == tenant]
            before = self.drawn_of_part.get((*key, tenant), 0)
            wanted[tenant] = min(max(0, part - before),
                                 sum(wants[u] for u in cells))
        if sum(wanted.values()) > left():
            wanted = dict(zip(wanted, split(left(), list(wanted.values()))))
        for tenant, amount in wanted.items():
            take(amount, [u for u in eligible if owner(u, parts) == tenant])
            spent = (*key, tenant)
            self.drawn_of_part[spent] = self.drawn_of_part.get(
                spent, 0) + amount
        # What is left for those that may borrow or have no part.
        borrowers = {one(a, "tenant") for a in piece.allotments
                     if one(a, "may_borrow") == "true"} | {None}
        take(left(), [u for u in eligible if owner(u, parts) in borrowers])
        for usage in eligible:
            if drawn.get(usage):
                self._draw(piece, bucket, usage, drawn[usage])

    def _draw(self, piece, bucket, usage, part):
        priced = min(part, usage.unpriced)
        usage.unmet -= part
        usage.unpriced -= priced
        usage.counted[piece.id] -= part
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
            for piece in alive:
                if piece.overage is not None and piece.expansion is None:
                    self._over(piece, bucket, usage)
            if not usage.unpriced:
                continue
            rate = self.terms.rate(usage.pool, bucket)
            if rate is None:
                self._charge(bucket, usage, "", "unpriced", usage.unpriced,
                             None)
            else:
                on_demand.setdefault(rate["rank"], (rate, []))[1].append(usage)
        for rate, priced in on_demand.values():
            self._on_demand(rate, bucket, priced)

    def _over(self, piece, bucket, usage):
        time = min(usage.unpriced, self._countable(piece, usage))
        if not time:
            return
        usage.unpriced -= time
        clause = piece.overage
        if clause.get("refuse") == ["true"]:
            self._charge(bucket, usage, piece.id, "unpriced", time, None,
                         piece.layer)
            return
        if "price" in clause:
            price = Fraction(clause["price"][0])
        else:
            price = piece.price * Fraction(clause["factor"][0])
        self._charge(bucket, usage, piece.id, "overage", time, price,
                     piece.layer)

    def _on_demand(self, rate, bucket, usages):
        key = (rate["selector"], rate["from"],
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

    def _rolled_in(self, strand, piece, key):
        if key not in self.rolled_in:
            # Into this interval, if this strand is the one that left them.
            left_by, hours_left = self.rolled.pop(piece.key, (strand, []))
            self.rolled_in[key] = hours_left if left_by is strand else []
        return self.rolled_in[key]

    def _end_of_interval(self, strand, end):
        last = end - self.bucket_us
        if not strand.alive(last) or strand.cut(last)[1] != end:
            return
        piece = strand.piece(last)
        key = (strand, strand.cut(last))
        contracted = strand.contracted(last)
        entitled = strand.entitled(last)
        rolled = self._rolled_in(strand, piece, key)
        drawn = self.drawn.get(key, 0)

        def book(kind, time, price=None, tenant=""):
            if time:
                charge = Charge(end, tenant, "", piece.id, kind, time, price)
                charge.layer = piece.layer
                self.charges.append(charge)

        def book_rest(kind, time):
            """To the owners of what was not drawn, and to nobody."""
            undrawn = {tenant: max(0, part - self.drawn_of_part.get(
                (*key, tenant), 0))
                for tenant, part in strand.parts_of(last).items()}
            if sum(undrawn.values()) > time:
                undrawn = dict(zip(undrawn, split(
                    time, list(undrawn.values()))))
            price = piece.shortfall_price if piece.pays else None
            for tenant, part in undrawn.items():
                book(kind, part, price, tenant)
            book(kind, time - sum(undrawn.values()), price)

        book("undelivered", contracted - entitled)
        if piece.continuous:
            book_rest("unused", entitled - drawn)
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
            stays = time if age < piece.rolls and end < strand.life[1] else 0
            if age == 0:
                stays = min(stays, room)
            room = max(0, room - stays)
            lapsed += time - stays
            if stays:
                out.append((age + 1, stays))
        book("rollover_out", sum(t for _, t in out))
        self.rolled[piece.key] = (strand, out)
        book_rest("shortfall", lapsed)
