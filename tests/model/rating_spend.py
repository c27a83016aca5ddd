"""Spend commitments: what money counts toward which, and what is missing."""

from fractions import Fraction

from rating_charge import Charge
from rating_terms import applies, half_even, share, split

COUNTED = ("covered", "on_demand", "overage", "unused", "shortfall")
ATTO = 10 ** 18


def atto(money):
    """What is kept of an amount that is not written: whole 1e-18."""
    return half_even(money * ATTO)


class Piece:
    """Of a charge, the money that no commitment of a layer counted so far."""

    def __init__(self, charge, left):
        self.charge = charge
        self.left = left

    def key(self):
        """Who has the rest of a split: names before none."""
        c = self.charge
        names = [(not name, name) for name in (c.tenant, c.pool, c.commitment)]
        return (*names, COUNTED.index(c.kind), c.price or 0)


class Spends:
    """The spend commitments, layer by layer at each instant: of the charges of
    the layers below and of usage each counts once in a layer, toward the first
    in burn order until that one is full; the last one counts what is beyond.
    Money is an integer, in 1e-18."""

    def __init__(self, rating):
        self.rating = rating
        self.strands = rating.spends
        self.counted = {}  # (strand, interval) -> money
        self.rolled = {}  # strand -> [(age, money)]
        self.rolled_in = {}  # (strand, interval) -> [(age, money)]

    def run(self, until):
        if not self.strands:
            return
        by_end = {}
        for charge in self.rating.charges:
            by_end.setdefault(charge.end, []).append(charge)
        bucket = self.rating.bucket_us
        end = min(s.life[0] for s in self.strands) + bucket
        while end <= until:
            at = end - bucket
            living = [s for s in self.strands if s.alive(at)]
            charges = by_end.get(end, [])
            for layer in sorted({s.piece(at).layer for s in living}):
                alive = [s for s in living if s.piece(at).layer == layer]
                alive.sort(key=lambda s: s.burn_key(at))
                for pieces in self._groups(charges, layer):
                    self._count(alive, at, pieces)
                for strand in alive:
                    if strand.cut(at)[1] == end:
                        charges += self._close(strand, end)
            end += bucket

    def _groups(self, charges, layer):
        """What counts at an instant, one after the other: the bucket's usage,
        what Usage commitments left, what Spend commitments lack."""
        counted = [c for c in charges if c.kind in COUNTED]
        usage = [c for c in counted if c.pool]
        ended = [c for c in counted if not c.pool and c.time is not None]
        yield self._pieces_of_usage(usage, layer)
        yield [Piece(c, atto(c.cost())) for c in ended if c.layer != layer]
        lacking = [c for c in counted if c.time is None]
        for below in sorted({c.layer for c in lacking}):
            if below < layer:
                yield [Piece(c, atto(c.money)) for c in lacking
                       if c.layer == below]

    @staticmethod
    def _pieces_of_usage(charges, layer):
        """Commitments of one layer share usage exclusively: hours of lower
        layers that a Usage commitment of this one drew too are its own, the
        lowest layer's first."""
        taken = {}
        for c in charges:
            if c.kind == "covered" and c.layer == layer:
                cell = (c.tenant, c.pool)
                hours = c.time if c.price is None else 0
                taken[cell] = taken.get(cell, 0) + hours
        pieces = []
        charges = [c for c in charges
                   if c.price is not None and c.layer != layer]
        below = [c for c in charges
                 if c.kind == "covered" and c.layer < layer]
        below.sort(key=lambda c: (c.layer, c.commitment, c.price))
        for c in below:
            gone = min(taken.get((c.tenant, c.pool), 0), c.time)
            if gone:
                taken[(c.tenant, c.pool)] -= gone
            if gone < c.time:
                pieces.append(Piece(c, atto(
                    c.cost() * Fraction(c.time - gone, c.time))))
        return pieces + [Piece(c, atto(c.cost())) for c in charges
                         if c not in below]

    def _key(self, strand, at):
        key = (strand, strand.cut(at))
        if key not in self.rolled_in:
            self.rolled_in[key] = self.rolled.pop(strand, [])
        return key

    def _room(self, strand, at):
        key = self._key(strand, at)
        return max(0, atto(strand.committed(at))
                   + sum(m for _, m in self.rolled_in[key])
                   - self.counted.get(key, 0))

    def _count(self, alive, at, pieces):
        pieces.sort(key=Piece.key)
        for strand in alive:
            terms = strand.piece(at)
            shares = []
            for piece in pieces:
                charge = piece.charge
                subject = terms.terms.subject(charge.pool, charge.tenant,
                                              charge.kind)
                shares.append(share(terms.rules, subject)
                              if applies(terms.rules, subject) else 0)
            weights = [half_even(p.left * s) for p, s in zip(pieces, shares)]
            total = sum(weights)
            key = self._key(strand, at)
            room = self._room(strand, at)
            whole = strand is alive[-1] or total <= room
            counts = total if whole else room
            if not counts:
                continue
            self.counted[key] = self.counted.get(key, 0) + counts
            for piece, part, weight in zip(pieces, split(counts, weights),
                                           shares):
                if weight:
                    piece.left = 0 if whole else max(
                        0, piece.left - half_even(part / weight))

    def _close(self, strand, end):
        last = end - self.rating.bucket_us
        piece = strand.piece(last)
        key = self._key(strand, last)
        booked = []

        def book(kind, money):
            charge = Charge(end, "", "", piece.id, kind, None, None,
                            Fraction(money, ATTO))
            charge.layer = piece.layer
            booked.append(charge)

        committed = atto(strand.committed(last))
        counted = self.counted.get(key, 0)
        rolled = self.rolled_in[key]
        # What was rolled in is spent first, the oldest before the others.
        ages = []
        for age, money in rolled:
            used = min(money, counted)
            counted -= used
            ages.append((age, money - used))
        ages.append((0, max(0, committed - counted)))
        room = half_even(piece.cap * committed)
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
            book("rollover_in", 0)
        if out:
            book("rollover_out", 0)
        if lapsed > 0 and piece.pays:
            book("shortfall", lapsed)
        self.rating.charges += booked
        return booked
