"""How the library is called."""
from __future__ import annotations

from typing import Any, Dict, Optional

from ._callbacks import Clock
from ._results import HOUR, Admission
from ._tables import Table
from ._values import Path, check, ffi, lib

__all__ = ["HOUR", "Calls", "Path", "number", "taken_text"]


def number(names: Dict[str, int], name: str, what: str) -> int:
    if name not in names:
        raise ValueError(f"{what} {name!r} is not one of {', '.join(names)}")
    return names[name]


def taken_text(made: Any) -> str:
    """The text that the library made, which is closed."""
    view, error = ffi.new("drawdown_text*"), ffi.new("drawdown_error*")
    try:
        check(lib.drawdown_bytes_view(made, view, error), error)
        return str(ffi.buffer(view.data, view.size)[:].decode())
    finally:
        lib.drawdown_bytes_close(made, ffi.NULL)


class Calls:
    """Calls of the C interface on one ledger's handle."""

    _handle: int
    _clock: Optional[Clock] = None

    def _call(self, function: Any, *arguments: Any) -> None:
        error = ffi.new("drawdown_error*")
        try:
            check(function(self._handle, *arguments, error), error)
        finally:
            if self._clock is not None:
                self._clock.raise_if_any()

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
        return taken_text(made[0])

    def _save(self, path: Any, function: Any, *arguments: Any) -> None:
        made, error = ffi.new("drawdown_bytes*"), ffi.new("drawdown_error*")
        self._call(function, *arguments, made)
        try:
            check(lib.drawdown_bytes_save(made[0], path, error), error)
        finally:
            lib.drawdown_bytes_close(made[0], ffi.NULL)
