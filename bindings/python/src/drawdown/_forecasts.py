"""Forecasts, reports, closes and moves."""
from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence

from . import _values as v
from ._calls import Calls
from ._results import AddedRun, Forecast
from ._tables import Table
from ._values import Exact, Instant, ffi, lib


class ForecastCalls(Calls):
    """Of a Ledger: forecasts, reports, closes and moves."""

    def forecast(self, contract: str = "", *, at: Optional[Instant] = None,
                 as_of: Optional[Instant] = None, until: Optional[Instant] = None,
                 intervals: int = 1, exercise: Sequence[str] = (),
                 scale: Optional[Dict[str, Exact]] = None,
                 add_runs: Sequence[AddedRun] = ()) -> Forecast:
        """What will be drawn, missed and owed if usage goes on as it does.

        `until` an instant, or for so many `intervals` of each commitment. `exercise`,
        `scale` (a tenant's usage to come times a factor, to a millionth) and `add_runs` ask
        what if: the rows with `what_if` true then say what that would make of it.
        NotFoundError for the contract or the option, StateError for questions that make no
        sense or are too large, OverflowedError, LedgerError when the books cannot be read.
        """
        alive: List[Any] = []
        query = v.struct_of("forecast_query")
        query.contract = v.text(contract, alive)
        query.at_us, query.as_of_us = v.instant(at), v.instant(as_of)
        query.until_us = v.instant(until)
        query.intervals = v.whole(intervals, "intervals", 0, v.UINT32_MAX)
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
        """The page that `drawdown report --html` writes.

        NotFoundError for the contract, LedgerError when the books cannot be read.
        """
        alive: List[Any] = []
        return self._made_text(lib.drawdown_report_html, v.text(contract, alive), v.instant(at),
                               v.instant(as_of))

    def close_period(self, contract: str, period: str) -> bool:
        """Freezes a month, "2026-10", as it is billed. False when it was closed already.

        NotFoundError for the contract; StateError when it is not a month, another is to be
        closed first, or usage may still come; BusyError past lock_timeout.
        """
        alive: List[Any] = []
        was_closed = ffi.new("uint8_t*")
        self._table(lib.drawdown_period_close, v.text(contract, alive), v.text(period, alive),
                    was_closed)
        return not was_closed[0]

    def closed_periods(self, contract: str = "", *, as_of: Optional[Instant] = None) -> Table:
        """Months that are closed, by contract and time; `cost` is money of `currency`.

        NotFoundError for the contract, LedgerError when the books cannot be read.
        """
        alive: List[Any] = []
        return self._table(lib.drawdown_closed_periods, v.text(contract, alive),
                           v.instant(as_of))

    def move_tenant(self, old_path: str, new_path: str, start: Instant) -> bool:
        """What is at `old_path` and below is at `new_path` from `start` on.

        False when it was so already. NotFoundError when nothing is there; StateError
        for an instant inside a bucket or to come and for paths that do not fit; BusyError
        past lock_timeout.
        """
        alive: List[Any] = []
        changed = ffi.new("uint8_t*")
        self._call(lib.drawdown_tenant_move, v.text(old_path, alive), v.text(new_path, alive),
                   v.instant(start), changed)
        return bool(changed[0])

    def due_dates(self, *, at: Optional[Instant] = None, as_of: Optional[Instant] = None) -> Table:
        """What comes next of each contract, soonest first.

        LedgerError when the books cannot be read.
        """
        return self._table(lib.drawdown_due_dates, v.instant(at), v.instant(as_of))

    def portfolio(self, *, at: Optional[Instant] = None, as_of: Optional[Instant] = None) -> Table:
        """All contracts, currency by currency; the sum of a currency has no `contract`.

        Money of `currency`, and GPU-seconds. OverflowedError, LedgerError when the books
        cannot be read.
        """
        return self._table(lib.drawdown_portfolio, v.instant(at), v.instant(as_of))
