"""GPU-hour metering, quotas, contract drawdown and bill reconciliation.

    import drawdown

    with drawdown.Ledger("books", create=True) as ledger:
        meter = ledger.meter("acme/chat", "aws/us-east-1/gb200")
        meter.record(1_250_000)          # GPU-microseconds: 1.25 GPU-seconds
        print(ledger.usage(by=["tenant"]).to_pylist())

Quantities are exact. GPU time given to meters is an int of GPU-microseconds;
GPU-hours and GPU counts are int, Decimal or Fraction, and a float is a
TypeError. Answers are Decimal. Instants are aware datetimes.

Answers are tables (`Table`): iterate them, or hand them to pyarrow, pandas,
polars or duckdb, which take anything with `__arrow_c_stream__`.

Every call that may wait releases the GIL. Objects may be used from any thread
and die in any order. After a fork the child opens its own Ledger; meters go on
counting there.
"""
import os as _os

from . import _program
from ._contracts import bill_summary, validate_contract
from ._errors import (
    BadInputError, BusyError, ConflictError, CorruptError, DiskFullError, DrawdownError,
    ForkedError, HoldRequiredError, LedgerError, MisuseError, NotFoundError, OverflowedError,
    RefusedError, StateError, UnknownNameError)
from ._holds import Hold
from ._ledger import Ledger, reconcile, salvage
from ._meters import Meter, record_batch, try_record_batch
from ._results import (
    AddedRun, Admission, Decision, DrainResult, Forecast, Heartbeat, HeartbeatResult, HoldRequest,
    ImportResult, QuotaExplanation, QuotaUsers, Quote, Reconciliation, RunStart)
from ._tables import Table
from ._values import abi_version, version

# Ledger.verify runs the program in a process of its own: this wheel's.
if _program.path().exists():
    _os.environ.setdefault("DRAWDOWN_BIN", str(_program.path()))

__version__ = version()

__all__ = [
    "AddedRun", "Admission", "BadInputError", "BusyError", "ConflictError", "CorruptError",
    "Decision", "DiskFullError", "DrainResult", "DrawdownError", "Forecast", "ForkedError",
    "Heartbeat", "HeartbeatResult", "Hold", "HoldRequest", "HoldRequiredError", "ImportResult",
    "Ledger", "LedgerError", "Meter", "MisuseError", "NotFoundError", "OverflowedError",
    "QuotaExplanation", "QuotaUsers", "Quote", "Reconciliation", "RefusedError", "RunStart",
    "StateError", "Table", "UnknownNameError", "abi_version", "bill_summary", "reconcile",
    "record_batch", "salvage", "try_record_batch", "validate_contract", "version",
]
