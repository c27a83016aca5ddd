"""Ledgers, meters and holds."""
from __future__ import annotations

import datetime
import enum
import functools
import os
import pathlib
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple, Type, Union

from . import _values as v
from ._errors import RefusedError
from ._tables import Table, stream_of
from ._values import Exact, Instant, check, ffi, lib

Path = Union[str, "os.PathLike[str]"]

_HOUR = datetime.timedelta(hours=1)
_BY = {"tenant": 0, "pool": 1, "hour": 2, "day": 3, "month": 4}
_PERIODS = {"total": 0, "month": 1, "interval": 2, "rolling": 3, "at_once": 4}
_REASONS = {"unknown": 0, "done": 1, "failed": 2, "preempted": 3, "node_failure": 4,
            "cancelled": 5, "lost": 6}
_RUN_STATES = {"never_started": 0, "open": 1, "suspended": 2, "ended": 3, "voided": 4}
_HOLD_STATES = {"open": 0, "expired": 1, "settled": 2, "released": 3}
_KINDS = {"runs": 1, "usage": 2, "capacity": 3, "sacct": 4}


def _number(names: Dict[str, int], name: str, what: str) -> int:
    if name not in names:
        raise ValueError(f"{what} {name!r} is not one of {', '.join(names)}")
    return names[name]


class Decision(enum.IntEnum):
    """What try_record did."""

    ADMITTED = 0
    QUOTA_EXCEEDED = 1
    BUSY = 2


@dataclass(frozen=True)
class Admission:
    """Admitted, or refused with the reason. True when admitted."""

    refusal: Optional[Dict[str, Any]]

    def __bool__(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True)
class DrainResult:
    """What a drain moved into the books."""

    meters: int
    gpu_us: int
    files: int
    retired: int
    regressions: int
    flipped: bool


@dataclass(frozen=True)
class ImportResult:
    """What became of imported rows."""

    rows: int
    inserted: int
    updated: int
    unchanged: int
    open: int
    never_started: int
    zero_gpu: int


@dataclass(frozen=True)
class AddedRun:
    """A run that a forecast is to count as well."""

    tenant: str
    pool: str
    gpus: Exact
    start: Instant
    end: Instant


@dataclass(frozen=True)
class Forecast:
    """`intervals` of the commitments, and the `costs` of whole months."""

    intervals: Table
    costs: Table


@dataclass(frozen=True)
class Reconciliation:
    """A bill against the books: `breaks` has every group of rows, matched ones too."""

    clean: bool
    breaks: Table
    checks: Table


class Meter:
    """Counts the GPU time of one tenant in one pool.

    Valid until the process ends, also when its ledger is closed and in forked
    children. Any thread may use it.

    `record(gpu_us)` adds GPU-microseconds (int, not negative) and is exact,
    wait-free and there after kill -9. `try_record_code(gpu_us)` is try_record
    as a plain int.
    """

    __slots__ = ("_id", "record", "try_record_code")

    record: Callable[[int], None]
    try_record_code: Callable[[int], int]

    def __init__(self, identity: int) -> None:
        self._id = identity
        self.record = functools.partial(lib.drawdown_record, identity)
        self.try_record_code = functools.partial(lib.drawdown_try_record, identity)

    def __reduce__(self) -> Any:
        raise TypeError("a Meter is of its process: bind it anew in another")

    def try_record(self, gpu_us: int) -> Decision:
        """Adds `gpu_us` only if every quota above the tenant has room."""
        return Decision(self.try_record_code(gpu_us))

    def record_many(self, gpu_us: Any) -> None:
        """Adds every amount of a buffer of int64 (numpy, array('q'), Arrow)."""
        view = memoryview(gpu_us)
        if view.format not in ("q", "l") or view.itemsize != 8:
            raise TypeError(f"expected a buffer of int64, not of {view.format!r}")
        amounts = ffi.from_buffer("int64_t[]", view)
        lib.drawdown_record_many(self._id, amounts, len(amounts))


