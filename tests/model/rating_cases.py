"""Random contracts and usage, small so that their edges meet often, written as
golden cases: a failing one can be read, and moved to tests/golden/rating."""

import datetime
import random
import re
from fractions import Fraction

from rating_text import EPOCH, HOUR_US, MICRO

DAY_US = 24 * HOUR_US
# (fields, the first instant, bucket in seconds). Clocks change in two of them.
CALENDARS = [
    ("", "2026-01-01T00:00:00", 3600),
    ('time_zone: "UTC" day_cut: "06:00" year_start: "01-01"',
     "2026-01-01T06:00:00", 3600),
    ('time_zone: "UTC" month_day: 3 year_start: "01-03"',
     "2026-01-01T00:00:00", 1800),
    ('time_zone: "UTC" day_cut: "11:30" year_start: "02-01"',
     "2026-01-30T11:30:00", 1800),
    ('time_zone: "America/Los_Angeles" year_start: "03-09"',
     "2026-03-06T08:00:00", 3600),
    ('time_zone: "America/New_York" day_cut: "17:00" day_label: END'
     ' year_start: "11-02"', "2026-10-30T21:00:00", 3600),
    ('time_zone: "UTC" year_start: "12-01"', "2028-02-27T00:00:00", 3600),
    ('time_zone: "UTC" year_start: "08-31"', "2027-11-28T00:00:00", 3600),
    ('time_zone: "Asia/Kolkata" day_cut: "05:30" year_start: "01-30"',
     "2028-02-27T00:00:00", 3600),
]
INTERVAL_HOURS = {"HOURLY": 1, "DAILY": 24, "WEEKLY": 168, "MONTHLY": 744,
                  "QUARTERLY": 2208, "SEMI_ANNUAL": 4380, "ANNUAL": 8760,
                  "FULL_PERIOD": 168}
# A term in days, and how often; the last are a year and a bit, and seven years.
TERMS = {2: 24, 6: 46, 40: 25, 400: 4, 2557: 1}
POOLS = ["p/e/g", "p/e/h", "p/w/h", "other/h"]
TENANTS = ["a", "a/x", "a/y", "b"]


