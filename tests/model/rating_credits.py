"""What credits pay of a statement's charges: month by month of the calendar, the
earliest `until` first, in the decimals that lines are rounded to."""

from fractions import Fraction

from rating_terms import applies, half_even, share, split
from rating_text import instant, one


def months(calendar, start, end, cuts):
    """[start, end) in calendar months, also cut at `cuts`."""
    edges = {start, end, *(c for c in cuts if start < c < end)}
    at = start
    while at < end:
        at = calendar.interval("MONTHLY", at)[1]
        edges.add(min(at, end))
    edges = sorted(edges)
    return list(zip(edges, edges[1:]))


class CreditUse:
    """`line_key` of a charge; `unit` is 10 to the decimals of lines."""

    def __init__(self, spans, unit, line_key):
        self.spans = spans
        self.unit = unit
        self.line_key = line_key
        self.used = {}  # id -> units
        # By any version: a claim is made after what it is for.
        self.claimed = {one(credit, "id") for _, _, terms in spans
                        for credit in terms.fields.get("credit", [])
                        if "claimed_at" in credit}

    def usable(self, credit):
        return "claim_by" not in credit or one(credit, "id") in self.claimed

    def _terms(self, end):
        return [t for start, _, t in self.spans if start < end][-1]

    def pay(self, charges, end):
        """{line key: units} that the month's charges are reduced by."""
        terms = self._terms(end)
        lines = {}
        for charge in charges:
            if charge.kind != "unpriced":
                lines.setdefault(self.line_key(charge), []).append(charge)
        left = {key: half_even(sum(c.cost() for c in lines[key]) * self.unit)
                for key in sorted(lines)}
        paid = {}
        # Those to be claimed that a later version brings are of all time.
        there = {one(c, "id"): c for c in terms.fields.get("credit", [])}
        for start, _, later in self.spans:
            for credit in later.fields.get("credit", []):
                if start >= end and "claim_by" in credit:
                    there.setdefault(one(credit, "id"), credit)
        credits = sorted(there.values(), key=lambda c: (
            instant(one(c, "until")), one(c, "id")))
        for credit in credits:
            name = one(credit, "id")
            if not self.usable(credit):
                continue
            may = {key: min(left[key], self._may(terms, credit, lines[key]))
                   for key in left}
            amount = Fraction(one(credit, "amount")) * self.unit
            units = min(sum(may.values()),
                        max(0, int(amount) - self.used.get(name, 0)))
            if not units:
                continue
            for key, part in zip(may, split(units, list(may.values()))):
                left[key] -= part
                paid[key] = paid.get(key, 0) + part
            self.used[name] = self.used.get(name, 0) + units
        return {key: part for key, part in paid.items() if part}

    def _may(self, terms, credit, charges):
        since, until = (instant(one(credit, w)) for w in ("from", "until"))
        rules = credit.get("applies", [])
        first = charges[0]
        subject = terms.subject(first.pool, first.tenant, first.kind)
        if not applies(rules, subject):
            return 0
        # The line as it would be written of the window alone, then its share,
        # rounded down.
        cost = half_even(self.unit * sum(
            c.cost() for c in charges if since < c.end <= until))
        fine = 10 ** 18 // self.unit
        return half_even(cost * share(rules, subject) * fine) // fine
