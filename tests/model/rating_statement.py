"""The model's charges as the lines of a statement, in the golden tables' words."""

import copy
from fractions import Fraction

from rating_charge import Charge
from rating_credits import CreditUse, months
from rating_model import Rating
from rating_runs import Segments
from rating_terms import Terms, half_even
from rating_text import HOUR_US, contract, instant, one

KINDS = ["covered", "on_demand", "overage", "unpriced", "grain", "unused",
         "undelivered", "shortfall", "rollover_in", "rollover_out", "credit",
         "correction", "rounding"]


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


def line_key(charge):
    return (charge.tenant, charge.pool, charge.commitment,
            KINDS.index(charge.kind),
            -1 if charge.price is None else charge.price)


def credited(rating, charges, period, scale):
    """The charges that credits make, of the months in the period."""
    use = CreditUse(rating.spans, 10 ** scale, line_key)
    made = []
    windows = {instant(one(credit, edge)) for _, _, terms in rating.spans
               for credit in terms.fields.get("credit", [])
               for edge in ("from", "until") if use.usable(credit)}
    for start, end in months(rating.newest.calendar, rating.spans[0][0],
                             min(period[1], rating.spans[-1][1]),
                             {*period, *windows,
                              *(since for since, _, _ in rating.spans)}):
        paid = use.pay([c for c in charges if start < c.end <= end], end)
        for (tenant, pool, commitment, *_), units in paid.items():
            if start >= period[0]:
                made.append(Charge(end, tenant, pool, commitment, "credit",
                                   None, None,
                                   Fraction(-units, 10 ** scale)))
    return made


class Line:
    """`kind` and `corrects` (the kind of a closed period's line, and that
    period) are indices into KINDS and a text. No cost: None."""

    def __init__(self, names, kind, price, time, cost, corrects=("", 0)):
        self.names = names  # tenant, pool, commitment
        self.kind = kind
        self.price = price
        self.time = time
        self.cost = cost
        self.corrects = corrects

    def key(self):
        return (*self.names, self.kind, -1 if self.price is None
                else self.price, self.time is not None)

    def text(self):
        no_time = self.time is None
        return ",".join([
            *self.names, KINDS[self.kind],
            "" if no_time else seconds(self.time),
            "" if no_time else nine(Fraction(self.time, HOUR_US)),
            "" if self.price is None else decimal(self.price, 18),
            "" if self.cost is None else decimal(self.cost, 18)])


def lines_of(case, period, at=None):
    """The lines, in order, and the metered time."""
    rating = Rating(case, period, at if at is not None else 1 << 62)
    everything = rating.run()
    charges = [c for c in everything if period[0] < c.end <= period[1]]
    # The version that holds at the period's end speaks for it.
    closing = [t for start, _, t in rating.spans if start < period[1]]
    terms = (closing or [rating.newest])[-1]
    scale = 18 if terms.level == "STATEMENT" else terms.scale
    charges += credited(rating, everything, period, scale)
    by_line = {}
    for charge in charges:
        by_line.setdefault(line_key(charge), []).append(charge)
    segments = Segments(rating.runs, rating.bucket_us, rating.grained)
    lines = []
    for key, of_line in by_line.items():
        times = [c.time for c in of_line if c.time is not None]
        if times and not sum(times):
            continue
        if terms.level == "SEGMENT":
            cost = segments.cost(of_line, rating.bucket_us, rating.totals,
                                 scale)
        else:
            cost = sum(c.cost() for c in of_line)
        unit = 10 ** scale
        lines.append(Line(
            key[:3], key[3], None if key[4] == -1 else key[4],
            sum(times) if times else None,
            None if KINDS[key[3]] == "unpriced"
            else Fraction(half_even(cost * unit), unit)))
    total = sum(line.cost or 0 for line in lines)
    unit = 10 ** terms.scale
    owed = Fraction(half_even(total * unit), unit)
    if owed != total:
        lines.append(Line(("", "", ""), KINDS.index("rounding"), None, None,
                          owed - total))
    return lines, rating.metered


def known_at(case, number):
    """The case as it was when that close of it was made."""
    _, uses, runs = case.closes[number]
    then = copy.copy(case)
    then.uses = case.uses[:uses]
    then.runs = case.runs[:runs]
    then.closes = case.closes[:number]
    return then


def posted(case, period, at=None):
    """The lines of a period that is open, with corrections of the closed ones,
    and the metered time."""
    lines, metered = lines_of(case, period, at)
    calendar = Terms(contract(
        case.versions[-1] if case.versions else case.text)).calendar
    for number, (name, _, _) in enumerate(case.closes):
        closed = calendar.period(name)
        sums = {}

        def add(line, kind, sign):
            key = (*line.key()[:3], kind, *line.key()[4:])
            first, time, cost = sums.get(key, (line, 0, Fraction(0)))
            sums[key] = (first, time + sign * (line.time or 0),
                         cost + sign * (line.cost or 0))

        for line in lines_of(case, closed, closed[1])[0]:
            add(line, line.kind, 1)
        for later in range(number, len(case.closes)):
            then, _ = posted(known_at(case, later),
                             calendar.period(case.closes[later][0]),
                             calendar.period(case.closes[later][0])[1])
            for line in then:
                if later == number and not line.corrects[0]:
                    add(line, line.kind, -1)
                elif line.corrects[0] == name:
                    add(line, line.corrects[1], -1)
        for key, (line, time, cost) in sums.items():
            if time or cost:
                lines.append(Line(
                    line.names, KINDS.index("correction"), line.price,
                    None if line.time is None else time,
                    None if KINDS[key[3]] == "unpriced" else cost,
                    (name, key[3])))
    lines.sort(key=lambda line: (*line.key(), line.corrects))
    return lines, metered


def statement(case, period, at=None):
    """(lines, "total metered") as the golden tables write them."""
    lines, metered = posted(case, period, at)
    total = sum((line.cost or 0 for line in lines), Fraction(0))
    return ([line.text() for line in lines],
            f"{decimal(total, 18)} {seconds(metered)}")