def text_of(us):
    at = EPOCH + us * MICRO
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class RandomCase:
    """`head` stays; `parts` of the contract and `uses` may be left out."""

    def __init__(self, seed):
        self.name = f"Seed{seed}"
        self.random = random.Random(seed)
        fields, start, self.bucket = self.random.choice(CALENDARS)
        first = datetime.datetime.fromisoformat(start + "+00:00")
        self.start = (first - EPOCH) // MICRO
        self.days = self.random.choices(list(TERMS), TERMS.values())[0]
        self.end = self.start + self.days * DAY_US
        self.head = self._head(fields)
        self.parts = []
        self._rates()
        for n in range(self.random.randint(0, 4)):
            self._usage(f"k{9 - n}")
        # Layers 1 and 2 have Usage commitments, too.
        layers = self.random.choice([[5, 5, 5], [5, 6, 6], [2, 2, 5],
                                     [1, 1, 2]])
        for n in range(self.random.choice([0, 0, 1, 2, 3])):
            self._spend(f"s{n}", layers[n])
        for n in range(self.random.choice([0, 0, 1, 2])):
            self._credit(f"c{n}")
        self.later = self._amended() if self.random.random() < 0.3 else []
        self.uses = [self._use() for _ in range(self.random.randint(0, 25))]
        self.capacity = []
        if self.random.random() < 0.3:
            self.capacity = [self._capacity() for _ in range(
                self.random.randint(1, 6))]
        self.checks = [self._check() for _ in range(2)]
        self.late = []
        if not self.later and self.random.random() < 0.2:
            self._close()

    def text(self):
        version = ["version", self.head, *self.later, "end"]
        return "\n".join([f"case {self.name}", f"bucket {self.bucket}",
                          "contract", self.head, *self.parts, "end",
                          *(version if self.later else []),
                          *self.capacity, *self.uses, *self.late, *self.checks,
                          ""])

    def smaller(self):
        """Copies that lack one thing each."""
        for name in ("checks", "later", "parts", "uses", "capacity",
                     "late"):
            things = getattr(self, name)
            for i in range(len(things)):
                copy = object.__new__(RandomCase)
                copy.__dict__.update(self.__dict__)
                setattr(copy, name, things[:i] + things[i + 1:])
                if copy.checks:
                    yield copy

    # The contract ----------------------------------------------------------

    def _amended(self):
        """The next version: some of it dropped, some of it changed. One that
        says its `effective` comes first."""
        pick = self.random
        later = []
        for part in self.parts:
            if pick.random() < 0.15:
                continue
            for word, values in (
                    ("price", ['"0.7"', '"1.9"', '"5"']),
                    ("quantity", ['"0"', '"3"', '"40"']),
                    ("cost", ['"7"', '"150"']), ("amount", ['"3"', '"70"']),
                    ("priority", ["1", "3"]), ("cap", ['"0"', '"0.4"']),
                    ("share", ['"0.1"', '"0.45"'])):
                if pick.random() < 0.3:
                    part = re.sub(rf'\b{word}: \S+',
                                  f'{word}: {pick.choice(values)}', part)
            if "SPEND" in part and pick.random() < 0.2:
                part = re.sub(r"layer: \d", f"layer: {pick.choice([5, 7])}",
                              part)
            if "claim_by" in part and "claimed_at" not in part:
                part = part.replace(
                    "claim_by", f'claimed_at: "{text_of(self.start)}"'
                    " claim_by")
            later.append(part)
        effective = max(self.start + 3_600_000_000, self._instant())
        return [f'effective: "{text_of(effective)}"', *later]

    def _head(self, calendar):
        pick = self.random
        level = pick.choice(["LINE", "LINE", "STATEMENT", "SEGMENT"])
        grain = ""
        if pick.random() < 0.25:
            grain = (f"\ngrain {{ seconds: {pick.choice([1, 60, 600, 3600])}"
                     f" minimum_seconds: {pick.choice([0, 60, 7200])}"
                     f" direction: {pick.choice(['UP', 'DOWN', 'NEAREST'])} }}")
        scale = pick.choice([0, 2, 2, 6, 18])
        if calendar:
            calendar = f"calendar {{ {calendar} }} "
        return ('id: "c" provider: "p" currency: "USD"\n'
                f'term {{ start: "{text_of(self.start)}"'
                f' end: "{text_of(self.end)}" }}\n{calendar}'
                f'rounding {{ level: {level} scale: {scale} }}\n'
                'pool { name: "p/w/h" sku: "hx" region: "west" }' + grain)

    def _instant(self):
        hours = self.random.randrange(self.days * 24)
        return self.start + hours * HOUR_US

    def _edge(self):
        return self.start if self.random.random() < 0.5 else self._instant()

    def _price(self):
        return self.random.choice(["0", "0.1", "0.3", "1", "1.9", "2.05",
                                   "4.000000007", "3"])

    def _rates(self):
        pick = self.random
        for _ in range(pick.randint(0, 4)):
            pool = pick.choice(["p", "p/e", "p/*/h", "p/w/h", "*"])
            start = text_of(self._edge())
            if any(f'pool: "{pool}"' in part and start in part
                   for part in self.parts):
                continue  # which of two alike goes on in a version is not said
            if pick.random() < 0.6:
                prices = f'price: "{self._price()}"'
            else:
                edges = sorted(pick.sample(range(1, 60), pick.randint(1, 2)))
                prices = " ".join(
                    [f'tier {{ up_to: "{e}" price: "{self._price()}" }}'
                     for e in edges] + [f'tier {{ price: "{self._price()}" }}'])
                kind = pick.choice(["HOURLY", "DAILY", "WEEKLY", "MONTHLY",
                                    "QUARTERLY", "ANNUAL", "FULL_PERIOD"])
                prices += f" tier_interval: {kind}"
            self.parts.append(f'rate {{ pool: "{pool}" {prices}'
                              f' from: "{start}" }}')

    def _rules(self, spend):
        pick = self.random
        rules = []
        for _ in range(pick.choice([0, 0, 1, 1, 2])):
            dimension = pick.choice(
                ["pool", "region", "tenant", "kind" if spend else "sku"])
            values = {"pool": ["p/e/h", "p/w/h", "p/e", "h"],
                      "region": ["e", "west", "w"], "sku": ["hx", "h", "g"],
                      "tenant": ["a", "a/x", "b", "a/"],
                      "kind": ["covered", "unused", "on_demand"]}[dimension]
            whole = dimension in ("pool", "tenant", "kind")
            operator = pick.choice(
                ["IN", "NOT_IN", "STARTS_WITH", "NOT_STARTS_WITH", "CONTAINS",
                 "NOT_CONTAINS", "ENDS_WITH", "EXISTS", "DOES_NOT_EXIST"])
            if whole and operator in ("IN", "NOT_IN"):
                values = values[:2]
            value = "".join(
                f' value: "{v}"' for v in pick.sample(values, pick.randint(
                    1, 2))) if "EXIST" not in operator else ""
            fraction = (f' fraction: "{pick.choice(["0", "0.25", "0.333333", "1"])}"'
                        if pick.random() < (0.5 if spend else 0.25) else "")
            rules.append(f'applies {{ dimension: "{dimension}"'
                         f' operator: {operator}{value}{fraction} }}')
        return rules

    def _steps(self, word, unit, amount):
        times = sorted({self._edge(), *(
            self._instant() for _ in range(self.random.randint(0, 2)))})
        return [f'{word} {{ from: "{text_of(at)}" {unit}: "{amount()}" }}'
                for at in times], times

    def _common(self, identity, layer, spend):
        pick = self.random
        model = pick.choice(["CONTINUOUS", "DISCONTINUOUS"])
        # The hours of years take the model too long.
        kind = pick.choice([kind for kind, hours in INTERVAL_HOURS.items()
                            if hours > 1 or self.days < 365])
        fields = [f'id: "{identity}"', "category: "
                  + ("SPEND" if spend else "USAGE"),
                  f"model: {model}", f"interval: {kind}", f"layer: {layer}"]
        fields += self._rules(spend)
        if pick.random() < 0.15:
            fields.append("status: CANCELLED cancelled_at: "
                          f'"{text_of(self.end - HOUR_US)}"')
        elif pick.random() < 0.05:
            fields.append("status: PROPOSED")
        return model, kind, fields

    def _usage(self, identity):
        pick = self.random
        model, kind, fields = self._common(identity, pick.randint(1, 2), False)
        size = INTERVAL_HOURS[kind]

        def amount():
            if size == 1:
                return pick.choice(["0", "1", "2", "3.5", "7"])
            return str(pick.randint(0, max(12, size // 4)))

        steps, times = self._steps("step", "quantity", amount)
        fields += steps
        fields += [f"priority: {pick.randint(1, 2)}",
                   f'price: "{self._price()}"']
        if pick.random() < 0.25:
            came, _ = self._steps("delivered", "quantity", amount)
            came[0] = came[0].replace(came[0].split('"')[1], text_of(times[0]))
            later = [c for c in came[1:]
                     if c.split('"')[1] > text_of(times[0])]
            fields += [came[0], *later]
        policy = pick.choice(["WAIVED", "TAKE_OR_PAY"])
        if policy == "TAKE_OR_PAY" and pick.random() < 0.4:
            policy += f' price: "{self._price()}"'
        fields.append(f"shortfall {{ policy: {policy} }}")
        if pick.random() < 0.3:
            fields.append("overage { " + pick.choice(
                ['price: "2.5"', 'factor: "1.25"', "refuse: true"]) + " }")
        if model == "DISCONTINUOUS" and pick.random() < 0.5:
            fields.append(self._rollover())
        self.parts.append("commitment { " + "\n  ".join(fields) + " }")
        if pick.random() < 0.2:
            self._expansion(identity, amount(), times[0])
        if pick.random() < 0.3:
            self._allotments(identity, size)

    def _rollover(self):
        cap = self.random.choice(["0", "0.3", "0.5", "1"])
        return (f'rollover {{ intervals: {self.random.randint(1, 3)}'
                f' cap: "{cap}" }}')

    def _expansion(self, identity, adds, first):
        price = (f' price: "{self._price()}"'
                 if self.random.random() < 0.5 else "")
        # With its commitment in one part, so that they are left out together.
        self.parts[-1] += (
            f'\nexpansion {{ commitment: "{identity}" adds: "{adds}"{price}'
            f' exercisable_from: "{text_of(self.start)}"'
            f' until: "{text_of(self.end)}"'
            f' exercised_from: "{text_of(max(first, self._instant()))}" }}')

    def _allotments(self, identity, size):
        pick = self.random
        tenants = pick.choice([["a"], ["b"], ["a", "b"], ["a/x", "a/y"],
                               ["a/x", "b"]])
        for tenant in tenants:
            part = f'share: "{pick.choice(["0", "0.3", "0.333333", "0.5"])}"'
            if pick.random() < 0.3:
                part = f'amount: "{pick.choice([0, 1, size // 3])}"'
            borrow = pick.choice(["", " may_borrow: true"])
            self.parts[-1] += (f'\nallotment {{ commitment: "{identity}"'
                               f' tenant: "{tenant}" {part}{borrow} }}')

    def _spend(self, identity, layer):
        pick = self.random
        model, _, fields = self._common(identity, layer, True)
        steps, _ = self._steps("step", "cost", lambda: str(
            pick.choice([0, 10, 100, 333, 4000])))
        fields += steps
        policy = pick.choice(["WAIVED", "TAKE_OR_PAY", "TAKE_OR_PAY"])
        fields.append(f"shortfall {{ policy: {policy} }}")
        if model == "DISCONTINUOUS" and pick.random() < 0.4:
            fields.append(self._rollover())
        self.parts.append("commitment { " + "\n  ".join(fields) + " }")

    def _credit(self, identity):
        pick = self.random
        start = self._instant()
        end = pick.choice([self.end, start + pick.randint(1, 90) * HOUR_US])
        fields = [f'id: "{identity}" amount: "{pick.choice([1, 7, 40, 900])}"',
                  f'from: "{text_of(start)}"'
                  f' until: "{text_of(min(end, self.end))}"']
        fields += self._rules(True)
        if pick.random() < 0.3:
            fields.append(f'claim_by: "{text_of(self.end)}"')
        self.parts.append("credit { " + "\n  ".join(fields) + " }")

    # Usage and questions -----------------------------------------------------

    def _use(self):
        pick = self.random
        start = self._instant() - pick.choice([0, 0, 0, 20 * HOUR_US])
        end = start + pick.choice([1, 2, 5, 30, self.days]) * HOUR_US
        if pick.random() < 0.3:
            end += pick.randrange(HOUR_US // 1_000_000) * 1_000_000
        gpus = pick.choice(["1", "2", "3", "8", "0.25", "1.7", "0.333333"])
        word = pick.choice(["use", "run"])
        return (f"{word} {pick.choice(TENANTS)} {pick.choice(POOLS)}"
                f" {text_of(start)} {text_of(end)} {gpus}")

    def _capacity(self):
        """Often over the whole term, and on no bucket's edge."""
        pick = self.random
        start, end = self.start, self.end
        if pick.random() < 0.6:
            start = self._instant() + 1_000_000 * pick.choice(
                [0, 0, pick.randrange(3600)])
            end = start + 1_000_000 * pick.choice(
                [1800, 3600, 5 * 3600, pick.randint(1, self.days * 43200)])
        gpus = pick.choice(["0", "1", "2", "3", "8", "0.25", "1.7"])
        state = pick.choice(["delivered"] * 3 + ["excluded", "replaced"])
        return (f"capacity {pick.choice(POOLS)} {text_of(start)}"
                f" {text_of(end)} {gpus} {state}")

    def _close(self):
        """One or two periods one after the other that were closed, and what
        came late."""
        start = self.start
        for _ in range(self.random.randint(1, 2)):
            end = start + self.random.randint(1, self.days * 12) * HOUR_US
            self.late.append(f"close {text_of(start)}/{text_of(end)}")
            self.late += [self._use()
                          for _ in range(self.random.randint(0, 5))]
            start = end
        if start < self.end:
            self.checks = [f"statement {text_of(start)}/{text_of(self.end)}"]

    def _check(self):
        pick = self.random
        start, end = self.start, self.end
        if pick.random() < 0.6:
            start = self._instant()
            end = start + pick.choice([1, 5, 24, 72]) * HOUR_US
        at = ""
        if pick.random() < 0.3:
            at = " " + text_of(self._instant() + 1_000_000 * pick.randrange(
                3600))
        return f"statement {text_of(start)}/{text_of(end)}{at}"