class Hold:
    """Quota earmarked before use. As a context manager it is settled at the end.

    Inside the `with`, say what was used with `use`; at the end that is settled.
    When the block raises, what was used is settled all the same and the rest
    goes back. A run that was started with the hold draws it by itself: then
    the end of the block releases what is left.
    """

    def __init__(self, ledger: "Ledger", hold_id: str, gpu_us: int) -> None:
        self._ledger = ledger
        self._closed = False
        self._drawn_by_run = False
        self.hold_id = hold_id
        self.gpu_us = gpu_us
        self.used_gpu_us = 0

    def use(self, gpu_us: int) -> None:
        """Adds to what will be settled."""
        if gpu_us < 0:
            raise ValueError(f"{gpu_us} GPU-microseconds is negative")
        self.used_gpu_us += gpu_us

    def drawn_by_run(self) -> None:
        """A run draws it: its end releases what is left."""
        self._drawn_by_run = True

    def settle(self, used_gpu_us: int, *, refuse_overdraft: bool = False) -> Admission:
        """Ends it with what was used: less, as much or more than is held."""
        self._closed = True
        return self._ledger.settle_hold(self.hold_id, used_gpu_us,
                                        refuse_overdraft=refuse_overdraft)

    def release(self) -> None:
        """Ends it with nothing used."""
        self._closed = True
        self._ledger.release_hold(self.hold_id)

    def __enter__(self) -> "Hold":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        if self._closed:
            return
        if self._drawn_by_run:
            self.release()
        else:
            self.settle(self.used_gpu_us)


