"""Statements of the product beside those of an independent model, to the last
digit: the model against the tables worked out by hand, and both against each
other on random contracts and usage.

Each run asks other cases: DRAWDOWN_SEED repeats one, DRAWDOWN_MODEL_CASES says
how many."""

import glob
import os
import random
import subprocess
import sys
import unittest
from tempfile import NamedTemporaryFile

from rating_cases import RandomCase
from rating_statement import statement
from rating_terms import Terms
from rating_text import cases, contract, instant

PRODUCT = os.environ["DRAWDOWN_RATING_LINES"]
GOLDEN = os.environ["DRAWDOWN_GOLDEN"]
CASES = int(os.environ.get("DRAWDOWN_MODEL_CASES", "100"))
SEED = os.environ.get("DRAWDOWN_SEED", "random")
BATCH = 100


def read(text):
    with NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        return cases(file.name)


def by_model(case):
    answers = []
    for check in case.checks:
        newest = case.versions[-1] if case.versions else case.text
        period = Terms(contract(newest)).calendar.period(check.period)
        at = instant(check.at) if check.at else None
        lines, total = statement(case, period, at)
        answers.append([*("= " + line for line in lines), "total " + total])
    return answers


def by_product(text):
    """The answers of each case in the text."""
    done = subprocess.run([PRODUCT], input=text, capture_output=True,
                          text=True)
    if done.returncode != 0:
        return [[[done.stdout[-2000:] + done.stderr]]]
    answers = []
    for line in done.stdout.splitlines():
        if line.startswith("case "):
            answers.append([])
        elif line == "statement":
            answers[-1].append([])
        else:
            answers[-1][-1].append(line)
    return answers


def differs(text):
    return by_product(text) != [by_model(case) for case in read(text)]


def smallest(case):
    """Leaves out what the difference does not need."""
    shrunk = True
    while shrunk:
        shrunk = False
        for smaller in case.smaller():
            if differs(smaller.text()):
                case, shrunk = smaller, True
                break
    return case


def explain(text):
    pairs = zip(by_product(text)[0], by_model(read(text)[0]))
    return text + "\n".join(
        "\n".join(["product:", *product, "model:", *model])
        for product, model in pairs)


class HandChecked(unittest.TestCase):
    """The model is right where a person has done the sums."""

    def test_tables(self):
        checked = 0
        for path in sorted(glob.glob(GOLDEN + "/*.txt")):
            for case in cases(path):
                case.checks = [c for c in case.checks if c.word == "statement"]
                for check, answer in zip(case.checks, by_model(case)):
                    with self.subTest(case=case.name, period=check.period):
                        want = ["= " + line for line in check.lines]
                        self.assertEqual(answer,
                                         want + ["total " + check.total])
                    checked += 1
        print(f"{checked} statements", file=sys.stderr)
        self.assertGreater(checked, 150)


class Random(unittest.TestCase):
    maxDiff = None

    def test_agrees(self):
        seed = (random.SystemRandom().randrange(1 << 32) if SEED == "random"
                else int(SEED))
        print(f"DRAWDOWN_SEED={seed} DRAWDOWN_MODEL_CASES={CASES}",
              file=sys.stderr)
        lines = 0
        for first in range(seed, seed + CASES, BATCH):
            made = [RandomCase(s) for s in range(
                first, min(first + BATCH, seed + CASES))]
            text = "".join(case.text() for case in made)
            answers = by_product(text)
            for case, answer in zip(made, answers):
                model = by_model(read(case.text())[0])
                if answer != model:
                    self.fail(explain(smallest(case).text()))
                lines += sum(len(one) for one in model)
            self.assertEqual(len(answers), len(made), answers[-1])
        self.assertGreater(lines, CASES)


if __name__ == "__main__":
    unittest.main()
