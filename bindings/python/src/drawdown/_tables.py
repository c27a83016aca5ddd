"""Answers with rows."""
from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, Dict, List, Union, overload

from ._values import check, ffi, lib, of_int128, text, to_datetime, to_decimal

_CAPSULE_NAME = b"arrow_array_stream"
_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype = ctypes.c_void_p
_capsule_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]


Row = Dict[str, Any]
# Subscripted where Python runs it, from 3.9 on, as well as where mypy reads it.
_Rows = Sequence[Row]


class Table(_Rows):
    """Rows of named columns: an answer of its own, which does not change.

    A sequence of dicts. GPU-seconds, GPU counts and money are Decimal, instants
    aware datetimes in UTC, absent values None. `__arrow_c_stream__` gives all of
    it without a copy. Thread-safe; outlives its ledger. It is of its process:
    send `to_pylist()` or `pyarrow.table(table)` to another.
    """

    _handle = 0

    def __init__(self, handle: int) -> None:
        self._handle = handle
        rows, columns = ffi.new("uint64_t*"), ffi.new("uint32_t*")
        error = ffi.new("drawdown_error*")
        check(lib.drawdown_table_shape(handle, rows, columns, error), error)
        self._rows = int(rows[0])
        self._columns = [self._column(i) for i in range(columns[0])]

    def __del__(self) -> None:
        lib.drawdown_table_close(self._handle, ffi.NULL)

    def _column(self, index: int) -> Any:
        error = ffi.new("drawdown_error*")
        made = ffi.new("drawdown_column*")
        made.struct_size = ffi.sizeof("drawdown_column")
        check(lib.drawdown_table_column(self._handle, index, made, error), error)
        return ffi.string(made.name).decode(), int(made.type), int(made.scale)

    @property
    def columns(self) -> List[str]:
        """The columns' names."""
        return [name for name, _, _ in self._columns]

    @property
    def notes(self) -> List[str]:
        """What a reader should know of the answer, a line each."""
        count, view = ffi.new("uint64_t*"), ffi.new("drawdown_text*")
        error = ffi.new("drawdown_error*")
        check(lib.drawdown_table_notes(self._handle, count, error), error)
        notes = []
        for i in range(count[0]):
            check(lib.drawdown_table_note(self._handle, i, view, error), error)
            notes.append(ffi.buffer(view.data, view.size)[:].decode())
        return notes

    def __len__(self) -> int:
        return self._rows

    @overload
    def __getitem__(self, row: int) -> Row: ...
    @overload
    def __getitem__(self, row: slice) -> List[Row]: ...

    def __getitem__(self, row: Union[int, slice]) -> Union[Row, List[Row]]:
        if isinstance(row, slice):
            return [self[at] for at in range(*row.indices(self._rows))]
        at = row + self._rows if row < 0 else row
        if not 0 <= at < self._rows:
            raise IndexError(f"row {row} of {self._rows}")
        return {name: self._cell(at, i) for i, (name, _, _) in enumerate(self._columns)}

    def to_pylist(self) -> List[Row]:
        """All rows, as dicts."""
        return list(self)

    # What never changes is its own copy; a second one of its handle would close it.
    def __copy__(self) -> "Table":
        return self

    def __deepcopy__(self, memo: Any) -> "Table":
        return self

    def __reduce__(self) -> Any:
        raise TypeError("a Table is of its process: send to_pylist() or pyarrow.table(...) of it")

    def column(self, name: str) -> List[Any]:
        """All values of one column. NotFoundError names the columns there are."""
        alive: List[Any] = []
        index, error = ffi.new("uint32_t*"), ffi.new("drawdown_error*")
        check(lib.drawdown_table_find(self._handle, text(name, alive), index, error), error)
        return [self._cell(row, index[0]) for row in range(self._rows)]

    def _cell(self, row: int, column: int) -> Any:
        _, kind, scale = self._columns[column]
        error, is_null = ffi.new("drawdown_error*"), ffi.new("uint8_t*")
        if kind == lib.DRAWDOWN_COLUMN_TEXT:
            view = ffi.new("drawdown_text*")
            check(lib.drawdown_table_text(self._handle, row, column, view, is_null, error), error)
            return None if is_null[0] else ffi.buffer(view.data, view.size)[:].decode()
        if kind == lib.DRAWDOWN_COLUMN_DECIMAL:
            wide = ffi.new("drawdown_int128*")
            check(lib.drawdown_table_decimal(self._handle, row, column, wide, is_null, error),
                  error)
            return None if is_null[0] else to_decimal(of_int128(wide), scale)
        number = ffi.new("int64_t*")
        check(lib.drawdown_table_int64(self._handle, row, column, number, is_null, error), error)
        if is_null[0]:
            return None
        if kind == lib.DRAWDOWN_COLUMN_TIME:
            return to_datetime(number[0])
        return bool(number[0]) if kind == lib.DRAWDOWN_COLUMN_BOOL else int(number[0])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """An Arrow stream in a capsule. Types are fixed: `requested_schema` is not followed."""
        stream = lib.drawdown_py_new_stream()
        if stream == ffi.NULL:
            raise MemoryError
        error = ffi.new("drawdown_error*")
        try:
            check(lib.drawdown_table_arrow(self._handle, stream, error), error)
        except BaseException:
            lib.drawdown_py_free_stream(stream)
            raise
        return _new_capsule(int(ffi.cast("uintptr_t", stream)), _CAPSULE_NAME,
                            int(ffi.cast("uintptr_t", lib.drawdown_py_capsule_destructor())))

    def __repr__(self) -> str:
        return f"<drawdown.Table of {self._rows} rows: {', '.join(self.columns)}>"


def stream_of(data: Any) -> Any:
    """The Arrow stream of anything that has one; with what owns it."""
    if not hasattr(data, "__arrow_c_stream__"):
        raise TypeError(f"{type(data).__name__} has no __arrow_c_stream__: give a pyarrow, polars, "
                        "pandas or duckdb table")
    capsule = data.__arrow_c_stream__()
    pointer = _capsule_pointer(capsule, _CAPSULE_NAME)
    return ffi.cast("struct ArrowArrayStream*", pointer), capsule
