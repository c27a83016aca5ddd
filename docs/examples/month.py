#!/usr/bin/env python3
"""A month at a provider: meter, forecast, reconcile, plot.

    python docs/examples/month.py [FOLDER]

Each `# %%` begins a cell, for editors that run scripts so. What is made is
left in FOLDER ("month"): the books, usage.svg, commitments.html.
"""
import datetime
import os
import pathlib
import subprocess
import sys
from decimal import Decimal

import drawdown

UTC = datetime.timezone.utc
folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "month")
folder.mkdir(parents=True, exist_ok=True)

# %% A made-up company: its contracts, a month of runs, and the bills it got.
data = folder / "data"
program = os.environ.get("DRAWDOWN_BIN", "drawdown")  # The wheel's, once it is imported.
if not data.exists():
    subprocess.run([program, "example", data], check=True, capture_output=True)
ledger = drawdown.Ledger(folder / "books", create=True)
imported = ledger.import_files("runs", [data / "runs.csv"])
ledger.apply_contracts(data / "aws-2025.textproto", data / "nordgpu-2026.textproto")
print(f"{imported.rows} runs, of which {imported.inserted} are new to the books")

# %% Meter: inference counts what it serves, in GPU-microseconds.
meter = ledger.meter("acme/chat", "aws/us-east-1/gb200")
for request in range(1000):
    meter.record(1_250_000)
ledger.drain()
chat = ledger.usage(tenant="acme/chat", by=["day"])
print(f"acme/chat: GPU-seconds of {len(chat)} days")

# %% October by day, and a picture of it.
october = datetime.datetime(2026, 10, 1, tzinfo=UTC)
november = datetime.datetime(2026, 11, 1, tzinfo=UTC)
days = ledger.usage(by=["day"], pool="aws/*", start=october, end=november)
hours = [row["gpu_seconds"] / 3600 for row in days]


def bars(values, title, width=620, height=160):
    """An SVG of one bar a value."""
    count, top = len(values), max(values)
    tall = [int(value * height / top) for value in values]
    rects = "".join(
        f'<rect x="{i * width // count}" width="{width * 4 // (count * 5)}" fill="#4269d0" '
        f'y="{height - bar}" height="{bar}"/>' for i, bar in enumerate(tall))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -30 {width} {height + 30}" '
            f'role="img" aria-label="{title}"><text y="-10" font-family="sans-serif">{title}'
            f"</text>{rects}</svg>\n")


(folder / "usage.svg").write_text(bars(hours, "GPU-hours a day on aws, October 2026"))
print(f"{len(hours)} days of October, {sum(hours):,.0f} GPU-hours; usage.svg")

# %% Forecast, from the middle of the month: what will be missing, and its cost?
middle = datetime.datetime(2026, 10, 15, tzinfo=UTC)
asked = ledger.forecast("aws-2025", at=middle, scale={"acme": Decimal("1.2")})
for row in asked.intervals:
    case = "a fifth more" if row["what_if"] else "as it goes on"
    missing = row["money_missing"] if row["spend"] else row["missing"] / 3600
    unit = row["currency"] if row["spend"] else "GPU-hours"
    print(f'{case}: {row["commitment"]} will miss {missing:,.0f} {unit} '
          f'by {row["interval_end"]:%Y-%m-%d}')
(folder / "commitments.html").write_text(ledger.report_html(at=middle), encoding="utf-8")

# %% Reconcile: which lines of the bill are wrong, the dearest first?
result = drawdown.reconcile(ledger, "aws-2025", "2026-10", data / "bill-aws-2026-10.csv.gz")
wrong = [row for row in result.breaks if row["class"] not in ("matched", "non_usage")]
wrong.sort(key=lambda row: -abs(row["difference"]))
print(f"{len(wrong)} items are not clean, of {len(result.breaks)}; the dearest:")
for row in wrong[:5]:
    print(f'  {row["difference"]:>14,.2f} {row["currency"]}  {row["class"]}: {row["reason"]}')
billed, expected = (sum(result.breaks.column(name)) for name in ("billed_cost", "expected_cost"))
print(f"billed {billed:,.2f}, expected {expected:,.2f}")
assert billed - expected == sum(result.breaks.column("difference"))
