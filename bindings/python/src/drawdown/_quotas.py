"""Quotas: limits on a tenant's subtree."""
from __future__ import annotations

import datetime
from typing import Any, List, Optional

from . import _values as v
from ._calls import Calls, number
from ._results import QuotaExplanation, QuotaUsers
from ._tables import Table
from ._values import Exact, Instant, ffi, lib

_PERIODS = {"total": 0, "month": 1, "interval": 2, "rolling": 3, "at_once": 4}


class QuotaCalls(Calls):
    """Of a Ledger: quotas."""

    def set_quota(self, tenant: str, *, gpu_hours: Optional[Exact] = None,
                  gpus: Optional[Exact] = None, per: str = "month", pool: str = "*",
                  rolling: Optional[datetime.timedelta] = None, contract: str = "",
                  commitment: str = "", soft: bool = False, slice: bool = False,
                  lending: Optional[Exact] = None, borrowing: Exact = 0,
                  start: Optional[Instant] = None) -> bool:
        """A limit on a tenant's subtree: `gpu_hours` per period, or `gpus` at once.

        `per` is "month" (UTC, or of a `contract`), "total", "interval" (of a `commitment`)
        or "rolling" (whole buckets), else ValueError; `pool` is a selector. Without amounts
        the limit is taken away. It holds from `start` on (now). A `slice` is set aside in
        the quota above; `lending` and `borrowing` are amounts of the same unit. True when
        something changed. BadInputError for names that are no paths, StateError for limits
        that make no sense, NotFoundError for the contract or commitment, BusyError past
        lock_timeout; TypeError, ValueError for inexact amounts.
        """
        if gpu_hours is not None and gpus is not None:
            raise ValueError("give gpu_hours or gpus, not both")
        at_once = gpus is not None
        amount = v.micro_gpus if at_once else v.gpu_us
        alive: List[Any] = []
        setting = v.struct_of("quota_setting")
        setting.tenant = v.text(tenant, alive)
        setting.pool = v.text(pool, alive)
        setting.period = _PERIODS["at_once"] if at_once else number(_PERIODS, per, "period")
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
        """A row per quota at or below a tenant, with used, held and available.

        Amounts are GPU-seconds, or GPUs where the period is at_once. LedgerError when the
        books cannot be read.
        """
        alive: List[Any] = []
        return self._table(lib.drawdown_quotas, v.text(tenant, alive), v.instant(at))

    def explain_quota(self, tenant: str, pool: str = "", *, gpu_hours: Exact = 0,
                      gpus: Exact = 0, at: Optional[Instant] = None) -> QuotaExplanation:
        """Whether so many GPU-hours, and GPUs at once, would be admitted; why not, who has them.

        Without a `pool`, of every quota of the tenant and above. BadInputError for names
        that are no paths, UnknownNameError, LedgerError when the books cannot be read;
        TypeError, ValueError for inexact amounts.
        """
        alive: List[Any] = []
        holders = ffi.new("drawdown_table*")
        admission = self._admit(
            lib.drawdown_quota_explain, v.text(tenant, alive), v.text(pool, alive),
            v.int128(v.gpu_us(gpu_hours)), v.micro_gpus(gpus), v.instant(at), then=[holders])
        return QuotaExplanation(admission.refusal, Table(holders[0]))

    def quota_changes(self, tenant: str = "", *, at: Optional[Instant] = None) -> Table:
        """Limits of the same quotas as `quotas`' that begin after `at` (now), soonest first.

        LedgerError when the books cannot be read.
        """
        alive: List[Any] = []
        return self._table(lib.drawdown_quota_changes, v.text(tenant, alive), v.instant(at))

    def quota_users(self, tenant: str, pool: str = "", *, gpu_hours: Exact = 0, gpus: Exact = 0,
                    at: Optional[Instant] = None) -> QuotaUsers:
        """The quotas over a tenant, and the runs that used most of them.

        Of the quota that would refuse so many GPU-hours and GPUs, else of each, at most ten.
        Errors as `explain_quota`: BadInputError, UnknownNameError, LedgerError.
        """
        alive: List[Any] = []
        quotas, users = ffi.new("drawdown_table*"), ffi.new("drawdown_table*")
        self._call(lib.drawdown_quota_users, v.text(tenant, alive), v.text(pool, alive),
                   v.int128(v.gpu_us(gpu_hours)), v.micro_gpus(gpus), v.instant(at), quotas,
                   users)
        return QuotaUsers(Table(quotas[0]), Table(users[0]))
