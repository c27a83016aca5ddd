"""Holds: quota earmarked before use."""
from __future__ import annotations

import contextlib
import datetime
import warnings
from types import TracebackType
from typing import Any, Iterable, List, Optional, SupportsIndex, Type

from . import _values as v
from ._calls import HOUR, Calls, number
from ._errors import DrawdownError, LedgerError, RefusedError
from ._results import Admission, HoldRequest, Quote
from ._tables import Table
from ._values import Exact, Instant, ffi, lib

_HOLD_STATES = {"open": 0, "expired": 1, "settled": 2, "released": 3}


class Hold:
    """Quota earmarked before use. As a context manager it is settled at the end.

    Inside the `with`, say what was used with `use`; at the end that is settled.
    When the block raises, what was used is settled all the same and the rest
    goes back. A run that was started with the hold draws it by itself: then
    the end of the block releases what is left; saying `use` as well is an error.
    Not for several threads at once.
    """

    def __init__(self, ledger: "HoldCalls", hold_id: str, gpu_us: int) -> None:
        self._ledger = ledger
        self._closed = False
        self._drawn_by_run = False
        self.hold_id = hold_id
        self.gpu_us = gpu_us
        self.used_gpu_us = 0

    def __reduce__(self) -> Any:
        raise TypeError("a Hold is of its process: settle_hold(hold_id, ...) ends it in another")

    def use(self, gpu_us: SupportsIndex) -> None:
        """Adds GPU-microseconds, an int, to what will be settled.

        TypeError for a bool and for what would have to be rounded, ValueError when
        negative, OverflowError past 128 bits.
        """
        self.used_gpu_us = v.gpu_time(self.used_gpu_us + v.gpu_time(gpu_us, "gpu_us"),
                                      "used_gpu_us")

    def drawn_by_run(self) -> None:
        """A run draws it: its end releases what is left. `start_run(..., hold=)` says so."""
        self._drawn_by_run = True

    def settle(self, used_gpu_us: SupportsIndex, *, refuse_overdraft: bool = False) -> Admission:
        """Ends it with what was used, in GPU-microseconds: less, as much or more than is held.

        Refused only with `refuse_overdraft`, and then it is still open. Errors as
        `Ledger.settle_hold`: TypeError, ValueError, StateError, BusyError.
        """
        settled = self._ledger.settle_hold(self.hold_id, used_gpu_us,
                                           refuse_overdraft=refuse_overdraft)
        self._closed = bool(settled)
        return settled

    def release(self) -> None:
        """Ends it with nothing used. StateError when it is over, BusyError past lock_timeout."""
        self._ledger.release_hold(self.hold_id)
        self._closed = True

    def __enter__(self) -> "Hold":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        if self._closed:
            return
        try:
            if self._drawn_by_run and not self.used_gpu_us:
                self.release()
            else:
                self.settle(self.used_gpu_us)
        except DrawdownError as failure:
            if not isinstance(failure, LedgerError):  # Else it can be settled later.
                with contextlib.suppress(DrawdownError):
                    self.release()
            if error is None:
                raise
            # What the block raised goes on.
            warnings.warn(f"hold {self.hold_id} was not ended: {failure}", RuntimeWarning,
                          stacklevel=2)


