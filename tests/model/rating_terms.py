"""What a contract's text says, in the terms of the rating model: applicability,
rates, and the pieces of commitments with what each interval promises."""

from fractions import Fraction

from rating_calendar import Calendar
from rating_text import hours, instant, one


def half_even(value):
    """A Fraction to the nearest integer; Python rounds ties to even."""
    return round(value)


def split(amount, weights):
    """Largest remainder over a list of weights; ties to the first."""
    total = sum(weights)
    parts = [amount * w // total for w in weights]
    left = amount - sum(parts)
    order = sorted(range(len(weights)),
                   key=lambda i: -(amount * weights[i] % total))
    for i in order[:left]:
        parts[i] += 1
    return parts


def selects(selector, path):
    """A prefix of parts, `*` any one of them."""
    want, have = selector.split("/"), path.split("/")
    return len(want) <= len(have) and all(
        w in ("*", h) for w, h in zip(want, have))


OPERATORS = {
    "IN": lambda text, values: text in values,
    "NOT_IN": lambda text, values: text not in values,
    "STARTS_WITH": lambda t, values: any(t.startswith(v) for v in values),
    "NOT_STARTS_WITH": lambda t, values: not any(
        t.startswith(v) for v in values),
    "CONTAINS": lambda text, values: any(v in text for v in values),
    "NOT_CONTAINS": lambda text, values: not any(v in text for v in values),
    "ENDS_WITH": lambda text, values: any(text.endswith(v) for v in values),
    "EXISTS": lambda text, values: text != "",
    "DOES_NOT_EXIST": lambda text, values: text == "",
}


def holds(rule, subject):
    return OPERATORS[one(rule, "operator")](
        subject[one(rule, "dimension")], rule.get("value", []))


def applies(rules, subject):
    return all(holds(rule, subject) for rule in rules
               if "fraction" not in rule)


def share(rules, subject):
    """The weight of the first rule with one that matches."""
    for rule in rules:
        if "fraction" in rule and holds(rule, subject):
            return Fraction(one(rule, "fraction"))
    return Fraction(1)


class Terms:
    """One version of a contract."""

    def __init__(self, fields):
        self.fields = fields
        self.provider = one(fields, "provider")
        term = one(fields, "term")
        self.start = instant(one(term, "start"))
        self.end = instant(one(term, "end"))
        self.calendar = Calendar(one(fields, "calendar", {}), self.start,
                                 self.end)
        rounding = one(fields, "rounding", {})
        self.level = one(rounding, "level", "LINE")
        self.scale = int(one(rounding, "scale", "2"))
        self.named = {one(p, "name"): p for p in fields.get("pool", [])}
        self.rates = [self._rate(i, r)
                      for i, r in enumerate(fields.get("rate", []))]
        self.pieces = []
        self.spends = []
        for commitment in fields.get("commitment", []):
            self._add(commitment)

    def subject(self, pool, tenant="", kind=""):
        parts = pool.split("/")
        implied = (parts[1], parts[-1]) if len(parts) >= 3 else ("", "")
        named = self.named.get(pool, {})
        return {"pool": pool, "tenant": tenant, "kind": kind,
                "provider": self.provider,
                "region": one(named, "region", implied[0]),
                "sku": one(named, "sku", implied[1])}

    def _rate(self, index, fields):
        if "price" in fields:
            tiers = [(None, Fraction(one(fields, "price")))]
        else:
            tiers = [(hours(one(t, "up_to")) if "up_to" in t else None,
                      Fraction(one(t, "price"))) for t in fields["tier"]]
        selector = one(fields, "pool")
        parts = selector.split("/")
        literal = (sum(part != "*" for part in parts), len(parts))
        start = instant(one(fields, "from")) if "from" in fields else self.start
        return {"selector": selector, "from": start, "tiers": tiers,
                "rank": (literal, start, index),
                "interval": one(fields, "tier_interval", "MONTHLY")}

    def rate(self, pool, at):
        fitting = [r for r in self.rates
                   if r["from"] <= at and selects(r["selector"], pool)]
        return max(fitting, key=lambda r: r["rank"], default=None)

    def _add(self, fields):
        status = one(fields, "status", "ACTIVE")
        if status == "PROPOSED":
            return
        end = self.end
        if status in ("CANCELLED", "CANCELED"):
            end = min(end, instant(one(fields, "cancelled_at",
                                       one(fields, "canceled_at"))))
        if one(fields, "category") == "SPEND":
            self.spends.append(Piece(self, fields, end, None))
            return
        family = [Piece(self, fields, end, None)]
        for expansion in self.fields.get("expansion", []):
            if (one(expansion, "commitment") == one(fields, "id")
                    and "exercised_from" in expansion):
                family.append(Piece(self, fields, end, expansion))
        for number, piece in enumerate(family):
            piece.family = family
            piece.key = (piece.id, number)
        self.pieces += family


class Piece:
    """A commitment in one version, or what an exercised expansion adds."""

    def __init__(self, terms, fields, end, expansion):
        self.terms = terms
        self.fields = fields
        self.expansion = expansion
        self.id = one(fields, "id")
        self.family = [self]  # the commitment, then its expansions
        self.key = (self.id, 0)
        self.continuous = one(fields, "model") == "CONTINUOUS"
        self.kind = one(fields, "interval")
        self.layer = int(one(fields, "layer", "1"))
        self.priority = int(one(fields, "priority", "0"))
        self.rules = fields.get("applies", [])
        self.spend = one(fields, "category") == "SPEND"
        unit = "cost" if self.spend else "quantity"
        value = Fraction if self.spend else hours
        self.steps = [(instant(one(s, "from")), value(one(s, unit)))
                      for s in fields["step"]]
        self.delivered = [(instant(one(s, "from")), hours(one(s, "quantity")))
                          for s in fields.get("delivered", [])]
        self.own_price = Fraction(one(fields, "price", "0"))  # for burn order
        self.price = self.own_price
        start = self.steps[0][0]
        if expansion is not None:
            start = max(start, instant(one(expansion, "exercised_from")))
            self.steps = [(start, hours(one(expansion, "adds")))]
            self.price = Fraction(one(expansion, "price",
                                      one(fields, "price")))
        self.life = (start, end)
        shortfall = one(fields, "shortfall", {})
        self.pays = one(shortfall, "policy", "WAIVED") == "TAKE_OR_PAY"
        price = one(shortfall, "price")
        self.shortfall_price = self.price if price is None else Fraction(price)
        self.overage = one(fields, "overage")
        rollover = one(fields, "rollover", {})
        self.rolls = int(one(rollover, "intervals", "0"))
        self.cap = Fraction(one(rollover, "cap", "1"))
        self.allotments = sorted(
            (a for a in terms.fields.get("allotment", [])
             if one(a, "commitment") == self.id),
            key=lambda a: one(a, "tenant"))

    def alive(self, at):
        return self.life[0] <= at < self.life[1]

    def promised(self, at):
        """Per whole interval, at a moment of its life."""
        return [v for when, v in self.steps if when <= at][-1]

    def came(self, at):
        """The same of what was there: the commitment has it first, then its
        expansions; what is too much is the last one's, and nobody's of a
        CONTINUOUS commitment."""
        if not self.family[0].delivered:
            return self.promised(at)
        left = ([v for when, v in self.family[0].delivered if when <= at]
                or [self.family[0].promised(at)])[-1]
        living = [p for p in self.family if p.alive(at)]
        for piece in living:
            part = min(left, piece.promised(at))
            if piece is living[-1] and not piece.continuous:
                part = left
            if piece is self:
                return part
            left -= part
        raise AssertionError("not alive")

    def edges(self):
        found = set()
        for piece in self.family:
            found |= {*piece.life}
            found |= {when for when, _ in piece.steps + piece.delivered}
        return found


class Strand:
    """A piece through the versions of its contract: `parts` are (start, end,
    piece), one after the other."""

    def __init__(self, parts):
        self.parts = parts
        self.life = (parts[0][0], parts[-1][1])
        self.supply = None  # what was there to be drawn from
        self.last_cut = (0, 0)  # the one asked for last
        self.known = {}

    def alive(self, at):
        return self.life[0] <= at < self.life[1]

    def piece(self, at):
        if len(self.parts) == 1:
            return self.parts[0][2]
        return next(p for start, end, p in self.parts if start <= at < end)

    def whole(self, at):
        piece = self.piece(at)
        return piece.terms.calendar.interval(piece.kind, at)

    def cut(self, at):
        if not self.last_cut[0] <= at < self.last_cut[1]:
            start, end = self.whole(at)
            self.last_cut = max(start, self.life[0]), min(end, self.life[1])
        return self.last_cut

    def burn_key(self, at):
        piece = self.piece(at)
        end = min(self.whole(at)[1], piece.terms.end)
        return (piece.layer, piece.priority, end, piece.own_price, piece.key)

    def over(self, at, amount):
        """The sum over the interval of an amount per whole interval."""
        start, end = self.whole(at)
        low, high = self.cut(at)
        total = Fraction(0)
        for since, until, piece in self.parts:
            first, last = max(low, since), min(high, until)
            if first >= last:
                continue
            edges = sorted({first, last} | {
                e for e in piece.edges() if first < e < last})
            for a, b in zip(edges, edges[1:]):
                total += Fraction(amount(piece, a) * (b - a)) / (end - start)
        return total

    def _once(self, name, at, compute):
        key = (name, self.cut(at))
        if key not in self.known:
            self.known[key] = compute()
        return self.known[key]

    def contracted(self, at):
        return self._once("contracted", at, lambda: half_even(
            self.over(at, Piece.promised)))

    def committed(self, at):
        """Of a Spend commitment: money, exact."""
        return self._once("committed", at,
                          lambda: self.over(at, Piece.promised))

    def entitled(self, at):
        return self._once("entitled", at, lambda: min(
            self.contracted(at), max(0, half_even(self.over(at, Piece.came))
                                     - self.supply.lack(self, at))))

    def parts_of(self, at):
        """{tenant: its part of what can be drawn in the interval}."""
        allotments = self.piece(at).allotments
        if not allotments:
            return {}
        entitled = self.entitled(at)
        micro = [int(Fraction(one(a, "share", "0")) * 10 ** 6)
                 for a in allotments]
        shares = split(entitled, micro + [10 ** 6 - sum(micro)])
        start, end = self.whole(at)
        low, high = self.cut(at)
        given = []
        for allotment, share_of in zip(allotments, shares):
            amount = one(allotment, "amount")
            if amount is None:
                given.append(share_of)
            elif self.piece(at).expansion is not None:
                given.append(0)
            else:
                given.append(half_even(Fraction(
                    hours(amount) * (high - low), end - start)))
        if sum(given) > entitled:
            given = split(entitled, given)
        return {one(a, "tenant"): g for a, g in zip(allotments, given)}


def continues(old, new):
    """Whether a commitment of the next version is the same one."""
    same = ("category", "model", "interval")
    return (all(old.fields.get(f) == new.fields.get(f) for f in same)
            and old.terms.fields.get("calendar")
            == new.terms.fields.get("calendar")
            and (old.kind != "FULL_PERIOD"
                 or old.terms.calendar.term == new.terms.calendar.term))


def strands(spans, pieces_of):
    """`spans`: (start, end, terms) of the versions that hold, by time."""
    done, going = [], {}
    for start, end, terms in spans:
        there = {}
        for piece in pieces_of(terms):
            since, until = max(start, piece.life[0]), min(end, piece.life[1])
            if since >= until:
                continue
            parts = going.get(piece.key, [])
            if not (parts and parts[-1][1] == since
                    and continues(parts[-1][2], piece)):
                parts = []
                done.append(parts)
            parts.append((since, until, piece))
            there[piece.key] = parts
        going = there
    return [Strand(parts) for parts in done]
