"""The model's charges as the lines of a statement, in the golden tables' words."""

from fractions import Fraction

from rating_charge import Charge
from rating_credits import CreditUse, months
from rating_model import Rating
from rating_runs import Segments
from rating_terms import half_even
from rating_text import HOUR_US, instant, one

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
               for edge in ("from", "until")}
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


def statement(case, period, at=None):
    """(lines, "total metered") as the golden tables write them."""
    rating = Rating(case, period, at if at is not None else 1 << 62)
    everything = rating.run()
    charges = [c for c in everything if period[0] < c.end <= period[1]]
    # The version that holds at the period's end speaks for it.
    closing = [t for start, _, t in rating.spans if start < period[1]]
    terms = (closing or [rating.newest])[-1]
    scale = 18 if terms.level == "STATEMENT" else terms.scale
    charges += credited(rating, everything, period, scale)
    lines = {}
    for charge in charges:
        key = line_key(charge)
        line = lines.setdefault(key, [None, []])
        if charge.time is not None:
            line[0] = (line[0] or 0) + charge.time
        line[1].append(charge)
    segments = Segments(rating.runs, rating.bucket_us, rating.grained)
    total = Fraction(0)
    texts = []
    for key in sorted(lines):
        tenant, pool, commitment, kind, price = key
        time, of_line = lines[key]
        if time == 0:
            continue
        if terms.level == "SEGMENT":
            exact = segments.cost(of_line, rating.bucket_us, rating.totals,
                                  scale)
        else:
            exact = sum(c.cost() for c in of_line)
        cost = decimal(exact, scale)
        if KINDS[kind] == "unpriced":
            cost = ""
        total += Fraction(cost or 0)
        texts.append([key[:4], tenant, pool, commitment, KINDS[kind],
                      "" if time is None else seconds(time),
                      "" if time is None else nine(Fraction(time, HOUR_US)),
                      "" if price == -1 else decimal(price, 18), cost])
    owed = Fraction(decimal(total, terms.scale))
    if owed != total:
        texts.append([("", "", "", 12), "", "", "", "rounding", "", "", "",
                      decimal(owed - total, 18)])
    texts.sort(key=lambda line: line[0])
    return ([",".join(line[1:]) for line in texts],
            f"{decimal(owed, 18)} {seconds(rating.metered)}")
