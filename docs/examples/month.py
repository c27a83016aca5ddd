"""A month, cell by cell: live meters, usage, what will be missed, and the bill.

Run it whole, or as a notebook: the cells begin with `# %%`. It needs the drawdown wheel;
with matplotlib it draws usage.png, and always writes commitments.html, whose charts are SVG.
"""
# %% An empty ledger in this folder, and the made-up company's data beside it.
import collections
import datetime
import os
import pathlib
import subprocess

import drawdown

UTC = datetime.timezone.utc
ledger = drawdown.Ledger("books", create=True)
# `import drawdown` sets $DRAWDOWN_BIN to the program that comes with the wheel.
subprocess.run([os.environ["DRAWDOWN_BIN"], "example", "data"], check=True, capture_output=True)
data = pathlib.Path("data")

# %% A live meter counts what an inference gateway serves. 2,000 requests of 0.25 GPU-seconds.
meter = ledger.meter("acme/chat", "aws/us-east-1/gb200")
for request in range(2000):
    meter.record(250_000)
ledger.drain()
print("metered now:", ledger.usage()[0]["gpu_seconds"], "GPU-seconds")

# %% The scheduler's runs, and the contracts they are drawn down against.
for line in ledger.apply_contracts(*sorted(data.glob("*.textproto"))):
    print(line)
imported = ledger.import_files("runs", [data / "runs.csv"])
print(imported.inserted, "runs")

# %% Who used what in October.
october = datetime.datetime(2026, 10, 1, tzinfo=UTC)
november = datetime.datetime(2026, 11, 1, tzinfo=UTC)
usage = ledger.usage(by=["tenant"], start=october, end=november, at=november)
for row in usage:
    print(f"{row['tenant']:<20} {row['gpu_seconds'] / 3600:>14.3f} GPU-hours")

# %% Will the commitments be met? As it looked in the middle of the month.
middle = datetime.datetime(2026, 10, 15, tzinfo=UTC)
forecast = ledger.forecast(at=middle)
for row in forecast.intervals:
    missing = row["missing_cost"]
    print(f"{row['commitment']:<16} until {row['interval_end']:%Y-%m-%d} misses {missing:,.2f}"
          f" ({row['missing_cost_low']:,.2f} to {row['missing_cost_high']:,.2f}) {row['currency']}")

# %% The provider's bill against the books, line by line.
result = ledger.reconcile("aws-2025", "2026-10", data / "bill-aws-2026-10.csv.gz", at=november)
print("clean" if result.clean else "not clean")
difference = collections.Counter()
lines = collections.Counter(result.breaks.column("class"))
for row in result.breaks:
    difference[row["class"]] += row["difference"]
for name in sorted(lines):
    rounded = round(difference[name], 2) + 0  # not -0.00
    print(f"{name:<24} {lines[name]:>5} lines {rounded:>16,} USD")

# %% Pictures.
daily = ledger.usage(by=["day"], start=october, end=november, at=november)
try:
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
except ImportError:
    pass
else:
    figure, axes = pyplot.subplots(figsize=(10, 4))
    axes.bar(daily.column("day"), [seconds / 3600 for seconds in daily.column("gpu_seconds")])
    axes.set_ylabel("GPU-hours")
    axes.tick_params(axis="x", rotation=90)
    figure.tight_layout()
    figure.savefig("usage.png")
pathlib.Path("commitments.html").write_text(ledger.report_html(at=middle), encoding="utf-8")
print(len(daily), "days drawn")
ledger.close()
