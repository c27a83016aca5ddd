"""The books in one directory."""
from __future__ import annotations

import datetime
import os
from types import TracebackType
from typing import Any, Dict, List, Optional, Type

from . import _values as v
from ._contracts import ContractCalls
from ._forecasts import ForecastCalls
from ._holds import HoldCalls
from ._imports import ImportCalls
from ._meters import MeterCalls
from ._queries import QueryCalls
from ._quotas import QuotaCalls
from ._runs import RunCalls
from ._results import Reconciliation
from ._tables import Table
from ._calls import HOUR, Path
from ._values import Exact, check, ffi, lib

class Ledger(MeterCalls, RunCalls, QuotaCalls, HoldCalls, ImportCalls, QueryCalls, ContractCalls,
             ForecastCalls):
    """The books in one directory; any number of processes may have it open.

    Thread-safe. A context manager: closing waits for calls in other threads.
    Raises what `drawdown.DrawdownError` has subclasses for.
    """

    def __init__(self, directory: Path, *, create: bool = False,
                 bucket: datetime.timedelta = HOUR,
                 lock_timeout: datetime.timedelta = datetime.timedelta(seconds=5),
                 drain_interval: datetime.timedelta = datetime.timedelta(seconds=1),
                 allow_any_filesystem: bool = False) -> None:
        self._handle = 0
        self.directory = os.fspath(directory)
        alive: List[Any] = []
        options = v.struct_of("ledger_options")
        options.create_if_missing = create
        options.allow_any_filesystem = allow_any_filesystem
        options.bucket_us = v.micros_of(bucket)
        options.lock_timeout_us = v.micros_of(lock_timeout)
        options.drain_interval_us = v.micros_of(drain_interval)
        handle, error = ffi.new("drawdown_ledger*"), ffi.new("drawdown_error*")
        check(lib.drawdown_ledger_open(v.text(self.directory, alive), options, handle, error),
              error)
        self._handle = handle[0]

    def close(self) -> None:
        """Closes it; a second time does nothing. Meters go on counting."""
        handle, self._handle = self._handle, 0
        lib.drawdown_ledger_close(handle, ffi.NULL)

    def __del__(self) -> None:
        if getattr(self, "_handle", 0):
            self.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    def __reduce__(self) -> Any:
        raise TypeError("a Ledger is of its process: open it anew in another")


    def info(self) -> Dict[str, Any]:
        """directory, uuid, format, bucket_us, created, entries, chain_hash."""
        return self._table(lib.drawdown_ledger_info)[0]

    def verify(self) -> List[str]:
        """Proves the books; what is wrong, a line each. Runs the `drawdown` program."""
        ok, findings = ffi.new("uint8_t*"), ffi.new("drawdown_table*")
        self._call(lib.drawdown_verify, ok, findings)
        return [str(finding) for finding in Table(findings[0]).column("finding")]

    def backup(self, destination: Path) -> None:
        """A consistent copy into a directory that must not exist."""
        alive: List[Any] = []
        self._call(lib.drawdown_backup, v.text(os.fspath(destination), alive))


def reconcile(ledger: Ledger, contract: str, period: str, bill: Any, *,
              tolerance: Optional[Exact] = None, memory: Optional[int] = None,
              tenant_tag: str = "") -> Reconciliation:
    """`ledger.reconcile` of one bill: a path, or a pyarrow, polars or duckdb table."""
    return ledger.reconcile(contract, period, bill, tolerance=tolerance, memory=memory,
                            tenant_tag=tenant_tag)
