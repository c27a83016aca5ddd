"""Spend commitments: what money counts toward which, and what is missing."""

from fractions import Fraction

from rating_charge import Charge
from rating_terms import applies, half_even, share

COUNTED = ("covered", "on_demand", "overage", "unused", "shortfall")


def atto(money):
    """What is kept of an amount that is not written: 1e-18."""
    return Fraction(half_even(money * 10 ** 18), 10 ** 18)


class SpendLayer:
    """The spend commitments of one layer, over all charges of the layers below
    and of usage: each charge counts once, toward the first in burn order until
    that one is full; the last one counts what is beyond."""

    def __init__(self, rating, layer):
        self.rating = rating
        self.layer = layer
        self.strands = [s for s in rating.spends
                        if s.parts[0][2].layer == layer]
        self.counted = {}  # (strand, interval) -> money
        self.rolled = {}  # strand -> [(age, money)]
        self.rolled_in = {}  # (strand, interval) -> [(age, money)]

    def run(self, until):
        by_end = {}
        for charge in self.rating.charges:
            by_end.setdefault(charge.end, []).append(charge)
        bucket = self.rating.bucket_us
        end = min(s.life[0] for s in self.strands) + bucket
        while end <= until:
            alive = [s for s in self.strands if s.alive(end - bucket)]
            alive.sort(key=lambda s: s.burn_key(end - bucket))
            if end in by_end and alive:
                self._count(alive, end - bucket, by_end[end])
            for strand in alive:
                if strand.cut(end - bucket)[1] == end:
                    self._close(strand, end)
            end += bucket

    def _key(self, strand, at):
        key = (strand, strand.cut(at))
        if key not in self.rolled_in:
            self.rolled_in[key] = self.rolled.pop(strand, [])
        return key

    def _room(self, strand, at):
        key = self._key(strand, at)
        return (atto(strand.committed(at))
                + sum(m for _, m in self.rolled_in[key])
                - self.counted.get(key, 0))

    def _count(self, alive, at, charges):
        left = {c: atto(c.cost()) for c in charges
                if c.kind in COUNTED and self._stacks(c)}
        for strand in alive:
            piece = strand.piece(at)
            shares = {}
            for charge in left:
                subject = piece.terms.subject(charge.pool, charge.tenant,
                                              charge.kind)
                if applies(piece.rules, subject):
                    shares[charge] = share(piece.rules, subject)
            total = sum(left[c] * s for c, s in shares.items())
            key = self._key(strand, at)
            taken = Fraction(1)
            room = self._room(strand, at)
            if strand is not alive[-1] and total > room:
                taken = max(Fraction(0), room) / total
            self.counted[key] = self.counted.get(key, 0) + total * taken
            for charge in shares:
                left[charge] -= left[charge] * taken

    def _stacks(self, charge):
        """Commitments of one layer share usage exclusively; what a spend
        commitment lacks counts in the layers above it."""
        if charge.time is None:
            return charge.layer < self.layer
        return charge.layer != self.layer

    def _close(self, strand, end):
        last = end - self.rating.bucket_us
        piece = strand.piece(last)
        key = self._key(strand, last)

        def book(kind, money):
            charge = Charge(end, "", "", piece.id, kind, None, None, money)
            charge.layer = self.layer
            self.rating.charges.append(charge)

        committed = atto(strand.committed(last))
        counted = atto(self.counted.get(key, 0))
        rolled = self.rolled_in[key]
        # What was rolled in is spent first, the oldest before the others.
        ages = []
        for age, money in rolled:
            used = min(money, counted)
            counted -= used
            ages.append((age, money - used))
        ages.append((0, max(Fraction(0), committed - counted)))
        room = atto(piece.cap * committed)
        lapsed = 0
        out = []
        for age, money in ages:
            stays = money if age < piece.rolls and end < strand.life[1] else 0
            if age == 0:
                stays = min(stays, room)
            room = max(0, room - stays)
            lapsed += money - stays
            if stays:
                out.append((age + 1, stays))
        self.rolled[strand] = out
        if sum(m for _, m in rolled):
            book("rollover_in", Fraction(0))
        if out:
            book("rollover_out", Fraction(0))
        if lapsed > 0 and piece.pays:
            book("shortfall", lapsed)
