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
        self.pieces.append(Piece(self, fields, end, None))
        for expansion in self.fields.get("expansion", []):
            if (one(expansion, "commitment") == one(fields, "id")
                    and "exercised_from" in expansion):
                self.pieces.append(Piece(self, fields, end, expansion))


class Piece:
    """A commitment, or what an exercised expansion adds to it."""

    def __init__(self, terms, fields, end, expansion):
        self.terms = terms
        self.fields = fields
        self.expansion = expansion
        self.id = one(fields, "id")
        self.continuous = one(fields, "model") == "CONTINUOUS"
        self.kind = one(fields, "interval")
        self.layer = int(one(fields, "layer", "1"))
        self.priority = int(one(fields, "priority", "0"))
        self.rules = fields.get("applies", [])
        unit = "cost" if one(fields, "category") == "SPEND" else "quantity"
        value = Fraction if unit == "cost" else hours
        self.steps = [(instant(one(s, "from")), value(one(s, unit)))
                      for s in fields["step"]]
        self.delivered = [(instant(one(s, "from")), hours(one(s, "quantity")))
                          for s in fields.get("delivered", [])]
        self.price = Fraction(one(fields, "price", "0"))
        self.own_price = self.price  # of the commitment, for burn order
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

    def alive(self, at):
        return self.life[0] <= at < self.life[1]

    def whole(self, at):
        return self.terms.calendar.interval(self.kind, at)

    def cut(self, at):
        start, end = self.whole(at)
        return max(start, self.life[0]), min(end, self.life[1])

    def burn_key(self, at):
        end = min(self.whole(at)[1], self.terms.end)
        return (self.priority, end, self.own_price, self.id,
                self.expansion is not None)

    def _amount(self, steps, at):
        """Of the calendar's interval that contains it, prorated by time."""
        start, end = self.whole(at)
        low, high = self.cut(at)
        ends = [when for when, _ in steps[1:]] + [high]
        total = Fraction(0)
        for (when, value), until in zip(steps, ends):
            length = min(until, high) - max(when, low)
            if length > 0:
                total += Fraction(value * length) / (end - start)
        return total

    def contracted(self, at):
        return half_even(self._amount(self.steps, at))

    def committed(self, at):
        """Of a Spend commitment: money, exact."""
        return self._amount(self.steps, at)

    def entitled(self, at):
        """What of it came: moment by moment of a CONTINUOUS commitment, over
        the interval of a DISCONTINUOUS one."""
        contracted = self.contracted(at)
        if not self.delivered or self.expansion is not None:
            return contracted
        came = self.delivered
        if self.continuous:
            came = self._lesser(came)
        return min(contracted, half_even(self._amount(came, at)))

    def _lesser(self, delivered):
        """Steps of what was both promised and there."""
        steps = []
        for when in sorted({at for at, _ in self.steps + delivered}):
            both = [[v for at, v in which if at <= when][-1:]
                    for which in (self.steps, delivered)]
            if all(both):
                steps.append((when, min(both[0][0], both[1][0])))
        return steps
