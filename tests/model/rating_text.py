"""Reads the golden cases of tests/golden/rating (its README has the format) and
the contracts in them: protobuf text format, written for these files alone."""

import datetime
import re
from fractions import Fraction

HOUR_US = 3_600_000_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICRO = datetime.timedelta(microseconds=1)


def instant(text):
    """RFC 3339 to microseconds since the epoch."""
    return (datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
            - EPOCH) // MICRO


def hours(text):
    """GPU-hours to GPU-microseconds."""
    exact = Fraction(text) * HOUR_US
    assert exact.denominator == 1, text
    return int(exact)


TOKEN = re.compile(r'\s+|#[^\n]*|("(?:[^"\\]|\\.)*")|([A-Za-z_][\w]*)'
                   r'|(-?[0-9][\w.]*)|([{}:])')


def tokens(text):
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        assert match, text[at:at + 40]
        at = match.end()
        if match.lastindex:
            yield match.group(match.lastindex)


def message(words):
    """{field: [values]} up to the closing brace."""
    fields = {}
    for word in words:
        if word == "}":
            break
        mark = next(words)
        if mark == "{":
            value = message(words)
        else:
            assert mark == ":", (word, mark)
            value = next(words)
            if value.startswith('"'):
                value = re.sub(r"\\(.)", r"\1", value[1:-1])
        fields.setdefault(word, []).append(value)
    return fields


def contract(text):
    return message(tokens(text))


def one(fields, name, default=None):
    values = fields.get(name, [])
    assert len(values) <= 1, name
    return values[0] if values else default


class Case:
    def __init__(self, name, text):
        self.name = name
        self.text = text
        self.versions = []  # texts of the next versions
        self.bucket_us = HOUR_US
        self.uses = []  # (tenant, pool, from, to, micro-GPUs)
        self.runs = []  # the same, those of the uses that are runs
        self.capacity = []
        self.closes = []  # (period, uses and runs there were)
        self.checks = []

    def change(self, edit):
        if self.versions:
            self.versions[-1] = edit(self.versions[-1])
        else:
            self.text = edit(self.text)


class Check:
    def __init__(self, word, period, at):
        self.word = word
        self.period = period
        self.at = at
        self.lines = []
        self.total = ""


def _block(lines):
    taken = []
    for line in lines:
        if line == "end":
            break
        taken.append(line + "\n")
    return "".join(taken)


def _amount(word, rest):
    *names, start, end, gpus = rest
    micro = Fraction(gpus) * 1_000_000
    assert micro.denominator == 1, rest
    return (*names, instant(start), instant(end), int(micro))


def _check(case, word, rest):
    if word == "statement":
        case.checks.append(Check(word, rest[0], (rest + [None])[1]))
    elif word == "status":
        case.checks.append(Check(word, None, rest[0]))
    elif word == "refused":
        case.checks.append(Check(word, rest[1], None))
    elif word == "=":
        case.checks[-1].lines.append(" ".join(rest))
    elif word == "total":
        case.checks[-1].total = " ".join(rest)
    else:
        assert word == "note", word


def cases(path):
    with open(path, encoding="utf-8") as file:
        lines = iter(file.read().split("\n"))
    base = ""
    found = []
    for line in lines:
        if not line or line.startswith("#"):
            continue
        word, *rest = line.split(" ")
        case = found[-1] if found else None
        if word == "base":
            base = _block(lines)
        elif word == "case":
            found.append(Case(rest[0], base))
        elif word == "contract":
            text = _block(lines)
            case.change(lambda old, new=text: old + new)
        elif word == "instead":
            old, new = [re.sub(r"\\(.)", r"\1", part) for part in re.findall(
                r'"((?:[^"\\]|\\.)*)"', line)]
            assert old in case.text, line
            case.change(lambda t, o=old, n=new: t.replace(o, n, 1))
        elif word == "version":
            case.versions.append(base + _block(lines))
        elif word == "bucket":
            case.bucket_us = int(rest[0]) * 1_000_000
        elif word == "use":
            case.uses.append(_amount(word, rest))
        elif word == "run":
            case.uses.append(_amount(word, rest))
            case.runs.append(case.uses[-1])
        elif word == "close":
            case.closes.append((rest[0], len(case.uses), len(case.runs)))
        elif word == "capacity":
            case.capacity.append(rest)
        else:
            _check(case, word, rest)
    return found
