"""Random programs against sums made with fractions."""
import datetime
from decimal import Decimal
from fractions import Fraction

import drawdown
from conftest import POOL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

START = datetime.datetime(2026, 10, 1, tzinfo=datetime.timezone.utc)
micro = st.integers(0, 64_000_000).map(lambda n: Fraction(n, 1_000_000))
offset = st.integers(0, 40 * 3600 * 1_000_000)


@settings(max_examples=30, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(micro, offset, offset), min_size=1, max_size=8))
def test_runs_add_up(tmp_path_factory, rows):
    expected = Fraction(0)
    with drawdown.Ledger(tmp_path_factory.mktemp("books") / "l", create=True) as books:
        for i, (gpus, one, other) in enumerate(rows):
            first, last = sorted((one, other))
            books.start_run(f"r{i}", "acme", POOL, gpus,
                            START + datetime.timedelta(microseconds=first))
            books.stop_run(f"r{i}", START + datetime.timedelta(microseconds=last))
            expected += round(gpus * (last - first))
        got = sum(books.usage().column("gpu_seconds"), Decimal(0))
    # Each run's own half-even rounding to a GPU-microsecond is Fraction's round().
    assert Fraction(got) == expected / 1_000_000


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 1 << 62), max_size=20))
def test_meters_add_up(tmp_path_factory, amounts):
    with drawdown.Ledger(tmp_path_factory.mktemp("books") / "l", create=True) as books:
        meter = books.meter("acme", POOL)
        for amount in amounts:
            meter.record(amount)
        assert books.drain().gpu_us == sum(amounts) % (1 << 64)
