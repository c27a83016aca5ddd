import datetime
import os

import drawdown
import pytest

POOL = "aws/us-east-1/gb200"


def instant(hour, minute=0):
    return datetime.datetime(2026, 10, 1, hour, minute, tzinfo=datetime.timezone.utc)


@pytest.fixture
def books(tmp_path):
    with drawdown.Ledger(tmp_path / "books", create=True,
                         drain_interval=datetime.timedelta(0)) as ledger:
        yield ledger


def total(ledger, **query):
    rows = ledger.usage(**query)
    return sum(rows.column("gpu_seconds"))


def pytest_report_header():
    return f"drawdown {drawdown.version()} from {os.path.dirname(drawdown.__file__)}"
