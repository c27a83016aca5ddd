"""Runs: jobs that accrue by themselves."""
from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any, Iterable, List, Optional, Tuple, Union

from . import _values as v
from ._calls import Calls, number
from ._holds import Hold
from ._results import Admission, Heartbeat, HeartbeatResult, RunStart
from ._tables import Table
from ._values import Exact, Instant, ffi, lib

_REASONS = {"unknown": 0, "done": 1, "failed": 2, "preempted": 3, "node_failure": 4,
            "cancelled": 5, "lost": 6}
_RUN_STATES = {"never_started": 0, "open": 1, "suspended": 2, "ended": 3, "voided": 4}


def _attempt(attempt: int) -> int:
    return v.whole(attempt, "attempt", 1, v.UINT32_MAX)


class RunCalls(Calls):
    """Of a Ledger: runs."""

    def start_run(self, run_id: str, tenant: str, pool: str, gpus: Exact, at: Instant, *,
                  attempt: int = 1, hold: Union[Hold, str, None] = None, device: str = "",
                  share: Optional[Fraction] = None, strict: bool = False) -> Admission:
        """Starts a run of GPUs, to a millionth of one, or says why quotas refuse it.

        Its id, 1 to 200 bytes, is one start's for ever: the same again changes nothing,
        another payload is a ConflictError. `attempt` tells requeues apart. A part of one
        GPU has `gpus` 0, the `device` and the `share` of it, a Fraction up to 1.
        HoldRequiredError under a hard quota of GPU time without a `hold`; StateError when
        that does not fit; BadInputError for names that are no paths and for instants more
        than ten minutes ahead; UnknownNameError with `strict`; BusyError past lock_timeout;
        TypeError, ValueError for inexact amounts and naive instants.
        """
        hold_id = hold.hold_id if isinstance(hold, Hold) else hold or ""
        admission = self.start_runs([RunStart(run_id, tenant, pool, gpus, at, attempt, hold_id,
                                              device, share)], strict=strict)
        if admission and isinstance(hold, Hold):
            hold.drawn_by_run()
        return admission

    def start_runs(self, starts: Iterable[RunStart], *, strict: bool = False) -> Admission:
        """Starts all of the runs, with one commit, or none; a refusal is the first one's.

        Errors as `start_run`: ConflictError, HoldRequiredError, BadInputError, BusyError.
        """
        alive: List[Any] = []
        made = [self._run_start(start, alive) for start in starts]
        array = ffi.new("drawdown_run_start[]", [one[0] for one in made])
        for one in array:
            one.strict = strict
        return self._admit(lib.drawdown_run_start_many, array, len(array))

    @staticmethod
    def _run_start(start: RunStart, alive: List[Any]) -> Any:
        made = v.struct_of("run_start")
        made.run_id = v.text(start.run_id, alive)
        made.attempt = _attempt(start.attempt)
        made.tenant = v.text(start.tenant, alive)
        made.pool = v.text(start.pool, alive)
        made.micro_gpus = v.micro_gpus(start.gpus)
        made.at_us = v.instant(start.at)
        made.hold_id = v.text(start.hold, alive)
        made.device = v.text(start.device, alive)
        if start.share is not None:
            if not start.device:
                raise ValueError(f"share {start.share} has no device")
            made.share_num, made.share_den = v.ratio(start.share, "share")
        return made

    def resize_run(self, run_id: str, gpus: Exact, at: Instant, *, attempt: int = 1) -> Admission:
        """Another number of GPUs, to a millionth of one, from `at` on.

        A growth may be refused. NotFoundError; StateError when it is over; BadInputError
        for instants before what is known; BusyError past lock_timeout.
        """
        alive: List[Any] = []
        return self._admit(lib.drawdown_run_resize, v.text(run_id, alive), _attempt(attempt),
                           v.micro_gpus(gpus), v.instant(at))

    def suspend_run(self, run_id: str, at: Instant, *, attempt: int = 1) -> None:
        """From `at` on it does not accrue, unless its pool's policy says so.

        NotFoundError; StateError when it is over; BusyError past lock_timeout.
        """
        alive: List[Any] = []
        self._call(lib.drawdown_run_suspend, v.text(run_id, alive), _attempt(attempt),
                   v.instant(at))

    def resume_run(self, run_id: str, at: Instant, *, attempt: int = 1) -> Admission:
        """It goes on, or quotas refuse that.

        NotFoundError; StateError when it is not suspended; BusyError past lock_timeout.
        """
        alive: List[Any] = []
        return self._admit(lib.drawdown_run_resume, v.text(run_id, alive), _attempt(attempt),
                           v.instant(at))

    def stop_run(self, run_id: str, at: Instant, reason: str = "done", *,
                 attempt: int = 1) -> None:
        """Ends it: done, failed, preempted, node_failure, cancelled, lost, unknown.

        What is left of its hold is released. NotFoundError; ConflictError or StateError
        when it ended otherwise; BusyError past lock_timeout; ValueError for another reason.
        """
        alive: List[Any] = []
        self._call(lib.drawdown_run_stop, v.text(run_id, alive), _attempt(attempt),
                   v.instant(at), number(_REASONS, reason, "reason"))

    def heartbeat_run(self, run_id: str, at: Instant, *, attempt: int = 1) -> None:
        """It was alive at `at`; what is older than what is known changes nothing.

        NotFoundError; StateError when it was over by then; BusyError past lock_timeout.
        """
        alive: List[Any] = []
        self._call(lib.drawdown_run_heartbeat, v.text(run_id, alive), _attempt(attempt),
                   v.instant(at))

    def heartbeat_runs(self, heartbeats: Iterable[Heartbeat]) -> HeartbeatResult:
        """Many runs were alive, with one commit.

        Those of unknown runs and of runs that are over are named, and the others taken.
        BusyError past lock_timeout; TypeError, ValueError for naive instants.
        """
        alive: List[Any] = []
        given = list(heartbeats)
        array = ffi.new("drawdown_heartbeat[]", len(given))
        for to, heartbeat in zip(array, given):
            to.struct_size = ffi.sizeof("drawdown_heartbeat")
            to.run_id = v.text(heartbeat.run_id, alive)
            to.attempt, to.at_us = _attempt(heartbeat.attempt), v.instant(heartbeat.at)
        fresh, refused = ffi.new("uint64_t*"), ffi.new("drawdown_table*")
        self._call(lib.drawdown_run_heartbeat_many, array, len(array), fresh, refused)
        rows = Table(refused[0])
        return HeartbeatResult(int(fresh[0]), [str(line) for line in rows.column("why")])

    def ghosts(self, *, tenant: str = "", pool: str = "",
               lease: Optional[datetime.timedelta] = None, at: Optional[Instant] = None) -> Table:
        """Runs that accrue and gave no sign of life for longer than `lease`.

        Without one, their pool's, or 30 minutes. `since` is the GPU-seconds that they
        accrued since `last_sign`. LedgerError when the books cannot be read.
        """
        alive: List[Any] = []
        return self._table(lib.drawdown_ghosts, v.text(tenant, alive), v.text(pool, alive),
                           v.UNSET if lease is None else v.micros_of(lease), v.instant(at))

    def confirm_ghost(self, run_id: str, *, attempt: int = 1,
                      lease: Optional[datetime.timedelta] = None,
                      at: Optional[Instant] = None) -> None:
        """Ends a run whose stop never came at its last sign of life, as "lost".

        Suspect is one that was silent for longer than `lease`: its pool's, or 30 minutes.
        StateError when it is not suspect at `at` (now); NotFoundError; BusyError past
        lock_timeout.
        """
        alive: List[Any] = []
        self._call(lib.drawdown_run_confirm_ghost, v.text(run_id, alive), _attempt(attempt),
                   v.UNSET if lease is None else v.micros_of(lease), v.instant(at))

    def _run_query(self, alive: List[Any], tenant: str, pool: str, run_id: str,
                   state: Optional[str], limit: int, array: str,
                   after: Optional[Tuple[str, int]]) -> Any:
        query = v.struct_of("run_query")
        if after is not None:
            query.after_run_id, query.after_attempt = v.text(after[0], alive), _attempt(after[1])
        query.tenant = v.text(tenant, alive)
        query.pool = v.text(pool, alive)
        query.run_id = v.text(run_id, alive)
        query.array = v.text(array, alive)
        query.limit = v.whole(limit, "limit")
        if state is not None:
            query.state = number(_RUN_STATES, state, "state")
        return query

    def runs(self, *, tenant: str = "", pool: str = "", run_id: str = "",
             state: Optional[str] = None, limit: int = 0, array: str = "",
             after: Optional[Tuple[str, int]] = None) -> Table:
        """A row per run: at or below a tenant, of a pool selector, of an array job.

        `state` is never_started, open, suspended, ended or voided, else ValueError; `limit`
        0: all. In the order of ids and attempts: the next page is `after` the last row's
        (run_id, attempt). LedgerError when the books cannot be read.
        """
        alive: List[Any] = []
        return self._table(lib.drawdown_runs, self._run_query(alive, tenant, pool, run_id, state,
                                                              limit, array, after))

    def segments(self, *, tenant: str = "", pool: str = "", run_id: str = "",
                 state: Optional[str] = None, limit: int = 0, array: str = "",
                 after: Optional[Tuple[str, int]] = None) -> Table:
        """A row per segment of constant GPU count, of the runs that `runs` would give.

        ValueError for another state, LedgerError when the books cannot be read.
        """
        alive: List[Any] = []
        return self._table(lib.drawdown_segments,
                           self._run_query(alive, tenant, pool, run_id, state, limit, array,
                                           after))
