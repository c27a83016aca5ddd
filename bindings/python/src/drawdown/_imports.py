"""Imports of files and of Arrow."""
from __future__ import annotations

import os
from typing import Any, Dict, Iterable, List, Optional

from . import _values as v
from ._calls import Calls, Path, number
from ._results import ImportResult
from ._tables import stream_of
from ._values import ffi, lib

_KINDS = {"runs": 1, "usage": 2, "capacity": 3, "sacct": 4}


class ImportCalls(Calls):
    """Of a Ledger: imports."""


    def _import_options(self, alive: List[Any], strict: bool, zone: str,
                        columns: Optional[Dict[str, str]],
                        constants: Optional[Dict[str, str]]) -> Any:
        options = v.struct_of("import_options")
        options.strict = strict
        options.zone = v.text(zone, alive)
        for name, pairs in (("column", columns or {}), ("constant", constants or {})):
            flat = [v.text(one, alive) for pair in pairs.items() for one in pair]
            array = ffi.new("drawdown_text[]", flat)
            alive.append(array)
            setattr(options, name + "s", array)
            setattr(options, name + "_pairs", len(pairs))
        return options

    def import_files(self, kind: str, paths: Iterable[Path], *, strict: bool = False,
                     zone: str = "", columns: Optional[Dict[str, str]] = None,
                     constants: Optional[Dict[str, str]] = None) -> ImportResult:
        """Imports CSV files of "runs", "usage", "capacity", or what `sacct -P` printed."""
        alive: List[Any] = []
        texts = [v.text(os.fspath(path), alive) for path in paths]
        result = v.struct_of("import_result")
        self._call(lib.drawdown_import_files, number(_KINDS, kind, "kind"),
                   ffi.new("drawdown_text[]", texts), len(texts),
                   self._import_options(alive, strict, zone, columns, constants), result)
        return _import_result(result)

    def import_arrow(self, kind: str, data: Any, *, strict: bool = False, zone: str = "",
                     columns: Optional[Dict[str, str]] = None,
                     constants: Optional[Dict[str, str]] = None) -> ImportResult:
        """Imports "runs" or "usage" from anything with `__arrow_c_stream__`."""
        alive: List[Any] = []
        stream, owner = stream_of(data)
        alive.append(owner)
        result = v.struct_of("import_result")
        self._call(lib.drawdown_import_arrow, number(_KINDS, kind, "kind"), stream,
                   self._import_options(alive, strict, zone, columns, constants), result)
        return _import_result(result)


def _import_result(result: Any) -> ImportResult:
    return ImportResult(result.rows, result.inserted, result.updated, result.unchanged,
                        result.open, result.never_started, result.zero_gpu)
