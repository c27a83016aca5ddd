"""Holds: quota earmarked before use."""
from __future__ import annotations

import datetime
from types import TracebackType
from typing import Any, List, Optional, Type

from . import _values as v
from ._calls import HOUR, Calls, number
from ._errors import RefusedError
from ._results import Admission
from ._tables import Table
from ._values import Exact, Instant, lib

_HOLD_STATES = {"open": 0, "expired": 1, "settled": 2, "released": 3}


class Hold:
    """Quota earmarked before use. As a context manager it is settled at the end.

    Inside the `with`, say what was used with `use`; at the end that is settled.
    When the block raises, what was used is settled all the same and the rest
    goes back. A run that was started with the hold draws it by itself: then
    the end of the block releases what is left.
    """

    def __init__(self, ledger: "HoldCalls", hold_id: str, gpu_us: int) -> None:
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


class HoldCalls(Calls):
    """Of a Ledger: holds."""

    def hold(self, hold_id: str, tenant: str, pool: str, gpu_hours: Exact, *, gpus: Exact = 0,
             ttl: datetime.timedelta = HOUR, strict: bool = False) -> Hold:
        """Places a hold, to be used as a context manager. RefusedError when it does not fit."""
        admission = self.place_hold(hold_id, tenant, pool, gpu_hours, gpus=gpus, ttl=ttl,
                                    strict=strict)
        if admission.refusal is not None:
            raise RefusedError(admission.refusal)
        return Hold(self, hold_id, v.gpu_us(gpu_hours))

    def place_hold(self, hold_id: str, tenant: str, pool: str, gpu_hours: Exact, *,
                   gpus: Exact = 0, ttl: datetime.timedelta = HOUR,
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
                   extend_gpu_us: int = 0, ttl: datetime.timedelta = HOUR) -> Admission:
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
            query.state = number(_HOLD_STATES, state, "state")
        return self._table(lib.drawdown_holds, query)

    def exhaustions(self) -> Table:
        """What runs out and when, soonest first, if all goes on as now."""
        return self._table(lib.drawdown_exhaustions)

    def exhaustion_runs(self) -> Table:
        """Which open runs draw on the quotas that run out, a row per run."""
        return self._table(lib.drawdown_exhaustion_runs)
