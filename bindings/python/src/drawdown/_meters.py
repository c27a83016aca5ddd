"""Live meters."""
from __future__ import annotations

import array
import ctypes
from typing import Any, Callable, Iterable, List, Sequence, SupportsIndex, Tuple

from . import _values as v
from ._calls import Calls
from ._results import Decision, DrainResult
from ._tables import Table
from ._values import ffi, lib

_meter_calls = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_uint64)(
    int(ffi.cast("uintptr_t", lib.drawdown_py_meter_calls())))
_DECISIONS = tuple(Decision)


class Meter:
    """Counts the GPU time of one tenant in one pool.

    Valid until the process ends, also when its ledger is closed and in forked
    children. Any thread may use it. What `record` and `try_record` counted is in
    every answer at once, and there after kill -9; not for signal handlers.
    """

    __slots__ = {
        "_id": "The library's number of it.",
        "record": """record(gpu_us)

        Adds GPU-microseconds: an int, or what counts as one exactly (numpy's).

        Exact and wait-free; keeps the GIL. TypeError for a bool and for what would
        have to be rounded, ValueError when negative, OverflowError past 2^63 - 1.
        """,
        "try_record_code": "try_record_code(gpu_us)\n\nWhat try_record returns, as a plain int.",
    }

    record: Callable[[SupportsIndex], None]
    try_record_code: Callable[[SupportsIndex], int]

    def __init__(self, identity: int) -> None:
        self._id = identity
        self.record, self.try_record_code = _meter_calls(identity)

    def __reduce__(self) -> Any:
        raise TypeError("a Meter is of its process: bind it anew in another")

    def try_record(self, gpu_us: SupportsIndex) -> Decision:
        """Adds GPU-microseconds only if every hard quota above the tenant has room.

        Exact across threads and processes. Near a limit it waits at most the ledger's
        lock_timeout, without the GIL, and is then Decision.BUSY. Errors as record's:
        TypeError, ValueError, OverflowError.
        """
        return _DECISIONS[self.try_record_code(gpu_us)]

    def record_many(self, gpu_us: Any) -> None:
        """Adds every amount of a buffer of int64 GPU-microseconds (numpy, array('q'), Arrow).

        Releases the GIL. Negative amounts are not added, and counted as rejected.
        TypeError for a buffer of anything else.
        """
        amounts = _amounts(gpu_us)
        lib.drawdown_record_many(self._id, amounts, len(amounts))


def _amounts(gpu_us: Any) -> Any:
    view = memoryview(gpu_us)
    if view.format not in ("q", "l") or view.itemsize != 8:
        raise TypeError(f"expected a buffer of int64, not of {view.format!r}")
    return ffi.from_buffer("int64_t[]", view)


def _pairs(meters: Iterable[Meter], gpu_us: Any) -> Any:
    ids = array.array("Q", [meter._id for meter in meters])
    amounts = _amounts(gpu_us)
    if len(ids) != len(amounts):
        raise ValueError(f"{len(ids)} meters and {len(amounts)} amounts")
    return ffi.from_buffer("drawdown_meter[]", ids), amounts


def record_batch(meters: Iterable[Meter], gpu_us: Any) -> None:
    """Adds gpu_us[i] GPU-microseconds to meters[i], for every i, with one call.

    `gpu_us` is a buffer of int64; negative amounts are not added, and counted as
    rejected. TypeError for another buffer, ValueError when the lengths differ.
    """
    ids, amounts = _pairs(meters, gpu_us)
    lib.drawdown_record_batch(ids, amounts, len(amounts))


def try_record_batch(meters: Iterable[Meter], gpu_us: Any) -> List[Decision]:
    """`try_record` of gpu_us[i] GPU-microseconds on meters[i], each by itself.

    `gpu_us` is a buffer of int64; a negative amount is QUOTA_EXCEEDED. TypeError for
    another buffer, ValueError when the lengths differ.
    """
    ids, amounts = _pairs(meters, gpu_us)
    decisions = ffi.new("uint8_t[]", len(amounts))
    lib.drawdown_try_record_batch(ids, amounts, len(amounts), decisions)
    return [_DECISIONS[decision] for decision in decisions]


class MeterCalls(Calls):
    """Of a Ledger: meters."""

    def meter(self, tenant: str, pool: str, *, strict: bool = False) -> Meter:
        """The meter of a tenant in a pool, which are created unless `strict`.

        BadInputError for names that are no paths, UnknownNameError with `strict`,
        DiskFullError when there is no room to count, BusyError past lock_timeout.
        """
        return self.meters([(tenant, pool)], strict=strict)[0]

    def meters(self, names: Sequence[Tuple[str, str]], *, strict: bool = False) -> List[Meter]:
        """The meters of (tenant, pool) pairs, with one commit: all or none.

        BadInputError, UnknownNameError, DiskFullError, BusyError as `meter`; StateError
        beyond 1,048,576 meters.
        """
        alive: List[Any] = []
        tenants = ffi.new("drawdown_text[]", [v.text(tenant, alive) for tenant, _ in names])
        pools = ffi.new("drawdown_text[]", [v.text(pool, alive) for _, pool in names])
        bound = ffi.new("drawdown_meter[]", len(names))
        self._call(lib.drawdown_meter_bind_many, tenants, pools, len(names), strict, bound)
        return [Meter(identity) for identity in bound]

    def drain(self) -> DrainResult:
        """Makes durable what all meters of all processes have counted.

        What was counted stays counted when it fails: BusyError, DiskFullError, LedgerError.
        """
        result = v.struct_of("drain_result")
        self._call(lib.drawdown_drain, result)
        return DrainResult(result.meters, v.of_int128(result.gpu_us), result.files,
                           result.retired, result.regressions, bool(result.flipped))

    def live(self) -> Table:
        """A row per live meter: tenant, pool, open, undrained (GPU-seconds).

        LedgerError when the books cannot be read.
        """
        return self._table(lib.drawdown_live)