class HoldCalls(Calls):
    """Of a Ledger: holds."""

    def hold(self, hold_id: str, tenant: str, pool: str, gpu_hours: Exact, *, gpus: Exact = 0,
             ttl: datetime.timedelta = HOUR, strict: bool = False) -> Hold:
        """Places a hold of `gpu_hours`, to be used as a context manager.

        As `place_hold`, but RefusedError, with the `refusal`, when it does not fit.
        """
        admission = self.place_hold(hold_id, tenant, pool, gpu_hours, gpus=gpus, ttl=ttl,
                                    strict=strict)
        if admission.refusal is not None:
            raise RefusedError(admission.refusal)
        return Hold(self, hold_id, v.gpu_us(gpu_hours))

    def place_hold(self, hold_id: str, tenant: str, pool: str, gpu_hours: Exact, *,
                   gpus: Exact = 0, ttl: datetime.timedelta = HOUR,
                   strict: bool = False) -> Admission:
        """Places a hold of GPU-hours, and of GPUs at once, or says why it does not fit.

        It lasts `ttl`, 1 us to 366 days. The same again changes nothing. Its id, 1 to 200
        bytes, is never used again: ConflictError for another request with it.
        BadInputError for names that are no paths, UnknownNameError with `strict`,
        BusyError past lock_timeout; TypeError, ValueError for inexact amounts.
        """
        return self.place_holds([HoldRequest(hold_id, tenant, pool, gpu_hours, gpus, ttl)],
                                strict=strict)

    def place_holds(self, requests: Iterable[HoldRequest], *, strict: bool = False) -> Admission:
        """Places all of the holds, with one commit, or none and says why.

        Errors as `place_hold`: ConflictError, BadInputError, UnknownNameError, BusyError.
        """
        alive: List[Any] = []
        made = [self._hold_request(request, alive) for request in requests]
        array = ffi.new("drawdown_hold_request[]", [one[0] for one in made])
        for one in array:
            one.strict = strict
        return self._admit(lib.drawdown_hold_place, array, len(array))

    @staticmethod
    def _hold_request(request: HoldRequest, alive: List[Any]) -> Any:
        made = v.struct_of("hold_request")
        made.hold_id = v.text(request.hold_id, alive)
        made.tenant = v.text(request.tenant, alive)
        made.pool = v.text(request.pool, alive)
        made.gpu_us = v.int128(v.gpu_us(request.gpu_hours))
        made.micro_gpus = v.micro_gpus(request.gpus)
        made.ttl_us = v.micros_of(request.ttl)
        return made

    def quote_hold(self, tenant: str, pool: str, gpu_hours: Exact, *, gpus: Exact = 0,
                   ttl: datetime.timedelta = HOUR) -> Quote:
        """Whether a hold would fit, and what using it would add to statements, line by line.

        As if its `gpus` used the `gpu_hours` from now on, or evenly over `ttl` without
        GPUs. Changes nothing. UnknownNameError, BadInputError; BusyError past lock_timeout.
        """
        alive: List[Any] = []
        request = self._hold_request(HoldRequest("quote", tenant, pool, gpu_hours, gpus, ttl),
                                     alive)
        lines = ffi.new("drawdown_table*")
        admission = self._admit(lib.drawdown_hold_quote, request, then=[lines])
        return Quote(admission.refusal, Table(lines[0]))

    def renew_hold(self, hold_id: str, renewal: int, *, charge_gpu_us: int = 0,
                   extend_gpu_us: int = 0,
                   ttl: datetime.timedelta = datetime.timedelta(0)) -> Admission:
        """Charges what was used, and extends, in GPU-microseconds, at one instant.

        It lasts `ttl` from now, 1 us to 366 days; with 0 an hour, or as long as it lasts
        anyway where that is longer. `renewal` is 1, 2, ...: the newest again changes nothing.
        0 is charged of a hold that a run draws. NotFoundError, ConflictError, StateError
        when it is over, BusyError past lock_timeout; TypeError, ValueError for amounts.
        """
        alive: List[Any] = []
        request = v.struct_of("hold_renewal")
        request.hold_id = v.text(hold_id, alive)
        request.renewal = v.whole(renewal, "renewal", 1, v.UINT32_MAX)
        request.charge_gpu_us = v.int128(v.gpu_time(charge_gpu_us, "charge_gpu_us"))
        request.extend_gpu_us = v.int128(v.gpu_time(extend_gpu_us, "extend_gpu_us"))
        request.ttl_us = v.micros_of(ttl)
        return self._admit(lib.drawdown_hold_renew, request)

    def settle_hold(self, hold_id: str, used_gpu_us: SupportsIndex, *,
                    refuse_overdraft: bool = False) -> Admission:
        """Ends a hold with what was used, in GPU-microseconds; also after it expired.

        What is used beyond it is booked whatever quotas say, unless `refuse_overdraft`.
        NotFoundError, ConflictError for another amount than before, StateError when it was
        released, BusyError past lock_timeout; TypeError, ValueError for the amount.
        """
        alive: List[Any] = []
        return self._admit(lib.drawdown_hold_settle, v.text(hold_id, alive),
                           v.int128(v.gpu_time(used_gpu_us, "used_gpu_us")),
                           int(refuse_overdraft))

    def release_hold(self, hold_id: str) -> None:
        """Ends a hold with nothing used.

        NotFoundError, StateError when it was settled, BusyError past lock_timeout.
        """
        alive: List[Any] = []
        self._call(lib.drawdown_hold_release, v.text(hold_id, alive))

    def holds(self, *, tenant: str = "", pool: str = "", state: Optional[str] = None,
              limit: int = 0, at: Optional[Instant] = None, hold_id: str = "",
              after: str = "") -> Table:
        """A row per hold: of a subtree, of pools, "open", "expired", "settled", "released".

        `limit` 0: all. In the order of ids: the next page is `after` the last row's. Amounts are GPU-seconds and GPUs. ValueError for another state,
        LedgerError when the books cannot be read.
        """
        alive: List[Any] = []
        query = v.struct_of("hold_query")
        query.tenant = v.text(tenant, alive)
        query.pool = v.text(pool, alive)
        query.hold_id = v.text(hold_id, alive)
        query.after_hold_id = v.text(after, alive)
        query.limit = v.whole(limit, "limit")
        query.at_us = v.instant(at)
        if state is not None:
            query.state = number(_HOLD_STATES, state, "state")
        return self._table(lib.drawdown_holds, query)

    def exhaustions(self) -> Table:
        """What runs out and when, soonest first, if all goes on as now.

        LedgerError when the books cannot be read.
        """
        return self._table(lib.drawdown_exhaustions)

    def exhaustion_runs(self) -> Table:
        """Which open runs draw on the quotas that run out, a row per run.

        LedgerError when the books cannot be read.
        """
        return self._table(lib.drawdown_exhaustion_runs)
