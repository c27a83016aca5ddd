"""What calls return, besides tables."""
from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Dict, List, Optional

from ._tables import Table
from ._values import Exact, Instant

HOUR = datetime.timedelta(hours=1)


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
class HoldRequest:
    """A hold to be placed: GPU-hours, and GPUs at once; it lasts `ttl`."""

    hold_id: str
    tenant: str
    pool: str
    gpu_hours: Exact
    gpus: Exact = 0
    ttl: datetime.timedelta = HOUR


@dataclass(frozen=True)
class RunStart:
    """A run to be started at `at`: with `gpus`, or with a `share` of one GPU, the `device`.

    The shares of a device are at most 1. `hold` is the id of the hold that it draws.
    """

    run_id: str
    tenant: str
    pool: str
    gpus: Exact
    at: Instant
    attempt: int = 1
    hold: str = ""
    device: str = ""
    share: Optional[Fraction] = None


@dataclass(frozen=True)
class Heartbeat:
    """That a run was alive at an instant."""

    run_id: str
    at: Instant
    attempt: int = 1


@dataclass(frozen=True)
class HeartbeatResult:
    """How many heartbeats were `fresh`, and which runs are unknown or over, a line each."""

    fresh: int
    refused: List[str]


@dataclass(frozen=True)
class Quote(Admission):
    """Whether a hold would be admitted, and the `lines` of statements that would change."""

    lines: Table


@dataclass(frozen=True)
class QuotaExplanation(Admission):
    """Whether something would be admitted, and the `holders` of what it would need."""

    holders: Table


@dataclass(frozen=True)
class QuotaUsers:
    """The `quotas` over a tenant, from it upward, and the runs that are their `users`."""

    quotas: Table
    users: Table


@dataclass(frozen=True)
class DrainResult:
    """What a drain moved into the books, and the files of lanes it read and retired."""

    meters: int
    gpu_us: int
    files: int
    retired: int
    regressions: int
    flipped: bool


@dataclass(frozen=True)
class ImportResult:
    """What became of imported rows; `notes` are lines for a person."""

    rows: int
    inserted: int
    updated: int
    unchanged: int
    open: int
    never_started: int
    zero_gpu: int
    notes: List[str] = field(default_factory=list)


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
    """A bill against the books: `breaks` has every group of rows, matched ones too.

    `text` is there where a `text_format` was asked for.
    """

    clean: bool
    breaks: Table
    checks: Table
    text: str = ""

    @property
    def amount(self) -> Optional[str]:
        """What costs are of: BilledCost, EffectiveCost or none; None where there was no row."""
        return str(self.breaks[0]["amount"]) if len(self.breaks) else None
