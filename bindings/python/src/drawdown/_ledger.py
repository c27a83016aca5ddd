"""The books in one directory."""
from __future__ import annotations

import atexit
import datetime
import os
import weakref
from types import TracebackType
from typing import Any, Dict, List, Optional, Type

from . import _values as v
from ._callbacks import Clock, ClockCallback
from ._calls import HOUR, Path
from ._contracts import ContractCalls
from ._forecasts import ForecastCalls
from ._holds import HoldCalls
from ._imports import ImportCalls
from ._meters import MeterCalls
from ._queries import QueryCalls
from ._quotas import QuotaCalls
from ._results import Reconciliation
from ._runs import RunCalls
from ._tables import Table
from ._values import Exact, Instant, check, ffi, lib

_FIVE_SECONDS = datetime.timedelta(seconds=5)
_ONE_SECOND = datetime.timedelta(seconds=1)
_MAP_SIZE = 1 << 36

# A clock is called by threads of the library: it must live as long as they, and
# they must be gone before Python is.
_clocks: List[Clock] = []
_ledgers_with_clocks: "weakref.WeakSet[Ledger]" = weakref.WeakSet()


@atexit.register
def _close_ledgers_with_clocks() -> None:
    for ledger in list(_ledgers_with_clocks):
        ledger.close()


def _options_of(bucket: datetime.timedelta, allow_any_filesystem: bool, map_size: int) -> Any:
    options = v.struct_of("ledger_options")
    options.bucket_us = v.micros_of(bucket)
    options.allow_any_filesystem = allow_any_filesystem
    options.map_size_bytes = v.whole(map_size, "map_size", 1)
    return options


class Ledger(MeterCalls, RunCalls, QuotaCalls, HoldCalls, ImportCalls, QueryCalls, ContractCalls,
             ForecastCalls):
    """The books in one directory; any number of processes may have it open.

    Thread-safe. A context manager. Each call is one transaction: it is durable when it
    returns, and changed nothing when it raised, except LedgerError "uncertain", after
    which the same call may be repeated.

    Of every call: BusyError when another process holds the writer lock for longer than
    lock_timeout, DiskFullError, CorruptError, LedgerError for the directory's other
    troubles, ForkedError in a forked child, MisuseError once it is closed; TypeError and
    ValueError for arguments that are not exact, naive instants, and texts with a NUL.
    """

    def __init__(self, directory: Path, *, create: bool = False,
                 bucket: datetime.timedelta = HOUR,
                 lock_timeout: datetime.timedelta = _FIVE_SECONDS,
                 drain_interval: datetime.timedelta = _ONE_SECOND,
                 allow_any_filesystem: bool = False, map_size: int = _MAP_SIZE,
                 clock: Optional[ClockCallback] = None) -> None:
        """Opens the ledger in a directory; with `create`, makes it where there is none.

        `bucket`: of a ledger made now, an hour, 30 or 15 minutes. `lock_timeout`: how long
        a call waits for another writer before BusyError, whole milliseconds.
        `drain_interval`: how often what meters counted is made durable in the background,
        1 ms to 1 h; 0: only when `drain` is called. `map_size`: bytes of address space for
        the store, which grows by doubling. `clock`: the time source, for tests; called from
        any thread, it gives an aware datetime and must not call the ledger.

        LedgerError (not_a_ledger, ledger_version, unsupported_filesystem unless
        `allow_any_filesystem`, already_open ...), BusyError, StateError for options.
        """
        self._handle = 0
        self.directory = os.fspath(directory)
        alive: List[Any] = []
        options = _options_of(bucket, allow_any_filesystem, map_size)
        options.create_if_missing = create
        options.lock_timeout_us = v.micros_of(lock_timeout)
        options.drain_interval_us = v.micros_of(drain_interval)
        if clock is not None:
            self._clock = Clock(clock)
            _clocks.append(self._clock)
            options.now_us, options.now_context = lib.drawdown_py_now, self._clock.context
        handle, error = ffi.new("drawdown_ledger*"), ffi.new("drawdown_error*")
        check(lib.drawdown_ledger_open(v.path(directory, alive), options, handle, error), error)
        self._handle = handle[0]
        if clock is not None:
            _ledgers_with_clocks.add(self)

    @staticmethod
    def create(directory: Path, *, bucket: datetime.timedelta = HOUR,
               allow_any_filesystem: bool = False, map_size: int = _MAP_SIZE) -> None:
        """Makes a new ledger, and does not open it.

        Arguments as `Ledger(...)` has them. LedgerError: there is one ("ledger_exists"),
        or something else ("not_a_ledger"); StateError for options.
        """
        alive: List[Any] = []
        error = ffi.new("drawdown_error*")
        check(lib.drawdown_ledger_create(v.path(directory, alive),
                                         _options_of(bucket, allow_any_filesystem, map_size),
                                         error), error)

    def close(self) -> None:
        """Closes it; a second time does nothing, and raises nothing.

        Calls in progress in other threads go on, and the last of them closes the books.
        Meters go on counting. Further calls raise MisuseError.
        """
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
        """directory, uuid, format, bucket_us, created, entries, chain_hash.

        MisuseError once it is closed.
        """
        return self._table(lib.drawdown_ledger_info)[0]

    def verify(self) -> List[str]:
        """Proves the books; what is wrong, a line each. Runs the `drawdown` program.

        NotFoundError where the program is not found; BusyError past lock_timeout.
        """
        ok, findings = ffi.new("uint8_t*"), ffi.new("drawdown_table*")
        self._call(lib.drawdown_verify, ok, findings)
        return [str(finding) for finding in Table(findings[0]).column("finding")]

    def backup(self, destination: Path) -> None:
        """A consistent copy into a directory that must not exist.

        LedgerError when it does; DiskFullError, and then it is not there.
        """
        alive: List[Any] = []
        self._call(lib.drawdown_backup, v.path(destination, alive))


def reconcile(ledger: Ledger, contract: str, period: str, bill: Any, *,
              tolerance: Optional[Exact] = None, memory: Optional[int] = None,
              tenant_tag: str = "", text_format: str = "", snapshots: bool = False,
              mapping: Optional[Path] = None, bill_format: str = "",
              at: Optional[Instant] = None, as_of: Optional[Instant] = None) -> Reconciliation:
    """`ledger.reconcile` of a bill: a path, a list of paths, or a pyarrow, polars or duckdb table.

    Errors as there: BadInputError, NotFoundError, StateError, LedgerError, TypeError.
    """
    bills = bill if isinstance(bill, (list, tuple)) else [bill]
    return ledger.reconcile(contract, period, *bills, tolerance=tolerance, memory=memory,
                            tenant_tag=tenant_tag, text_format=text_format, snapshots=snapshots,
                            mapping=mapping, bill_format=bill_format, at=at, as_of=as_of)


def salvage(directory: Path, destination: Path) -> Table:
    """Rebuilds a ledger, in a directory that must not exist, from what can still be read.

    One row: entries_read, entries_lost, runs, usage_records, contracts; its `notes` are the
    losses. LedgerError where there is nothing to read or no place for it.
    """
    alive: List[Any] = []
    table, error = ffi.new("drawdown_table*"), ffi.new("drawdown_error*")
    check(lib.drawdown_salvage(v.path(directory, alive), v.path(destination, alive), table,
                               error), error)
    return Table(table[0])
