"""Capacity that was stated: how many GPUs of each pool there were, and what a
commitment lacks of its quantity for want of them (docs/contracts.md, "Capacity
that was stated"). GPU time is a Fraction until an interval's lack is summed."""

from bisect import bisect_right
from fractions import Fraction

from rating_terms import half_even, holds
from rating_text import instant

OF_POOL = ("pool", "region", "sku", "provider")
BY_LENGTH = ["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "QUARTERLY",
             "SEMI_ANNUAL", "ANNUAL", "FULL_PERIOD"]


def covers(piece, pool):
    subject = piece.terms.subject(pool)
    return all(holds(rule, subject) for rule in piece.rules
               if "fraction" not in rule and rule["dimension"][0] in OF_POOL)


class Supply:
    def __init__(self, case, provider, strands):
        self.strands = strands
        self.rows = {}  # pool -> [(from, to, micro-GPUs, state)]
        for pool, start, end, gpus, state in case.capacity:
            if pool.split("/")[0] == provider:
                self.rows.setdefault(pool, []).append(
                    (instant(start), instant(end),
                     int(Fraction(gpus) * 1_000_000), state))
        self.rows = {pool: rows for pool, rows in self.rows.items()
                     if any(row[3] == "delivered" for row in rows)}
        self.edges = sorted({edge for rows in self.rows.values()
                             for row in rows for edge in row[:2]})
        self.pools_of = {}  # (strand, part) -> pools in order of taking

    def gpus(self, pool, at):
        """In micro-GPUs; None where nothing is known."""
        sums = {"delivered": None, "excluded": 0, "replaced": 0}
        for start, end, micro, state in self.rows[pool]:
            if start <= at < end:
                sums[state] = (sums[state] or 0) + micro
        if sums["delivered"] is None:
            return None
        return max(0, sums["delivered"] + sums["replaced"] - sums["excluded"])

    def lack(self, strand, at):
        """Of the interval that contains the instant, in GPU-microseconds."""
        low, high = strand.cut(at)
        if not any(covers(part[2], pool) for part in strand.parts
                   for pool in self.rows):
            return 0
        total = Fraction(0)
        moment = low
        while moment < high:
            sharers = self._sharers(strand, moment)
            until = min([high, *(edge for other in self.strands
                                 for edge in self._edges(other, moment)
                                 if edge > moment),
                         *self.edges[bisect_right(self.edges, moment):][:1]])
            lacks = self._lack_at(strand, sharers, moment)
            if strand.piece(moment).continuous:
                lacks = max(0, lacks)
            total += lacks * (until - moment)
            moment = until
        return half_even(max(0, total))

    def _edges(self, strand, at):
        """Instants at which what it is due may change next."""
        if not strand.alive(at):
            return [strand.life[0]]
        start, end, piece = next(p for p in strand.parts if p[0] <= at < p[1])
        return [end, strand.cut(at)[1], *piece.edges()]

    def _sharers(self, strand, at):
        """Those of its layer that take before it, in order, and itself."""
        layer = strand.piece(at).layer
        living = [s for s in self.strands
                  if s.alive(at) and s.piece(at).layer == layer
                  and self._pools(s, at)]
        living.sort(key=lambda s: self._order(s.piece(at)))
        if strand not in living:
            return []
        return living[:living.index(strand) + 1]

    @staticmethod
    def _order(piece):
        return (piece.priority, BY_LENGTH.index(piece.kind), piece.own_price,
                piece.key)

    def _pools(self, strand, at):
        """First those that the fewest of the version's commitments cover."""
        part = next(p for p in strand.parts if p[0] <= at < p[1])
        if part not in self.pools_of:
            piece = part[2]
            rivals = [p for s in self.strands for _, _, p in s.parts
                      if p.terms is piece.terms and p.layer == piece.layer]
            self.pools_of[part] = sorted(
                (pool for pool in self.rows if covers(piece, pool)),
                key=lambda pool: (sum(covers(r, pool) for r in rivals), pool))
        return self.pools_of[part]

    def _lack_at(self, strand, sharers, at):
        """GPUs, as a Fraction."""
        left = {}
        for pool in self.rows:
            micro = self.gpus(pool, at)
            if micro is not None:
                left[pool] = Fraction(micro, 1_000_000)
        for sharer in sharers:
            piece = sharer.piece(at)
            start, end = sharer.whole(at)
            there = [p for p in self._pools(sharer, at) if p in left]
            if sharer is strand:
                if not there:
                    return Fraction(0)
                return (Fraction(piece.came(at), end - start)
                        - sum(left[p] for p in there))
            due = Fraction(min(piece.promised(at), piece.came(at)),
                           end - start)
            for pool in there:
                taken = min(due, left[pool])
                left[pool] -= taken
                due -= taken
        return Fraction(0)
