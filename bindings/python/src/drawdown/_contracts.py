"""Contracts, statements and bills."""
from __future__ import annotations

import os
import pathlib
from typing import Any, Dict, List, Optional

from . import _values as v
from ._calls import Calls, Path, taken_text
from ._results import Reconciliation
from ._tables import Table, stream_of
from ._values import Exact, Instant, check, ffi, lib


class ContractCalls(Calls):
    """Of a Ledger: contracts, statements, bills."""

    def apply_contracts(self, *paths: Path) -> List[str]:
        """Applies contract files together or not at all; a line per contract.

        Errors as `apply_contract_texts`; OSError for a file that cannot be read.
        """
        texts = {os.fspath(path): pathlib.Path(path).read_text(encoding="utf-8")
                 for path in paths}
        return self.apply_contract_texts(texts)

    def apply_contract_texts(self, texts: Dict[str, str]) -> List[str]:
        """Applies contracts' texts, by the names that errors call them.

        BadInputError has the place and what is wrong there; BusyError past lock_timeout.
        What is unchanged is not a new version.
        """
        alive: List[Any] = []
        names = ffi.new("drawdown_text[]", [v.text(name, alive) for name in texts])
        bodies = ffi.new("drawdown_text[]", [v.text(body, alive) for body in texts.values()])
        table = self._table(lib.drawdown_contract_apply, names, bodies, len(texts))
        return [str(line) for line in table.column("outcome")]

    def contracts(self) -> Table:
        """A row per contract, in its newest version.

        LedgerError when the books cannot be read.
        """
        return self._table(lib.drawdown_contracts)

    def _statement_query(self, alive: List[Any], contract: str, period: str,
                         at: Optional[Instant], as_of: Optional[Instant],
                         tenant: Optional[str] = None) -> Any:
        query = v.struct_of("statement_query")
        if tenant is not None:
            query.has_tenant, query.tenant = 1, v.text(tenant, alive)
        query.contract = v.text(contract, alive)
        query.period = v.text(period, alive)
        query.at_us, query.as_of_us = v.instant(at), v.instant(as_of)
        return query

    def statement(self, contract: str, period: str, *, tenant: Optional[str] = None,
                  at: Optional[Instant] = None, as_of: Optional[Instant] = None) -> Table:
        """What is owed for a period, line by line; the sum of `cost` is the total.

        The period is a month, "2026-10", a contract year, "2026", or "A/B". Of a closed
        month, what was closed. `gpu_seconds`, and money of `currency`; None: unpriced. With
        a `tenant` only its lines and those below it, with "" those that no tenant caused.
        NotFoundError for the contract or the tenant, BadInputError or StateError for the period,
        OverflowedError, LedgerError when the books cannot be read.
        """
        alive: List[Any] = []
        return self._table(lib.drawdown_statement,
                           self._statement_query(alive, contract, period, at, as_of, tenant))

    def statement_text(self, contract: str, period: str, format: str = "csv", *,
                       tenant: Optional[str] = None, at: Optional[Instant] = None,
                       as_of: Optional[Instant] = None) -> str:
        """What `drawdown statement --format FORMAT` prints.

        csv, json, table, focus, focus-1.4, hledger or beancount, else StateError. Errors
        as `statement`: NotFoundError, BadInputError, StateError, LedgerError.
        """
        alive: List[Any] = []
        return self._made_text(lib.drawdown_statement_text,
                               self._statement_query(alive, contract, period, at, as_of, tenant),
                               v.text(format, alive))

    def save_statement(self, path: Path, contract: str, period: str, format: str = "csv", *,
                       tenant: Optional[str] = None, at: Optional[Instant] = None,
                       as_of: Optional[Instant] = None) -> None:
        """Writes what `statement_text` gives to a file, which has all of it or is as it was.

        Errors as there, and LedgerError, DiskFullError for the file.
        """
        alive: List[Any] = []
        self._save(v.path(path, alive), lib.drawdown_statement_text,
                   self._statement_query(alive, contract, period, at, as_of, tenant),
                   v.text(format, alive))

    def status(self, *, at: Optional[Instant] = None, as_of: Optional[Instant] = None) -> Table:
        """Each commitment in its current interval: what was contracted, drawn and remains.

        GPU-seconds, and money in money_*. OverflowedError, LedgerError when the books
        cannot be read.
        """
        return self._table(lib.drawdown_status, v.instant(at), v.instant(as_of))

    def reconcile(self, contract: str, period: str, *bills: Any,
                  tolerance: Optional[Exact] = None, memory: Optional[int] = None,
                  tenant_tag: str = "", text_format: str = "", snapshots: bool = False,
                  mapping: Optional[Path] = None, bill_format: str = "",
                  at: Optional[Instant] = None,
                  as_of: Optional[Instant] = None) -> Reconciliation:
        """The provider's bill of a period against the books.

        Files, or one table: anything with `__arrow_c_stream__` whose columns are those of
        the bill's CSV. A table's costs must be decimals, not floating point, or text.
        `tolerance` is money. `memory` is how many bytes rows are remembered in (64 MiB);
        what does not fit is in temporary files. `tenant_tag`, a key of Tags, names tenants
        that are compared too. `text_format`, "table", "csv" or "json", asks for the text
        that `drawdown reconcile` prints. With `snapshots` each file is a whole delivery of
        what it has, and of what two have the last named counts. `mapping`, a file, says how
        other columns are those of FOCUS; `bill_format`, "azure-actual" and so on, what the bill is
        where its columns do not say it. BadInputError names the file, the mapping's too, and the row;
        NotFoundError for the contract; StateError for the period, a column's type, `memory` out of its range,
        a format of no such name;
        LedgerError when the books cannot be read; TypeError for what is no bill.
        """
        alive: List[Any] = []
        options = v.struct_of("reconcile_options")
        if tolerance is not None:
            options.has_tolerance = 1
            options.tolerance = v.int128(v.money(tolerance))
        if memory is not None:
            options.memory_bytes = v.whole(memory, "memory", 1)
        options.tenant_tag = v.text(tenant_tag, alive)
        _say_how_to_read(options, alive, mapping, bill_format, snapshots)
        text = ffi.new("drawdown_bytes*")
        options.text_format, options.text = v.text(text_format, alive), text
        query = self._statement_query(alive, contract, period, at, as_of)
        clean = ffi.new("uint8_t*")
        breaks, checks = ffi.new("drawdown_table*"), ffi.new("drawdown_table*")
        tables = [bill for bill in bills if not isinstance(bill, (str, os.PathLike))]
        if tables and len(bills) > 1:
            raise TypeError(f"{type(tables[0]).__name__} beside other bills: give files, or one "
                            "table (pyarrow.concat_tables makes one of several)")
        if tables:
            stream, owner = stream_of(tables[0])
            alive.append(owner)
            self._call(lib.drawdown_reconcile_arrow, query, stream, options, clean, breaks, checks)
        else:
            texts = [v.path(bill, alive) for bill in bills]
            self._call(lib.drawdown_reconcile_files, query, ffi.new("drawdown_text[]", texts),
                       len(texts), options, clean, breaks, checks)
        return Reconciliation(bool(clean[0]), Table(breaks[0]), Table(checks[0]),
                              taken_text(text[0]) if text_format else "")


