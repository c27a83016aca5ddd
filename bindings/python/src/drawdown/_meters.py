"""Live meters."""
from __future__ import annotations

import functools
from typing import Any, Callable, List, Sequence, Tuple

from . import _values as v
from ._calls import Calls
from ._results import Decision, DrainResult
from ._tables import Table
from ._values import ffi, lib


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


class MeterCalls(Calls):
    """Of a Ledger: meters."""


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
