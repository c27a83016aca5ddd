"""How the library is called."""
from __future__ import annotations

from typing import Any, Dict

from ._results import HOUR, Admission
from ._tables import Table
from ._values import Path, check, ffi, lib

__all__ = ["HOUR", "Calls", "Path", "number"]


def number(names: Dict[str, int], name: str, what: str) -> int:
    if name not in names:
        raise ValueError(f"{what} {name!r} is not one of {', '.join(names)}")
    return names[name]


class Calls:
    """Calls of the C interface on one ledger's handle."""

    _handle: int

    def _call(self, function: Any, *arguments: Any) -> None:
        error = ffi.new("drawdown_error*")
        check(function(self._handle, *arguments, error), error)

    def _table(self, function: Any, *arguments: Any) -> Table:
        table = ffi.new("drawdown_table*")
        self._call(function, *arguments, table)
        return Table(table[0])

    def _admit(self, function: Any, *arguments: Any, then: Any = ()) -> Admission:
        refusal = ffi.new("drawdown_table*")
        self._call(function, *arguments, refusal, *then)
        return Admission(Table(refusal[0])[0] if refusal[0] else None)

    def _made_text(self, function: Any, *arguments: Any) -> str:
        made = ffi.new("drawdown_bytes*")
        self._call(function, *arguments, made)
        view, error = ffi.new("drawdown_text*"), ffi.new("drawdown_error*")
        try:
            check(lib.drawdown_bytes_view(made[0], view, error), error)
            return str(ffi.buffer(view.data, view.size)[:].decode())
        finally:
            lib.drawdown_bytes_close(made[0], ffi.NULL)