def _say_how_to_read(options: Any, alive: List[Any], mapping: Optional[Path], bill_format: str,
                     snapshots: bool) -> None:
    if mapping is not None:
        options.mapping = v.path(mapping, alive)
    options.bill_format = v.text(bill_format, alive)
    options.snapshots = int(bool(snapshots))


def validate_contract(text: str, name: str = "contract") -> None:
    """Whether a contract's text could be applied, without a ledger.

    BadInputError has `name`, the place and what is wrong there.
    """
    alive: List[Any] = []
    error = ffi.new("drawdown_error*")
    check(lib.drawdown_contract_validate(v.text(name, alive), v.text(text, alive), error), error)


def bill_summary(*bills: Path, mapping: Optional[Path] = None, bill_format: str = "",
                 snapshots: bool = False) -> Table:
    """What files of a bill come to, by provider, category and currency; needs no ledger.

    Costs are money of `currency`. `mapping`, `bill_format` and `snapshots` as those of
    `Ledger.reconcile`. BadInputError for what is no bill, with file and row, and for a mapping;
    StateError for a format of no such name.
    """
    alive: List[Any] = []
    options = v.struct_of("bill_options")
    _say_how_to_read(options, alive, mapping, bill_format, snapshots)
    texts = ffi.new("drawdown_text[]", [v.path(bill, alive) for bill in bills])
    table, error = ffi.new("drawdown_table*"), ffi.new("drawdown_error*")
    check(lib.drawdown_bill_summary_with(texts, len(texts), options, table, error), error)
    return Table(table[0])
