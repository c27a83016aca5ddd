"""Usage and the journal."""
from __future__ import annotations

from typing import Any, List, Optional, Sequence

from . import _values as v
from ._calls import Calls, number
from ._tables import Table
from ._values import Instant, ffi, lib

_BY = {"tenant": 0, "pool": 1, "hour": 2, "day": 3, "month": 4}


class QueryCalls(Calls):
    """Of a Ledger: usage and the journal."""

    def usage(self, *, by: Sequence[str] = (), tenant: str = "", pool: str = "",
              start: Optional[Instant] = None, end: Optional[Instant] = None,
              at: Optional[Instant] = None, as_of: Optional[Instant] = None, zone: str = "UTC",
              net: bool = False) -> Table:
        """GPU-seconds by "tenant", "pool", "hour", "day", "month", in the order asked.

        Of a subtree, of a pool selector, of [start, end), in days and months of an IANA
        `zone`; `at` is taken as now, `as_of` leaves out what was recorded later. `net` adds
        what is waived. ValueError for another name; StateError for a zone that is not
        known and for more than a million hours, days or months; BusyError when drains
        outrun it; LedgerError when the books cannot be read.
        """
        alive: List[Any] = []
        query = v.struct_of("usage_query")
        numbers = ffi.new("int32_t[]", [number(_BY, name, "by") for name in by])
        query.by, query.by_count = numbers, len(by)
        query.tenant, query.pool = v.text(tenant, alive), v.text(pool, alive)
        query.zone = v.text(zone, alive)
        query.from_us, query.to_us = v.instant(start), v.instant(end)
        query.at_us, query.as_of_us = v.instant(at), v.instant(as_of)
        query.net = net
        return self._table(lib.drawdown_usage, query)

    def journal(self, from_sequence: int = 0, *, limit: int = 0) -> Table:
        """Entries of the journal from a sequence number on, oldest first; `limit` 0: all.

        The next page is from the last row's sequence + 1. LedgerError when the books
        cannot be read; TypeError, ValueError for other numbers.
        """
        return self._table(lib.drawdown_journal, v.whole(from_sequence, "from_sequence"),
                           v.whole(limit, "limit"))