class Ledger:
    """The books in one directory; any number of processes may have it open.

    Thread-safe. A context manager: closing waits for calls in other threads.
    Raises what `drawdown.DrawdownError` has subclasses for.
    """

    def __init__(self, directory: Path, *, create: bool = False,
                 bucket: datetime.timedelta = _HOUR,
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

    # --- calls

    def _call(self, function: Any, *arguments: Any) -> None:
        error = ffi.new("drawdown_error*")
        check(function(self._handle, *arguments, error), error)

    def _table(self, function: Any, *arguments: Any) -> Table:
        table = ffi.new("drawdown_table*")
        self._call(function, *arguments, table)
        return Table(table[0])

    def _admit(self, function: Any, *arguments: Any) -> Admission:
        refusal = ffi.new("drawdown_table*")
        self._call(function, *arguments, refusal)
        return Admission(Table(refusal[0])[0] if refusal[0] else None)

    def _made_text(self, function: Any, *arguments: Any) -> str:
        made = ffi.new("drawdown_bytes*")
        self._call(function, *arguments, made)
        view, error = ffi.new("drawdown_text*"), ffi.new("drawdown_error*")
        try:
            check(lib.drawdown_bytes_view(made[0], view, error), error)
            return str(ffi.buffer(view.data, view.size)[:].decode())
        finally:
            lib.drawdown_bytes_close(made[0], ffi.NULL)

    # --- the ledger itself

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

    # --- meters

    def meter(self, tenant: str, pool: str, *, strict: bool = False) -> Meter:
        """The meter of a tenant in a pool, which are created unless `strict`."""
        return self.meters([(tenant, pool)], strict=strict)[0]

    def meters(self, names: Sequence[Tuple[str, str]], *, strict: bool = False) -> List[Meter]:
        """Many meters with one commit: all or none."""
        alive: List[Any] = []
        tenants = ffi.new("drawdown_text[]", [v.text(tenant, alive) for tenant, _ in names])
        pools = ffi.new("drawdown_text[]", [v.text(pool, alive) for _, pool in names])
        bound = ffi.new("drawdown_meter[]", len(names))
        self._call(lib.drawdown_meter_bind_many, tenants, pools, len(names), strict, bound)
        return [Meter(identity) for identity in bound]

    def drain(self) -> DrainResult:
        """Makes durable what all meters of all processes have counted."""
        result = v.struct_of("drain_result")
        self._call(lib.drawdown_drain, result)
        return DrainResult(result.meters, v.of_int128(result.gpu_us), result.files,
                           result.retired, result.regressions, bool(result.flipped))

    def live(self) -> Table:
        """A row per live meter: tenant, pool, open, undrained (GPU-seconds)."""
        return self._table(lib.drawdown_live)

    # --- runs

    def start_run(self, run_id: str, tenant: str, pool: str, gpus: Exact, at: Instant, *,
                  attempt: int = 1, hold: Union[Hold, str, None] = None,
                  strict: bool = False) -> Admission:
        """Starts a run; the same again is fine. Under a hard quota give a hold."""
        alive: List[Any] = []
        start = v.struct_of("run_start")
        start.run_id = v.text(run_id, alive)
        start.attempt = attempt
        start.tenant = v.text(tenant, alive)
        start.pool = v.text(pool, alive)
        start.micro_gpus = v.micro_gpus(gpus)
        start.at_us = v.instant(at)
        start.strict = strict
        if isinstance(hold, Hold):
            hold.drawn_by_run()
            hold = hold.hold_id
        if hold is not None:
            start.hold_id = v.text(hold, alive)
        return self._admit(lib.drawdown_run_start_many, start, 1)

    def resize_run(self, run_id: str, gpus: Exact, at: Instant, *, attempt: int = 1) -> Admission:
        """Another number of GPUs from `at` on."""
        alive: List[Any] = []
        return self._admit(lib.drawdown_run_resize, v.text(run_id, alive), attempt,
                           v.micro_gpus(gpus), v.instant(at))

    def suspend_run(self, run_id: str, at: Instant, *, attempt: int = 1) -> None:
        """It does not accrue, unless its pool's policy says so."""
        alive: List[Any] = []
        self._call(lib.drawdown_run_suspend, v.text(run_id, alive), attempt, v.instant(at))

    def resume_run(self, run_id: str, at: Instant, *, attempt: int = 1) -> Admission:
        """It goes on."""
        alive: List[Any] = []
        return self._admit(lib.drawdown_run_resume, v.text(run_id, alive), attempt, v.instant(at))

    def stop_run(self, run_id: str, at: Instant, reason: str = "done", *,
                 attempt: int = 1) -> None:
        """Ends it: done, failed, preempted, node_failure, cancelled, lost, unknown."""
        alive: List[Any] = []
        self._call(lib.drawdown_run_stop, v.text(run_id, alive), attempt, v.instant(at),
                   _number(_REASONS, reason, "reason"))

    def heartbeat_run(self, run_id: str, at: Instant, *, attempt: int = 1) -> None:
        """It was alive at `at`."""
        alive: List[Any] = []
        self._call(lib.drawdown_run_heartbeat, v.text(run_id, alive), attempt, v.instant(at))

    def _run_query(self, alive: List[Any], tenant: str, pool: str, run_id: str,
                   state: Optional[str], limit: int) -> Any:
        query = v.struct_of("run_query")
        query.tenant = v.text(tenant, alive)
        query.pool = v.text(pool, alive)
        query.run_id = v.text(run_id, alive)
        query.limit = limit
        if state is not None:
            query.state = _number(_RUN_STATES, state, "state")
        return query

    def runs(self, *, tenant: str = "", pool: str = "", run_id: str = "",
             state: Optional[str] = None, limit: int = 0) -> Table:
        """A row per run."""
        alive: List[Any] = []
        return self._table(lib.drawdown_runs,
                           self._run_query(alive, tenant, pool, run_id, state, limit))

    def segments(self, *, tenant: str = "", pool: str = "", run_id: str = "",
                 state: Optional[str] = None, limit: int = 0) -> Table:
        """A row per segment of constant GPU count."""
        alive: List[Any] = []
        return self._table(lib.drawdown_segments,
                           self._run_query(alive, tenant, pool, run_id, state, limit))

    # --- quotas and holds

    def set_quota(self, tenant: str, *, gpu_hours: Optional[Exact] = None,
                  gpus: Optional[Exact] = None, per: str = "month", pool: str = "*",
                  rolling: Optional[datetime.timedelta] = None, contract: str = "",
                  commitment: str = "", soft: bool = False, slice: bool = False,
                  lending: Optional[Exact] = None, borrowing: Exact = 0,
                  start: Optional[Instant] = None) -> bool:
        """A limit on a tenant's subtree: `gpu_hours` per period, or `gpus` at once.

        Without either the limit is taken away. True when something changed.
        """
        if gpu_hours is not None and gpus is not None:
            raise ValueError("give gpu_hours or gpus, not both")
        at_once = gpus is not None
        amount = v.micro_gpus if at_once else v.gpu_us
        alive: List[Any] = []
        setting = v.struct_of("quota_setting")
        setting.tenant = v.text(tenant, alive)
        setting.pool = v.text(pool, alive)
        setting.period = _PERIODS["at_once"] if at_once else _number(_PERIODS, per, "period")
        setting.contract = v.text(contract, alive)
        setting.commitment = v.text(commitment, alive)
        setting.soft, setting.slice = soft, slice
        setting.from_us = v.instant(start)
        setting.borrowing = v.int128(amount(borrowing))
        if rolling is not None:
            setting.rolling_us = v.micros_of(rolling)
        if lending is not None:
            setting.lends, setting.lending = 1, v.int128(amount(lending))
        limit = gpus if at_once else gpu_hours
        if limit is None:
            setting.unlimited = 1
        else:
            setting.nominal = v.int128(amount(limit))
        changed = ffi.new("uint8_t*")
        self._call(lib.drawdown_quota_set, setting, changed)
        return bool(changed[0])

    def quotas(self, tenant: str = "", *, at: Optional[Instant] = None) -> Table:
        """A row per quota at or below a tenant, with used, held and available."""
        alive: List[Any] = []
        return self._table(lib.drawdown_quotas, v.text(tenant, alive), v.instant(at))

    def hold(self, hold_id: str, tenant: str, pool: str, gpu_hours: Exact, *, gpus: Exact = 0,
             ttl: datetime.timedelta = _HOUR, strict: bool = False) -> Hold:
        """Places a hold, to be used as a context manager. RefusedError when it does not fit."""
        admission = self.place_hold(hold_id, tenant, pool, gpu_hours, gpus=gpus, ttl=ttl,
                                    strict=strict)
        if admission.refusal is not None:
            raise RefusedError(admission.refusal)
        return Hold(self, hold_id, v.gpu_us(gpu_hours))

    def place_hold(self, hold_id: str, tenant: str, pool: str, gpu_hours: Exact, *,
                   gpus: Exact = 0, ttl: datetime.timedelta = _HOUR,
                   strict: bool = False) -> Admission:
        """Places a hold that lasts `ttl`, or says why it does not fit."""
        alive: List[Any] = []
        request = v.struct_of("hold_request")
        request.hold_id = v.text(hold_id, alive)
        request.tenant = v.text(tenant, alive)
        request.pool = v.text(pool, alive)
        request.gpu_us = v.int128(v.gpu_us(gpu_hours))
        request.micro_gpus = v.micro_gpus(gpus)
        request.ttl_us = v.micros_of(ttl)
        request.strict = strict
        return self._admit(lib.drawdown_hold_place, request, 1)

    def renew_hold(self, hold_id: str, renewal: int, *, charge_gpu_us: int = 0,
                   extend_gpu_us: int = 0, ttl: datetime.timedelta = _HOUR) -> Admission:
        """Charges and extends at one instant. `renewal` is 1, 2, ..."""
        alive: List[Any] = []
        request = v.struct_of("hold_renewal")
        request.hold_id = v.text(hold_id, alive)
        request.renewal = renewal
        request.charge_gpu_us = v.int128(charge_gpu_us)
        request.extend_gpu_us = v.int128(extend_gpu_us)
        request.ttl_us = v.micros_of(ttl)
        return self._admit(lib.drawdown_hold_renew, request)

    def settle_hold(self, hold_id: str, used_gpu_us: int, *,
                    refuse_overdraft: bool = False) -> Admission:
        """Ends a hold with what was used."""
        alive: List[Any] = []
        return self._admit(lib.drawdown_hold_settle, v.text(hold_id, alive),
                           v.int128(used_gpu_us), int(refuse_overdraft))

    def release_hold(self, hold_id: str) -> None:
        """Ends a hold with nothing used."""
        alive: List[Any] = []
        self._call(lib.drawdown_hold_release, v.text(hold_id, alive))

    def holds(self, *, tenant: str = "", pool: str = "", state: Optional[str] = None,
              limit: int = 0, at: Optional[Instant] = None) -> Table:
        """A row per hold."""
        alive: List[Any] = []
        query = v.struct_of("hold_query")
        query.tenant = v.text(tenant, alive)
        query.pool = v.text(pool, alive)
        query.limit = limit
        query.at_us = v.instant(at)
        if state is not None:
            query.state = _number(_HOLD_STATES, state, "state")
        return self._table(lib.drawdown_holds, query)

    def exhaustions(self) -> Table:
        """What runs out and when, soonest first, if all goes on as now."""
        return self._table(lib.drawdown_exhaustions)

    # --- imports

    def _import_options(self, alive: List[Any], strict: bool, zone: str,
                        columns: Optional[Dict[str, str]],
                        constants: Optional[Dict[str, str]]) -> Any:
        options = v.struct_of("import_options")
        options.strict = strict
        options.zone = v.text(zone, alive)
        for name, pairs in (("column", columns or {}), ("constant", constants or {})):
            flat = [v.text(one, alive) for pair in pairs.items() for one in pair]
            array = ffi.new("drawdown_text[]", flat)
            alive.append(array)
            setattr(options, name + "s", array)
            setattr(options, name + "_pairs", len(pairs))
        return options

    def import_files(self, kind: str, paths: Iterable[Path], *, strict: bool = False,
                     zone: str = "", columns: Optional[Dict[str, str]] = None,
                     constants: Optional[Dict[str, str]] = None) -> ImportResult:
        """Imports CSV files of "runs", "usage", "capacity", or what `sacct -P` printed."""
        alive: List[Any] = []
        texts = [v.text(os.fspath(path), alive) for path in paths]
        result = v.struct_of("import_result")
        self._call(lib.drawdown_import_files, _number(_KINDS, kind, "kind"),
                   ffi.new("drawdown_text[]", texts), len(texts),
                   self._import_options(alive, strict, zone, columns, constants), result)
        return _import_result(result)

    def import_arrow(self, kind: str, data: Any, *, strict: bool = False, zone: str = "",
                     columns: Optional[Dict[str, str]] = None,
                     constants: Optional[Dict[str, str]] = None) -> ImportResult:
        """Imports "runs" or "usage" from anything with `__arrow_c_stream__`."""
        alive: List[Any] = []
        stream, owner = stream_of(data)
        alive.append(owner)
        result = v.struct_of("import_result")
        self._call(lib.drawdown_import_arrow, _number(_KINDS, kind, "kind"), stream,
                   self._import_options(alive, strict, zone, columns, constants), result)
        return _import_result(result)

    # --- queries

    def usage(self, *, by: Sequence[str] = (), tenant: str = "", pool: str = "",
              start: Optional[Instant] = None, end: Optional[Instant] = None,
              at: Optional[Instant] = None, as_of: Optional[Instant] = None, zone: str = "UTC",
              net: bool = False) -> Table:
        """GPU-seconds by "tenant", "pool", "hour", "day", "month", in the order asked."""
        alive: List[Any] = []
        query = v.struct_of("usage_query")
        numbers = ffi.new("int32_t[]", [_number(_BY, name, "by") for name in by])
        query.by, query.by_count = numbers, len(by)
        query.tenant, query.pool = v.text(tenant, alive), v.text(pool, alive)
        query.zone = v.text(zone, alive)
        query.from_us, query.to_us = v.instant(start), v.instant(end)
        query.at_us, query.as_of_us = v.instant(at), v.instant(as_of)
        query.net = net
        return self._table(lib.drawdown_usage, query)

    def journal(self, from_sequence: int = 0, *, limit: int = 0) -> Table:
        """Entries of the journal, oldest first."""
        return self._table(lib.drawdown_journal, from_sequence, limit)

    # --- contracts, statements, bills

    def apply_contracts(self, *paths: Path) -> List[str]:
        """Applies contract files together or not at all; a line per contract."""
        texts = {os.fspath(path): pathlib.Path(path).read_text(encoding="utf-8")
                 for path in paths}
        return self.apply_contract_texts(texts)

    def apply_contract_texts(self, texts: Dict[str, str]) -> List[str]:
        """The same for texts by the name that errors call them."""
        alive: List[Any] = []
        names = ffi.new("drawdown_text[]", [v.text(name, alive) for name in texts])
        bodies = ffi.new("drawdown_text[]", [v.text(body, alive) for body in texts.values()])
        table = self._table(lib.drawdown_contract_apply, names, bodies, len(texts))
        return [str(line) for line in table.column("outcome")]

    def contracts(self) -> Table:
        """A row per contract, in its newest version."""
        return self._table(lib.drawdown_contracts)

    def _statement_query(self, alive: List[Any], contract: str, period: str,
                         at: Optional[Instant], as_of: Optional[Instant]) -> Any:
        query = v.struct_of("statement_query")
        query.contract = v.text(contract, alive)
        query.period = v.text(period, alive)
        query.at_us, query.as_of_us = v.instant(at), v.instant(as_of)
        return query

    def statement(self, contract: str, period: str, *, at: Optional[Instant] = None,
                  as_of: Optional[Instant] = None) -> Table:
        """What is owed, line by line; the sum of `cost` is the total."""
        alive: List[Any] = []
        return self._table(lib.drawdown_statement,
                           self._statement_query(alive, contract, period, at, as_of))

    def statement_text(self, contract: str, period: str, format: str = "csv", *,
                       at: Optional[Instant] = None, as_of: Optional[Instant] = None) -> str:
        """What `drawdown statement --format FORMAT` prints."""
        alive: List[Any] = []
        return self._made_text(lib.drawdown_statement_text,
                               self._statement_query(alive, contract, period, at, as_of),
                               v.text(format, alive))

    def status(self, *, at: Optional[Instant] = None, as_of: Optional[Instant] = None) -> Table:
        """Each commitment in its current interval."""
        return self._table(lib.drawdown_status, v.instant(at), v.instant(as_of))

    def forecast(self, contract: str = "", *, at: Optional[Instant] = None,
                 as_of: Optional[Instant] = None, until: Optional[Instant] = None,
                 intervals: int = 1, exercise: Sequence[str] = (),
                 scale: Optional[Dict[str, Exact]] = None,
                 add_runs: Sequence[AddedRun] = ()) -> Forecast:
        """What will be drawn, missed and owed if usage goes on as it does.

        Until an instant, or for so many `intervals` of each commitment. `exercise`,
        `scale` (a tenant's usage to come times a factor) and `add_runs` ask what if: the
        rows with `what_if` true then say what that would make of it.
        """
        alive: List[Any] = []
        query = v.struct_of("forecast_query")
        query.contract = v.text(contract, alive)
        query.at_us, query.as_of_us = v.instant(at), v.instant(as_of)
        query.until_us, query.intervals = v.instant(until), intervals
        options = ffi.new("drawdown_text[]", [v.text(one, alive) for one in exercise])
        query.exercise, query.exercise_count = options, len(exercise)
        scales = ffi.new("drawdown_usage_scale[]", len(scale or {}))
        for to, (tenant, factor) in zip(scales, (scale or {}).items()):
            to.struct_size = ffi.sizeof("drawdown_usage_scale")
            to.tenant, to.factor_micro = v.text(tenant, alive), v.millionths(factor)
        query.scales, query.scale_count = scales, len(scales)
        runs = ffi.new("drawdown_added_run[]", len(add_runs))
        for run, added in zip(runs, add_runs):
            run.struct_size = ffi.sizeof("drawdown_added_run")
            run.tenant, run.pool = v.text(added.tenant, alive), v.text(added.pool, alive)
            run.micro_gpus = v.micro_gpus(added.gpus)
            run.start_us, run.end_us = v.instant(added.start), v.instant(added.end)
        query.runs, query.run_count = runs, len(runs)
        rows, costs = ffi.new("drawdown_table*"), ffi.new("drawdown_table*")
        self._call(lib.drawdown_forecast, query, rows, costs)
        return Forecast(Table(rows[0]), Table(costs[0]))

    def report_html(self, contract: str = "", *, at: Optional[Instant] = None,
                    as_of: Optional[Instant] = None) -> str:
        """The page that `drawdown report --html` writes."""
        alive: List[Any] = []
        return self._made_text(lib.drawdown_report_html, v.text(contract, alive), v.instant(at),
                               v.instant(as_of))

    def close_period(self, contract: str, period: str) -> bool:
        """Freezes a month, "2026-10", as it is billed. False when it was closed already."""
        alive: List[Any] = []
        was_closed = ffi.new("uint8_t*")
        self._table(lib.drawdown_period_close, v.text(contract, alive), v.text(period, alive),
                    was_closed)
        return not was_closed[0]

    def closed_periods(self, contract: str = "", *, as_of: Optional[Instant] = None) -> Table:
        """Months that are closed, by contract and time."""
        alive: List[Any] = []
        return self._table(lib.drawdown_closed_periods, v.text(contract, alive),
                           v.instant(as_of))

    def move_tenant(self, old_path: str, new_path: str, start: Instant) -> bool:
        """What is at `old_path` and below is at `new_path` from `start` on."""
        alive: List[Any] = []
        changed = ffi.new("uint8_t*")
        self._call(lib.drawdown_tenant_move, v.text(old_path, alive), v.text(new_path, alive),
                   v.instant(start), changed)
        return bool(changed[0])

    def reconcile(self, contract: str, period: str, *bills: Any,
                  tolerance: Optional[Exact] = None, at: Optional[Instant] = None,
                  as_of: Optional[Instant] = None) -> Reconciliation:
        """The provider's bill against the books.

        Files, or one table: anything with `__arrow_c_stream__` whose columns are those of
        the bill's CSV. A table's costs must be decimals, not floating point, or text.
        """
        alive: List[Any] = []
        options = v.struct_of("reconcile_options")
        if tolerance is not None:
            options.has_tolerance = 1
            options.tolerance = v.int128(v.money(tolerance))
        query = self._statement_query(alive, contract, period, at, as_of)
        clean = ffi.new("uint8_t*")
        breaks, checks = ffi.new("drawdown_table*"), ffi.new("drawdown_table*")
        if len(bills) == 1 and not isinstance(bills[0], (str, os.PathLike)):
            stream, owner = stream_of(bills[0])
            alive.append(owner)
            self._call(lib.drawdown_reconcile_arrow, query, stream, options, clean, breaks, checks)
        else:
            texts = [v.text(os.fspath(bill), alive) for bill in bills]
            self._call(lib.drawdown_reconcile_files, query, ffi.new("drawdown_text[]", texts),
                       len(texts), options, clean, breaks, checks)
        return Reconciliation(bool(clean[0]), Table(breaks[0]), Table(checks[0]))


def _import_result(result: Any) -> ImportResult:
    return ImportResult(result.rows, result.inserted, result.updated, result.unchanged,
                        result.open, result.never_started, result.zero_gpu)


def reconcile(ledger: Ledger, contract: str, period: str, bill: Any, *,
              tolerance: Optional[Exact] = None) -> Reconciliation:
    """`ledger.reconcile` of one bill: a path, or a pyarrow, polars or duckdb table."""
    return ledger.reconcile(contract, period, bill, tolerance=tolerance)
