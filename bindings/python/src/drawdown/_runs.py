"""Runs: jobs that accrue by themselves."""
from __future__ import annotations

from typing import Any, List, Optional, Union

from . import _values as v
from ._calls import Calls, number
from ._holds import Hold
from ._results import Admission
from ._tables import Table
from ._values import Exact, Instant, lib

_REASONS = {"unknown": 0, "done": 1, "failed": 2, "preempted": 3, "node_failure": 4,
            "cancelled": 5, "lost": 6}
_RUN_STATES = {"never_started": 0, "open": 1, "suspended": 2, "ended": 3, "voided": 4}


class RunCalls(Calls):
    """Of a Ledger: runs."""


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
                   number(_REASONS, reason, "reason"))

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
            query.state = number(_RUN_STATES, state, "state")
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
