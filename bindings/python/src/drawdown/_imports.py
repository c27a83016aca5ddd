"""Imports of files and of Arrow, and corrections."""
from __future__ import annotations

from typing import Any, Dict, Iterable, List, Optional

from . import _values as v
from ._callbacks import Notes, Progress, ProgressCallback
from ._calls import Calls, Path, number
from ._results import ImportResult
from ._tables import stream_of
from ._values import ffi, lib

_KINDS = {"runs": 1, "usage": 2, "capacity": 3, "sacct": 4}
Names = Optional[Dict[str, str]]


class ImportCalls(Calls):
    """Of a Ledger: imports."""

    def _import(self, function: Any, arguments: List[Any], alive: List[Any], strict: bool,
                zone: str, columns: Names, constants: Names, max_problems: int,
                progress: Optional[ProgressCallback]) -> ImportResult:
        options = v.struct_of("import_options")
        options.strict = strict
        options.zone = v.text(zone, alive)
        for name, pairs in (("column", columns or {}), ("constant", constants or {})):
            flat = [v.text(one, alive) for pair in pairs.items() for one in pair]
            array = ffi.new("drawdown_text[]", flat)
            alive.append(array)
            setattr(options, name + "s", array)
            setattr(options, name + "_pairs", len(pairs))
        options.max_problems = v.whole(max_problems, "max_problems")
        notes = Notes()
        options.note, options.note_context = lib.drawdown_py_note, notes.context
        told = Progress(progress) if progress is not None else None
        if told is not None:
            options.progress = lib.drawdown_py_progress
            options.progress_context = told.context
        result = v.struct_of("import_result")
        self._call(function, *arguments, options, result)
        notes.raise_if_any()
        if told is not None:
            told.raise_if_any()
        return ImportResult(result.rows, result.inserted, result.updated, result.unchanged,
                            result.open, result.never_started, result.zero_gpu, notes.lines)

    def import_files(self, kind: str, paths: Iterable[Path], *, strict: bool = False,
                     zone: str = "", columns: Names = None, constants: Names = None,
                     max_problems: int = 20,
                     progress: Optional[ProgressCallback] = None) -> ImportResult:
        """Imports CSV files of "runs", "usage", "capacity", or what `sacct -P` printed.

        Naive times are of an IANA `zone`. `columns` names the file's by ours, `constants`
        gives the same value to every row. `progress(phase, done, total)` is called at most
        every 100 ms; what it raises is raised when the import is over. BadInputError names
        the file and up to `max_problems` rows, and nothing was posted; ConflictError;
        UnknownNameError with `strict`; BusyError past lock_timeout, and the same again
        completes it; ValueError for another kind.
        """
        alive: List[Any] = []
        texts = [v.path(path, alive) for path in paths]
        return self._import(lib.drawdown_import_files,
                            [number(_KINDS, kind, "kind"), ffi.new("drawdown_text[]", texts),
                             len(texts)],
                            alive, strict, zone, columns, constants, max_problems, progress)

    def import_arrow(self, kind: str, data: Any, *, strict: bool = False, zone: str = "",
                     columns: Names = None, constants: Names = None, max_problems: int = 20,
                     progress: Optional[ProgressCallback] = None) -> ImportResult:
        """Imports "runs" or "usage" from anything with `__arrow_c_stream__`.

        GPU counts and GPU-seconds are integers, decimals or texts, instants timestamps or
        texts. Options and errors as `import_files`; StateError for a column of floating
        point or of a type that is not read, TypeError for what has no stream.
        """
        alive: List[Any] = []
        of_kind = number(_KINDS, kind, "kind")
        stream, owner = stream_of(data)
        alive.append(owner)
        return self._import(lib.drawdown_import_arrow, [of_kind, stream], alive, strict, zone,
                            columns, constants, max_problems, progress)

    def correct_runs(self, path: Path, reason: str, *, strict: bool = False, zone: str = "",
                     columns: Names = None, constants: Names = None, max_problems: int = 20,
                     progress: Optional[ProgressCallback] = None) -> ImportResult:
        """Replaces the runs of a CSV file, or voids those whose state is VOID, and says why.

        Recorded as corrections that cite `reason` and what they correct. Options and errors
        as `import_files`; NotFoundError for a run that is not in the books.
        """
        alive: List[Any] = []
        return self._import(lib.drawdown_correct_runs,
                            [v.path(path, alive), v.text(reason, alive)],
                            alive, strict, zone, columns, constants, max_problems, progress)
